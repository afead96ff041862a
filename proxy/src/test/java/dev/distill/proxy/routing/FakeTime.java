package dev.distill.proxy.routing;

import java.time.Duration;
import java.util.function.LongSupplier;

/** A clock that only moves when it is told to. */
final class FakeTime implements LongSupplier {
    private long nanos = Long.MAX_VALUE - Duration.ofSeconds(40).toNanos(); // it may overflow

    @Override
    public long getAsLong() {
        return nanos;
    }

    void pass(Duration time) {
        nanos += time.toNanos();
    }
}
