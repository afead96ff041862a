package dev.distill.proxy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.proxy.ledger.Dimension;
import dev.distill.proxy.ledger.UsageReader;
import dev.distill.proxy.ledger.UsageReport.Sort;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The question that {@code GET /admin/usage?by=team&top=10&since=7d&sort=cost} asks. */
record UsageQuery(Dimension by, Sort sort, int top, Instant from, Instant to) {
    private static final Pattern SINCE = Pattern.compile("([0-9]{1,5})([hd])");
    private static final int MOST = 1000;

    /**
     * Reads the parameters.
     *
     * @throws RefusedException when one makes no sense
     */
    static UsageQuery of(Function<String, Optional<String>> parameter, Instant now) {
        return new UsageQuery(
                word("by", parameter.apply("by").orElse("team"), Dimension.values()),
                word("sort", parameter.apply("sort").orElse("cost"), Sort.values()),
                top(parameter.apply("top").orElse("10")),
                now.minus(since(parameter.apply("since").orElse("30d"))),
                now);
    }

    /** Asks it. */
    ObjectNode run(UsageReader reader) {
        return reader.report(by, sort, from, to, top).toJson();
    }

    private static <E extends Enum<E>> E word(String name, String text, E[] known) {
        return Arrays.stream(known)
                .filter(e -> e.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(
                        () ->
                                invalid(
                                        name,
                                        "one of "
                                                + Arrays.stream(known)
                                                        .map(e -> e.name().toLowerCase(Locale.ROOT))
                                                        .collect(Collectors.joining(", ")),
                                        text));
    }

    private static int top(String text) {
        if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) > MOST) {
            throw invalid("top", "a number up to " + MOST, text);
        }
        return Integer.parseInt(text);
    }

    private static Duration since(String text) {
        Matcher matcher = SINCE.matcher(text);
        if (!matcher.matches()) {
            throw invalid("since", "hours or days such as 12h or 7d", text);
        }
        long n = Long.parseLong(matcher.group(1));
        return matcher.group(2).equals("h") ? Duration.ofHours(n) : Duration.ofDays(n);
    }

    private static RefusedException invalid(String name, String expected, String value) {
        String message = "%s must be %s, got %s".formatted(name, expected, value);
        return new RefusedException(Refusals.badRequest("invalid_parameter", name, message));
    }
}
