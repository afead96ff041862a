package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RetryAfterTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retry-after|7|7000",
                "retry-after|0.5|500",
                "retry-after-ms|250|250",
                "retry-after|Thu, 01 Jan 2026 00:01:00 GMT|60000",
                "retry-after|Wed, 31 Dec 2025 00:00:00 GMT|0"
            })
    void readsEveryFormOfTheHeader(String header, String value, long millis) {
        Map<String, String> headers = Map.of(header, value);
        assertThat(RetryAfter.of(name -> Optional.ofNullable(headers.get(name)), NOW))
                .contains(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({"soon", "-1", "1e999999999", "''"})
    void ignoresWhatItCannotRead(String value) {
        assertThat(RetryAfter.of(_ -> Optional.of(value), NOW)).isEmpty();
    }

    @Test
    void backsOffLongerEachTimeUpToALimit() {
        Backoff backoff = new Backoff(new Random(1));
        for (int failures = 1; failures <= 9; failures++) {
            long most = Math.min(8000, 500L << (failures - 1));
            assertThat(backoff.after(failures, Optional.empty()).orElseThrow())
                    .isBetween(Duration.ofMillis(most / 2), Duration.ofMillis(most));
        }
    }
}
