package dev.distill.proxy;

import dev.distill.proxy.ledger.Attempt;
import dev.distill.proxy.ledger.StoredAnswer;
import dev.distill.proxy.money.Usd;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What callers learn about an answer beside the answer itself. */
final class AnswerHeaders {
    private static final Pattern UNPRINTABLE = Pattern.compile("[^ -~]");

    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);

    private AnswerHeaders() {}

    /** Of a whole answer that was asked just now. */
    static Map<String, String> live(
            Exchange exchange, Attempting made, Attempt attempt, String answeredBy) {
        Map<String, String> headers = common(exchange);
        asked(headers, made);
        add(headers, Headers.PROVIDER, attempt.provider());
        add(headers, Headers.MODEL, answeredBy);
        add(headers, Headers.COST_USD, usd(exchange.costNanoUsd()));
        add(headers, Headers.ANSWER_COST_USD, usd(attempt.costNanoUsd()));
        add(headers, Headers.LATENCY_MILLIS, Long.toString(attempt.latencyMillis()));
        add(headers, Headers.ASKED_AT, attempt.at().truncatedTo(ChronoUnit.MILLIS).toString());
        add(headers, Headers.STORE, Headers.OFF);
        add(headers, Headers.SIMULATED, Boolean.toString(attempt.simulated()));
        return headers;
    }

    /** Of a stream, whose cost nobody knows yet. */
    static Map<String, String> stream(Exchange exchange, Attempting attempt, String answeredBy) {
        Map<String, String> headers = common(exchange);
        asked(headers, attempt);
        add(headers, Headers.OVERHEAD_MILLIS, millis(exchange.overheadNanos(attempt.nanos())));
        add(headers, Headers.PROVIDER, attempt.target().provider());
        add(headers, Headers.MODEL, answeredBy);
        add(headers, Headers.STORE, Headers.OFF);
        add(headers, Headers.SIMULATED, Boolean.toString(attempt.target().upstream().simulated()));
        return headers;
    }

    /** Of an answer that is in the store, perhaps just now. */
    static Map<String, String> stored(Exchange exchange, StoredAnswer answer, String store) {
        Map<String, String> headers = common(exchange);
        add(headers, Headers.REQUEST_KEY, answer.key().hex());
        add(headers, Headers.TARGET, answer.provider() + "/" + answer.model());
        add(headers, Headers.PROVIDER, answer.provider());
        add(headers, Headers.MODEL, answer.answeredBy());
        add(headers, Headers.COST_USD, usd(exchange.costNanoUsd()));
        add(headers, Headers.ANSWER_COST_USD, usd(answer.costNanoUsd()));
        add(headers, Headers.LATENCY_MILLIS, Long.toString(answer.latencyMillis()));
        add(headers, Headers.ASKED_AT, answer.askedAt().truncatedTo(ChronoUnit.MILLIS).toString());
        add(headers, Headers.STORE, store);
        add(headers, Headers.SIMULATED, Boolean.toString(answer.simulated()));
        return headers;
    }

    /** Of a request that is refused: what was tried for it. */
    static Map<String, String> refused(Exchange exchange) {
        Map<String, String> headers = common(exchange);
        if (!exchange.attempts().isEmpty()) {
            exchange.attempts()
                    .getLast()
                    .upstreamId()
                    .ifPresent(id -> add(headers, Headers.UPSTREAM_REQUEST_ID, id));
        }
        return headers;
    }

    /** Who was asked, and how. */
    private static void asked(Map<String, String> headers, Attempting attempt) {
        add(headers, Headers.TARGET, attempt.target().toString());
        attempt.upstreamId().ifPresent(id -> add(headers, Headers.UPSTREAM_REQUEST_ID, id));
        if (attempt.stripped()) {
            add(headers, Headers.THOUGHTS, Headers.STRIPPED);
        }
    }

    private static Map<String, String> common(Exchange exchange) {
        Map<String, String> headers = new TreeMap<>();
        add(headers, Headers.ATTEMPTS, Integer.toString(exchange.attemptsBegun()));
        add(headers, Headers.FALLBACKS, Integer.toString(exchange.fallbacks()));
        add(headers, Headers.OVERHEAD_MILLIS, millis(exchange.overheadNanos(0)));
        exchange.session()
                .ifPresent(
                        session -> {
                            add(headers, Headers.SESSION, session.sessionId());
                            add(headers, Headers.SESSION_USD, Usd.text(session.sessionNanoUsd()));
                        });
        if (!exchange.leftOut().isEmpty()) {
            add(headers, Headers.LEFT_OUT, String.join(", ", exchange.leftOut()));
        }
        exchange.quotas().forEach((name, value) -> add(headers, name, value));
        exchange.warning().ifPresent(warning -> add(headers, Headers.BUDGET_WARNING, warning));
        retirement(headers, exchange.named());
        return headers;
    }

    /** RFC 9745 and RFC 8594. */
    private static void retirement(Map<String, String> headers, Route route) {
        route.deprecation()
                .map(day -> day.atStartOfDay(ZoneOffset.UTC))
                .ifPresent(day -> add(headers, "deprecation", "@" + day.toEpochSecond()));
        route.sunset()
                .map(day -> day.atStartOfDay(ZoneOffset.UTC))
                .ifPresent(day -> add(headers, "sunset", HTTP_DATE.format(day)));
        route.config()
                .retirement()
                .ifPresent(end -> add(headers, Headers.SUCCESSOR, end.successor()));
    }

    /** With three digits behind the point. */
    private static String millis(long nanos) {
        long micros = nanos / 1000;
        String digits = Long.toString(1000 + micros % 1000).substring(1);
        return micros / 1000 + "." + digits;
    }

    private static String usd(OptionalLong nanoUsd) {
        return nanoUsd.isPresent() ? Usd.text(nanoUsd.getAsLong()) : Headers.UNKNOWN;
    }

    /** What has no place in a header becomes a question mark. */
    private static void add(Map<String, String> headers, String name, String value) {
        headers.put(name, isPrintable(value) ? value : UNPRINTABLE.matcher(value).replaceAll("?"));
    }

    private static boolean isPrintable(String value) {
        return value.chars().allMatch(c -> c >= ' ' && c <= '~');
    }
}
