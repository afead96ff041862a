package dev.distill.proxy.money;

import java.time.Duration;
import java.time.Instant;

/**
 * A leaky bucket: what was used runs out of it at the limit per minute, and what does not fit is
 * not let in. It holds what was used and not what is left, so that the limit can change at any
 * time. A clock that is set back stops it for a moment and no longer. Thread-safe.
 */
final class Meter {
    private static final double NANOS_PER_MINUTE = 60e9;

    /** What rounding may add up to; far less than a token. */
    private static final double NOTHING = 1e-6;

    private double used;
    private int perMinute;
    private Instant last;

    /** Permits that may still correct what they used. */
    private int open;

    Meter(int perMinute, Instant now) {
        this.perMinute = perMinute;
        this.last = now;
    }

    /** Somebody is going to use it, under a limit that may have changed. */
    synchronized Meter opened(int limitPerMinute, Instant now) {
        drain(now);
        perMinute = limitPerMinute;
        open++;
        return this;
    }

    /** Whoever used it is done. */
    synchronized void closed() {
        open--;
    }

    /**
     * Lets {@code amount} in when it fits. More than the whole limit is let in when the bucket is
     * empty, and is worked off afterwards: otherwise it never would be.
     *
     * @return how long to wait; zero when it was let in
     */
    synchronized Duration take(long amount, Instant now) {
        drain(now);
        double over = used + Math.min(amount, perMinute) - perMinute;
        if (over > NOTHING) {
            return duration(over);
        }
        used += amount;
        return Duration.ZERO;
    }

    /** More or less was used than was let in. */
    synchronized void correct(long amount) {
        used = Math.max(0, used + amount);
    }

    synchronized Quota quota(Instant now) {
        drain(now);
        long remaining = (long) Math.floor(Math.max(0, perMinute - used + NOTHING));
        return new Quota(perMinute, remaining, duration(used));
    }

    /** Whether it says no more than a new one would. */
    synchronized boolean idle(Instant now) {
        drain(now);
        return open == 0 && used <= NOTHING;
    }

    private void drain(Instant now) {
        if (now.isAfter(last)) {
            double nanos = Duration.between(last, now).toNanos();
            used = Math.max(0, used - nanos * perMinute / NANOS_PER_MINUTE);
        }
        last = now;
    }

    private Duration duration(double amount) {
        return Duration.ofNanos((long) Math.ceil(amount * NANOS_PER_MINUTE / perMinute));
    }
}
