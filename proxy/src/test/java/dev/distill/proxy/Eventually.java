package dev.distill.proxy;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what happens soon, but on another thread. */
public final class Eventually {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private Eventually() {}

    /** Returns when it holds, or fails with what does not. */
    public static void holds(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > LIMIT.toNanos()) {
                throw new AssertionError("after " + LIMIT + ", still not so: " + what);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
