package dev.distill.proxy.routing;

import dev.distill.config.ProxyConfig;
import dev.distill.proxy.wire.Refusal;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;

/**
 * How one model of one provider has been doing, and whether it may be asked now. Safe for use by
 * many threads.
 *
 * <p>A breaker opens when too large a share of recent calls failed by the provider's fault, stays
 * open for a while that doubles each time, then lets one call at a time through until one succeeds.
 * Independent of it, a rate limited target cools, and a model that is gone is left alone for long.
 */
public final class TargetHealth {
    /** A rate limited target cools for this long unless told otherwise, doubling. */
    static final Duration FIRST_REST = Duration.ofSeconds(1);

    /** The longest rest that is granted. */
    static final Duration LONGEST_HINT = Duration.ofHours(1);

    /** The longest rest that nobody asked for. */
    static final Duration LONGEST_REST = Duration.ofSeconds(60);

    /** After this long somebody looks whether a model that was gone has come back. */
    static final Duration GONE = Duration.ofMinutes(10);

    /** Whether and why a target may be asked. */
    public enum State {
        /** It may be asked. */
        CLOSED,
        /** It failed too often. */
        OPEN,
        /** It failed too often a while ago; one call may find out whether it is well again. */
        HALF_OPEN,
        /** It asked to be left alone for a moment. */
        COOLING,
        /** There is no such model. */
        GONE
    }

    private final ProxyConfig.Breaker breaker;
    private final LongSupplier nanoTime;
    private final FailureWindow window;
    private final PeakEwma latency = new PeakEwma();

    private int pending;
    private int openings;
    private boolean probing;
    private boolean open;
    private long openUntil;
    private int rests;
    private long restUntil;
    private boolean gone;
    private long goneUntil;
    private double share = 1;
    private long shareUntil;

    /** A target that nothing is known about, which is fine until proven otherwise. */
    public TargetHealth(ProxyConfig.Breaker breaker, LongSupplier nanoTime) {
        this.breaker = breaker;
        this.nanoTime = nanoTime;
        long now = nanoTime.getAsLong();
        this.window = new FailureWindow(breaker.window(), now);
        this.openUntil = now;
        this.restUntil = now;
        this.goneUntil = now;
        this.shareUntil = now;
    }

    /** Whether and why it may be asked. */
    public synchronized State state() {
        long now = nanoTime.getAsLong();
        if (now - goneUntil < 0) {
            return State.GONE;
        }
        if (open) {
            return now - openUntil < 0 ? State.OPEN : State.HALF_OPEN;
        }
        return now - restUntil < 0 ? State.COOLING : State.CLOSED;
    }

    /** Whether {@link #begin} would let a call through. */
    public synchronized boolean available() {
        return switch (state()) {
            case CLOSED -> !gone || !probing;
            case HALF_OPEN -> !probing;
            case OPEN, COOLING, GONE -> false;
        };
    }

    /** How long until it may be asked, as far as anybody knows; zero when it may. */
    public synchronized Duration wait(Duration whileProbing) {
        if (available()) {
            return Duration.ZERO;
        }
        long now = nanoTime.getAsLong();
        long nanos =
                switch (state()) {
                    case GONE -> goneUntil - now;
                    case OPEN -> openUntil - now;
                    case COOLING -> restUntil - now;
                    case HALF_OPEN, CLOSED -> whileProbing.toNanos();
                };
        return Duration.ofNanos(Math.max(1, nanos));
    }

    /**
     * Begins a call.
     *
     * @return empty when the target is to be left alone; otherwise the caller closes it
     */
    public synchronized Optional<Pass> begin() {
        if (!available()) {
            return Optional.empty();
        }
        return Optional.of(pass(open || gone));
    }

    /** Begins a call whatever is known, for when there is nobody else. */
    public synchronized Pass force() {
        return pass(open || gone);
    }

    private Pass pass(boolean probe) {
        pending++;
        probing |= probe;
        return new Pass(probe, nanoTime.getAsLong());
    }

    /**
     * It was rate limited: it cools, for as long as anybody has said so far.
     *
     * @param hint how long it asks to wait
     */
    public synchronized void cool(Optional<Duration> hint) {
        Duration time =
                hint.map(wait -> wait.compareTo(LONGEST_HINT) < 0 ? wait : LONGEST_HINT)
                        .orElseGet(() -> doubled(FIRST_REST, rests++, LONGEST_REST));
        long until = nanoTime.getAsLong() + time.toNanos();
        if (until - restUntil > 0) {
            restUntil = until;
        }
    }

    /** It is asked with another key, for which the rest that the last one needed does not count. */
    public synchronized void otherKey() {
        long now = nanoTime.getAsLong();
        rests = 0;
        restUntil = now;
        shareUntil = now;
    }

    /** Notes the share of its rate limit that the provider says is left. */
    public synchronized void share(double left) {
        share = left;
        shareUntil = nanoTime.getAsLong() + LONGEST_REST.toNanos();
    }

    /** The share of its rate limit that is left, from 0 to 1, as far as anybody knows. */
    public synchronized OptionalDouble share() {
        return nanoTime.getAsLong() - shareUntil < 0
                ? OptionalDouble.of(share)
                : OptionalDouble.empty();
    }

    /** Calls under way. */
    public synchronized int pending() {
        return pending;
    }

    /** The moving average of the time to the first token or the whole answer; 0 when unknown. */
    public synchronized double latencyNanos() {
        return latency.nanos(nanoTime.getAsLong());
    }

    private static Duration doubled(Duration first, int times, Duration most) {
        Duration doubled = first.multipliedBy(1L << Math.min(times, 16));
        return doubled.compareTo(most) < 0 ? doubled : most;
    }

    private void openAgain(long now) {
        Duration time = doubled(breaker.open(), openings++, breaker.longestOpen());
        open = true;
        openUntil = now + time.toNanos();
        window.clear();
    }

    /** A call under way; whoever began it says what came of it once, or nothing, and closes it. */
    public final class Pass implements AutoCloseable {
        private final boolean probe;
        private final long begun;
        private boolean said;
        private boolean closed;

        private Pass(boolean probe, long begun) {
            this.probe = probe;
            this.begun = begun;
        }

        /** The first token of a stream has come: this is the latency that counts. */
        public void firstToken() {
            synchronized (TargetHealth.this) {
                long now = nanoTime.getAsLong();
                latency.add(Duration.ofNanos(now - begun), now);
                succeed(now);
            }
        }

        /** A whole answer has come. */
        public void answered() {
            firstToken();
        }

        /** It failed; also after the first token, when a stream is cut. */
        public void failed(Refusal.Kind kind) {
            synchronized (TargetHealth.this) {
                long now = nanoTime.getAsLong();
                switch (kind) {
                    case TRANSIENT, OVERLOADED, MALFORMED -> fail(now);
                    case CALLER_FAULT, CONTENT_POLICY, CONTEXT_LENGTH -> succeed(now);
                    case MODEL_GONE -> {
                        said = true;
                        gone = true;
                        goneUntil = now + GONE.toNanos();
                    }
                    case CREDENTIALS, QUOTA_EXHAUSTED, RATE_LIMITED -> said = true;
                }
            }
        }

        private void succeed(long now) {
            if (said) {
                return;
            }
            said = true;
            rests = 0;
            if (probe) {
                open = false;
                gone = false;
                openings = 0;
                window.clear();
            }
            window.call(now);
        }

        private void fail(long now) {
            latency.addFailure(Duration.ofNanos(now - begun), now);
            boolean counted = said;
            said = true;
            if (open) {
                if (probe) {
                    openAgain(now);
                }
                return;
            }
            if (!counted) {
                window.call(now);
            }
            window.failure(now);
            int calls = window.calls(now);
            if (calls >= breaker.calls() && window.failures(now) >= breaker.failures() * calls) {
                openAgain(now);
            }
        }

        /** The call is over; one that nothing was said of proves nothing. */
        @Override
        public void close() {
            synchronized (TargetHealth.this) {
                if (!closed) {
                    closed = true;
                    pending--;
                    if (probe) {
                        probing = false;
                    }
                }
            }
        }
    }
}
