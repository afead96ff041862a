package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class SteadyClockTest {
    @Test
    void goesOnFromWhereItBeganWhateverTheMachineSays() {
        Instant start = Instant.parse("2026-01-01T00:00:00Z");
        AtomicReference<Instant> wall = new AtomicReference<>(start);
        SteadyClock clock = new SteadyClock(wall::get);
        wall.set(start.plus(Duration.ofDays(40)));
        Instant first = clock.instant();
        wall.set(start.minus(Duration.ofDays(40)));
        assertThat(clock.instant()).isAfterOrEqualTo(first).isAfterOrEqualTo(start);
        assertThat(first).isBefore(start.plus(Duration.ofDays(1)));
    }
}
