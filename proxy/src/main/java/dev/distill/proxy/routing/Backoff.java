package dev.distill.proxy.routing;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait before the same target is asked again. */
public final class Backoff {
    private static final long BASE_MILLIS = 500;
    private static final long MOST_MILLIS = 8_000;

    private final RandomGenerator random;

    /**
     * @param random safe for use by many threads if this is
     */
    public Backoff(RandomGenerator random) {
        this.random = random;
    }

    /**
     * The pause after a failed attempt: half to all of 0.5, 1, 2, 4 and 8 seconds, the half by
     * chance so that callers do not come back all at once.
     *
     * @param failures attempts that failed so far, from 1
     */
    public Duration after(int failures) {
        long millis = Math.min(MOST_MILLIS, BASE_MILLIS << Math.min(failures - 1, 10));
        return Duration.ofMillis(millis / 2 + random.nextLong(millis / 2 + 1));
    }
}
