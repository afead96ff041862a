package dev.distill.proxy.money;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A call that could spend more than a budget has left; its message is meant for the caller. */
public final class BudgetExceededException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What running calls hold may be free again as soon as they end. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private final transient Account account;
    private final long askedNanoUsd;

    BudgetExceededException(Account account, long askedNanoUsd) {
        super("%s, this call up to %s".formatted(account, Usd.text(askedNanoUsd)));
        this.account = account;
        this.askedNanoUsd = askedNanoUsd;
    }

    /** The budget as it stood. */
    public Account account() {
        return account;
    }

    /** What the call could have cost. */
    public long askedNanoUsd() {
        return askedNanoUsd;
    }

    /**
     * When to try again: at the end of the window, or soon when only running calls are in the way;
     * empty when time does not help.
     */
    public Optional<Duration> retryAfter(Instant now) {
        if (askedNanoUsd > account.limitNanoUsd()) {
            return Optional.empty();
        }
        if (askedNanoUsd <= account.limitNanoUsd() - account.spentNanoUsd()) {
            return Optional.of(SOON);
        }
        return account.ends().map(end -> Duration.between(now, end)).filter(Duration::isPositive);
    }
}
