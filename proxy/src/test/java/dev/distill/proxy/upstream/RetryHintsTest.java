package dev.distill.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RetryHintsTest {
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
        assertThat(wait(headers)).contains(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({"soon", "-1", "1e999999999", "''"})
    void ignoresWhatItCannotRead(String value) {
        assertThat(RetryHints.wait(_ -> Optional.of(value), Optional.empty(), NOW)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x-ratelimit-%s-requests|6m0s|360000",
                "x-ratelimit-%s-tokens|1s|1000",
                "x-ratelimit-%s-tokens|20ms|20",
                "x-ratelimit-%s-tokens|1h2m3.5s|3723500",
                "x-ratelimit-%s-tokens|12.5|12500",
                "anthropic-ratelimit-requests-%s|2026-01-01T00:01:30Z|90000",
                "anthropic-ratelimit-output-tokens-%s|2026-01-01T02:00:10+02:00|10000"
            })
    void readsWhenALimitThatIsUsedUpStartsAnew(String header, String value, long millis) {
        Map<String, String> headers =
                Map.of(
                        header.formatted("reset"),
                        value,
                        header.formatted("remaining"),
                        "0",
                        header.formatted("limit"),
                        "100");
        assertThat(wait(headers)).contains(Duration.ofMillis(millis));
        assertThat(RetryHints.share(name -> Optional.ofNullable(headers.get(name)))).hasValue(0);
    }

    @Test
    void aLimitThatIsNotUsedUpSaysNothingAboutWaiting() {
        Map<String, String> headers =
                Map.of(
                        "x-ratelimit-reset-tokens", "6m0s",
                        "x-ratelimit-remaining-tokens", "25",
                        "x-ratelimit-limit-tokens", "100");
        assertThat(wait(headers)).isEmpty();
        assertThat(RetryHints.share(name -> Optional.ofNullable(headers.get(name)))).hasValue(0.25);
    }

    @Test
    void aHeaderGoesBeforeTheBodyAndTheBodyBeforeTheLimits() {
        Optional<Duration> body = Optional.of(Duration.ofSeconds(9));
        Map<String, String> limits =
                Map.of("x-ratelimit-reset-tokens", "6m0s", "x-ratelimit-remaining-tokens", "0");
        assertThat(RetryHints.wait(n -> Optional.ofNullable(limits.get(n)), body, NOW))
                .isEqualTo(body);
        Map<String, String> both = Map.of("retry-after", "3", "x-ms-retry-after-ms", "2500");
        assertThat(RetryHints.wait(n -> Optional.ofNullable(both.get(n)), body, NOW))
                .contains(Duration.ofMillis(2500));
    }

    @Property
    void readsNothingOfNonsenseWithoutFailing(@ForAll String value) {
        assertThat(RetryHints.wait(_ -> Optional.of(value), Optional.empty(), NOW))
                .satisfiesAnyOf(
                        wait -> assertThat(wait).isEmpty(),
                        wait ->
                                assertThat(wait.orElseThrow())
                                        .isGreaterThanOrEqualTo(Duration.ZERO));
    }

    private static Optional<Duration> wait(Map<String, String> headers) {
        return RetryHints.wait(
                name -> Optional.ofNullable(headers.get(name)), Optional.empty(), NOW);
    }
}
