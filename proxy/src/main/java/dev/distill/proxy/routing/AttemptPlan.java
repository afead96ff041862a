package dev.distill.proxy.routing;

import dev.distill.config.ProxyConfig;
import dev.distill.proxy.wire.Refusal;
import java.time.Duration;
import java.util.Optional;

/**
 * Decides what follows a failed attempt, before anything of an answer was passed on. It looks at
 * what kind of failure it was, what is left to try and how much time there is; it changes nothing
 * but the retry budget.
 */
public final class AttemptPlan {
    /** A failure within this time cost little; a later one is not worth a second wait. */
    static final Duration FAST = Duration.ofSeconds(5);

    /** Longest pause for a target while another one is there to be asked. */
    static final Duration SHORT = Duration.ofSeconds(1);

    private final ProxyConfig.Retry retry;
    private final Backoff backoff;
    private final RetryBudget budget;

    /** A plan by the rules of a proxy file; the budget is shared by all requests. */
    public AttemptPlan(ProxyConfig.Retry retry, Backoff backoff, RetryBudget budget) {
        this.retry = retry;
        this.backoff = backoff;
        this.budget = budget;
    }

    /**
     * A failed attempt.
     *
     * @param silent whether the provider just said nothing until a clock ran out
     * @param took from the attempt's start to its failure
     * @param hint how long the provider asks to wait
     */
    public record Failure(
            Refusal.Kind kind, boolean silent, Duration took, Optional<Duration> hint) {}

    /**
     * Where a request stands.
     *
     * @param triesOfTarget attempts at this target so far, this one included
     * @param triesInAll attempts at all targets so far, this one included
     * @param keyLeft whether the provider has a key that this request has not tried
     * @param targetLeft whether there is an available target that this request has not tried
     * @param otherModelLeft whether one of those is another model
     * @param earliestOther how long until a target that this request has tried before may be asked
     *     again, where one may
     * @param left until the request's deadline
     */
    public record Progress(
            int triesOfTarget,
            int triesInAll,
            boolean keyLeft,
            boolean targetLeft,
            boolean otherModelLeft,
            Optional<Duration> earliestOther,
            Duration left) {}

    /** What follows. */
    public sealed interface Decision {
        /** The same target again, with any key that is fine. */
        record SameTarget(Duration pause) implements Decision {}

        /** The same target at once, with a key that this request has not tried. */
        record NextKey() implements Decision {}

        /** The next target at once. */
        record NextTarget() implements Decision {}

        /** The next target with another model, at once. */
        record NextModel() implements Decision {}

        /** Whichever target is available then, those tried before included. */
        record AnyTarget(Duration pause) implements Decision {}

        /** The request has failed. */
        record GiveUp() implements Decision {}
    }

    /** What follows a failure. */
    public Decision after(Failure failure, Progress progress) {
        if (progress.triesInAll() >= retry.attemptsInAll() || !progress.left().isPositive()) {
            return new Decision.GiveUp();
        }
        return switch (failure.kind()) {
            case CALLER_FAULT, CONTENT_POLICY -> new Decision.GiveUp();
            case CONTEXT_LENGTH ->
                    progress.otherModelLeft() ? new Decision.NextModel() : new Decision.GiveUp();
            case MODEL_GONE -> nextTarget(progress);
            case CREDENTIALS, QUOTA_EXHAUSTED ->
                    progress.keyLeft() ? new Decision.NextKey() : nextTarget(progress);
            case RATE_LIMITED -> afterRateLimit(failure, progress);
            case OVERLOADED, TRANSIENT, MALFORMED -> afterTrouble(failure, progress);
        };
    }

    private Decision afterRateLimit(Failure failure, Progress progress) {
        if (progress.keyLeft()) {
            return new Decision.NextKey();
        }
        return progress.targetLeft()
                ? new Decision.NextTarget()
                : pause(pauseOf(failure, progress), progress);
    }

    private Decision afterTrouble(Failure failure, Progress progress) {
        if (failure.silent() || failure.took().compareTo(FAST) > 0) {
            return nextTarget(progress);
        }
        Duration pause = pauseOf(failure, progress);
        if (progress.targetLeft() && pause.compareTo(SHORT) > 0) {
            return new Decision.NextTarget();
        }
        Decision again = pause(pause, progress);
        return again instanceof Decision.GiveUp ? nextTarget(progress) : again;
    }

    private Duration pauseOf(Failure failure, Progress progress) {
        return failure.hint().orElseGet(() -> backoff.after(progress.triesOfTarget()));
    }

    /** Waits for this target, or for one tried before that is ready sooner. */
    private Decision pause(Duration own, Progress progress) {
        boolean ownTurn = progress.triesOfTarget() < retry.attempts();
        Optional<Duration> other =
                progress.earliestOther().filter(o -> !ownTurn || o.compareTo(own) < 0);
        if (!ownTurn && other.isEmpty()) {
            return new Decision.GiveUp();
        }
        Duration pause = other.orElse(own);
        if (pause.compareTo(retry.longestWait()) > 0
                || pause.compareTo(progress.left()) >= 0
                || !budget.take()) {
            return new Decision.GiveUp();
        }
        return other.isPresent() ? new Decision.AnyTarget(pause) : new Decision.SameTarget(pause);
    }

    private static Decision nextTarget(Progress progress) {
        return progress.targetLeft() ? new Decision.NextTarget() : new Decision.GiveUp();
    }
}
