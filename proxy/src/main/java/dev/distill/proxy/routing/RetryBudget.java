package dev.distill.proxy.routing;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Keeps retries a share of the requests, so that an outage does not multiply the load. Every
 * request pays its share in, every retry takes one out; a little flows in with time, so that a
 * quiet proxy may retry too. Going on to another target is not a retry. Safe for use by many
 * threads.
 */
public final class RetryBudget {
    /** Retries that are free at first, and after a quiet time again. */
    static final double FREE = 10;

    /** Retries that are free in every second. */
    static final double FREE_PER_SECOND = 0.5;

    /** What can be saved up at most. */
    static final double MOST = 100;

    private final double share;
    private final LongSupplier nanoTime;
    private double balance = FREE;
    private long at;

    /**
     * @param share retries for each request, from 0 to 1; with 0 there are none at all
     */
    public RetryBudget(double share, LongSupplier nanoTime) {
        this.share = share;
        this.nanoTime = nanoTime;
        this.at = nanoTime.getAsLong();
    }

    /** A new request came in. */
    public synchronized void request() {
        balance = Math.min(MOST, balance + share);
    }

    /** Takes a retry out, if there is one. */
    public synchronized boolean take() {
        long now = nanoTime.getAsLong();
        double seconds = (now - at) / (double) TimeUnit.SECONDS.toNanos(1);
        at = now;
        if (balance < FREE) {
            balance = Math.min(FREE, balance + seconds * FREE_PER_SECOND);
        }
        if (share == 0 || balance < 1) {
            return false;
        }
        balance--;
        return true;
    }
}
