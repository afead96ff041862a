package dev.distill.proxy.upstream;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The ways in which providers say how long to wait, and how much they would still take. */
public final class RetryHints {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9})?");
    private static final Pattern SPAN =
            Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?)(ms|d|h|m|s)");

    /** A limit's three headers. */
    private record Limit(String limit, String remaining, String reset) {
        static Limit openAi(String what) {
            return new Limit(
                    "x-ratelimit-limit-" + what,
                    "x-ratelimit-remaining-" + what,
                    "x-ratelimit-reset-" + what);
        }

        static Limit anthropic(String what) {
            String prefix = "anthropic-ratelimit-" + what;
            return new Limit(prefix + "-limit", prefix + "-remaining", prefix + "-reset");
        }
    }

    private static final List<Limit> LIMITS =
            List.of(
                    Limit.openAi("requests"),
                    Limit.openAi("tokens"),
                    Limit.anthropic("requests"),
                    Limit.anthropic("tokens"),
                    Limit.anthropic("input-tokens"),
                    Limit.anthropic("output-tokens"));

    /** A quota may last until the next month; nothing lasts longer. */
    private static final Duration LONGEST = Duration.ofDays(31);

    private RetryHints() {}

    /**
     * How long a provider that refused asks to wait: {@code retry-after-ms}, {@code
     * x-ms-retry-after-ms}, {@code retry-after} in seconds or as an HTTP date, else what its body
     * says, else the latest reset of the limits that are used up.
     *
     * @param header a response header by its lower-case name
     * @param body what the body says
     */
    public static Optional<Duration> wait(
            Function<String, Optional<String>> header, Optional<Duration> body, Instant now) {
        return header.apply("retry-after-ms")
                .flatMap(text -> number(text, 3))
                .or(() -> header.apply("x-ms-retry-after-ms").flatMap(text -> number(text, 3)))
                .or(() -> header.apply("retry-after").flatMap(text -> secondsOrDate(text, now)))
                .or(() -> body)
                .or(() -> reset(header, now))
                .map(wait -> wait.compareTo(LONGEST) < 0 ? wait : LONGEST);
    }

    /** When the limits that are used up start anew; empty when none is. */
    public static Optional<Duration> reset(Function<String, Optional<String>> header, Instant now) {
        return LIMITS.stream()
                .filter(limit -> remaining(limit, header).orElse(1) <= 0)
                .flatMap(limit -> header.apply(limit.reset()).flatMap(t -> span(t, now)).stream())
                .max(Comparator.naturalOrder());
    }

    /**
     * The share of its limits that a provider says is left, of the scarcest one.
     *
     * @return from 0 to 1, empty when it does not say
     */
    public static OptionalDouble share(Function<String, Optional<String>> header) {
        return LIMITS.stream()
                .flatMap(limit -> share(limit, header))
                .mapToDouble(Double::doubleValue)
                .min();
    }

    private static Stream<Double> share(Limit limit, Function<String, Optional<String>> header) {
        OptionalDouble left = remaining(limit, header);
        return header
                .apply(limit.limit())
                .flatMap(RetryHints::decimal)
                .filter(most -> most > 0 && left.isPresent())
                .map(most -> Math.clamp(left.getAsDouble() / most, 0, 1))
                .stream();
    }

    private static OptionalDouble remaining(
            Limit limit, Function<String, Optional<String>> header) {
        return header.apply(limit.remaining()).flatMap(RetryHints::decimal).stream()
                .mapToDouble(Double::doubleValue)
                .findFirst();
    }

    private static Optional<Double> decimal(String text) {
        return Optional.of(text.strip())
                .filter(t -> NUMBER.matcher(t).matches())
                .map(Double::valueOf);
    }

    private static Optional<Duration> secondsOrDate(String text, Instant now) {
        return number(text, 0).or(() -> date(text, now));
    }

    /** A number of seconds whose point is so many places further left. */
    private static Optional<Duration> number(String text, int places) {
        return Optional.of(text.strip())
                .filter(t -> NUMBER.matcher(t).matches())
                .map(t -> new BigDecimal(t).movePointRight(3 - places).longValue())
                .map(Duration::ofMillis);
    }

    private static Optional<Duration> date(String text, Instant now) {
        try {
            return Optional.of(
                    until(
                            ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                                    .toInstant(),
                            now));
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    /** {@code 6m0s}, {@code 20ms}, a number of seconds, or a time in RFC 3339. */
    private static Optional<Duration> span(String text, Instant now) {
        return number(text, 0).or(() -> units(text.strip())).or(() -> instant(text, now));
    }

    private static Optional<Duration> units(String text) {
        Matcher matcher = SPAN.matcher(text);
        Duration sum = Duration.ZERO;
        int end = 0;
        while (end < text.length() && matcher.find(end) && matcher.start() == end) {
            long unit =
                    switch (matcher.group(2)) {
                        case "d" -> 86_400_000;
                        case "h" -> 3_600_000;
                        case "m" -> 60_000;
                        case "s" -> 1000;
                        default -> 1;
                    };
            BigDecimal millis = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit));
            sum = sum.plusMillis(millis.longValue());
            end = matcher.end();
        }
        return end > 0 && end == text.length() ? Optional.of(sum) : Optional.empty();
    }

    private static Optional<Duration> instant(String text, Instant now) {
        try {
            return Optional.of(until(ZonedDateTime.parse(text.strip()).toInstant(), now));
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    private static Duration until(Instant then, Instant now) {
        Duration left = Duration.between(now, then);
        return left.isNegative() ? Duration.ZERO : left;
    }
}
