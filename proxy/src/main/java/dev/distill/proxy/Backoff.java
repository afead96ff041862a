package dev.distill.proxy;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** How long to wait before the same target is asked again. */
final class Backoff {
    private static final long BASE_MILLIS = 500;
    private static final long MOST_MILLIS = 8_000;

    /** Whoever asks for more than this is passed over instead of waited for. */
    private static final Duration MOST_ASKED = Duration.ofSeconds(30);

    private final RandomGenerator random;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /**
     * The wait after a failed attempt: what the provider asks for, else half to all of 0.5, 1, 2, 4
     * and 8 seconds, the half by chance so that callers do not come back all at once.
     *
     * @param failures attempts that failed so far, from 1
     * @return empty when the target should not be waited for
     */
    Optional<Duration> after(int failures, Optional<Duration> asked) {
        if (asked.isPresent()) {
            return asked.filter(duration -> duration.compareTo(MOST_ASKED) <= 0);
        }
        long millis = Math.min(MOST_MILLIS, BASE_MILLIS << Math.min(failures - 1, 10));
        return Optional.of(Duration.ofMillis(millis / 2 + random.nextLong(millis / 2 + 1)));
    }
}
