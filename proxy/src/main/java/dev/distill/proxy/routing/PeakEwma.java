package dev.distill.proxy.routing;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A moving average of latencies that follows a rise at once and forgets it slowly, so that a
 * balancer sees trouble early. After Finagle's peak EWMA:
 * https://github.com/twitter/finagle/blob/develop/finagle-core/src/main/scala/com/twitter/finagle/loadbalancer/PeakEwma.scala
 */
final class PeakEwma {
    private static final double DECAY_NANOS = TimeUnit.SECONDS.toNanos(15);

    /** No single latency counts for more. */
    private static final double MOST_NANOS = TimeUnit.SECONDS.toNanos(120);

    private double nanos;
    private long at;

    /** Adds a latency. */
    void add(Duration latency, long now) {
        double sample = Math.min(MOST_NANOS, (double) latency.toNanos());
        double keep = Math.exp(-Math.max(0, now - at) / DECAY_NANOS);
        nanos = sample > nanos * keep ? sample : nanos * keep + sample * (1 - keep);
        at = now;
    }

    /** A failure that came quickly must not look like a quick answer. */
    void addFailure(Duration latency, long now) {
        add(Duration.ofNanos((long) Math.max((double) latency.toNanos(), 2 * nanos(now))), now);
    }

    /** The average; it fades while nothing comes, so that a slow target is tried again. */
    double nanos(long now) {
        return nanos * Math.exp(-Math.max(0, now - at) / DECAY_NANOS);
    }
}
