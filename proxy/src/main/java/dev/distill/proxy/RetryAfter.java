package dev.distill.proxy;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The ways in which providers say how long to wait. */
final class RetryAfter {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9})?");

    private RetryAfter() {}

    /** Reads {@code retry-after-ms}, else {@code retry-after} in seconds or as an HTTP date. */
    static Optional<Duration> of(Function<String, Optional<String>> header, Instant now) {
        Optional<Duration> millis = header.apply("retry-after-ms").flatMap(t -> number(t, 3));
        if (millis.isPresent()) {
            return millis;
        }
        return header.apply("retry-after")
                .flatMap(text -> number(text, 0).or(() -> untilDate(text, now)));
    }

    /** A number of seconds whose point is so many places further left. */
    private static Optional<Duration> number(String text, int places) {
        return Optional.of(text.strip())
                .filter(t -> NUMBER.matcher(t).matches())
                .map(t -> new BigDecimal(t).movePointRight(3 - places).longValue())
                .map(Duration::ofMillis);
    }

    private static Optional<Duration> untilDate(String text, Instant now) {
        try {
            Instant then =
                    ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant();
            Duration left = Duration.between(now, then);
            return Optional.of(left.isNegative() ? Duration.ZERO : left);
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }
}
