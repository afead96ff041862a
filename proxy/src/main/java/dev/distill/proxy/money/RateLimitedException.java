package dev.distill.proxy.money;

import java.time.Duration;
import java.util.Locale;

/** More requests or tokens than a limit allows; its message is meant for the caller. */
public final class RateLimitedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What is limited. */
    public enum Measure {
        REQUESTS,
        TOKENS
    }

    private final transient Scope scope;
    private final Measure measure;
    private final transient Quota quota;
    private final Duration retryAfter;

    RateLimitedException(Scope scope, Measure measure, Quota quota, Duration retryAfter) {
        super(
                "%s may use %d %s per minute: %d left, try again in %d s"
                        .formatted(
                                scope,
                                quota.limit(),
                                measure.name().toLowerCase(Locale.ROOT),
                                quota.remaining(),
                                Math.ceilDiv(retryAfter.toMillis(), 1000)));
        this.scope = scope;
        this.measure = measure;
        this.quota = quota;
        this.retryAfter = retryAfter;
    }

    /** Whose limit it is. */
    public Scope scope() {
        return scope;
    }

    /** What is limited. */
    public Measure measure() {
        return measure;
    }

    /** How the limit stands. */
    public Quota quota() {
        return quota;
    }

    /** When the same request would be let in, if nobody else comes. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
