package dev.distill.proxy;

import java.time.Instant;
import java.time.InstantSource;

/**
 * The time at the start and what has passed since by a clock that nobody sets: for how long
 * something takes, where a machine's clock that jumps must not make it days. It does not run while
 * the machine sleeps.
 */
final class SteadyClock implements InstantSource {
    private final Instant start;
    private final long startNanos = System.nanoTime();

    SteadyClock(InstantSource wall) {
        this.start = wall.instant();
    }

    @Override
    public Instant instant() {
        return start.plusNanos(System.nanoTime() - startNanos);
    }
}
