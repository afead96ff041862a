package dev.distill.proxy.telemetry;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a span hangs: the header {@code traceparent}.
 *
 * @param traceId 32 hexadecimal digits
 * @param spanId 16 hexadecimal digits
 * @param sampled whether the trace is recorded
 * @see <a href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a>
 */
record TraceParent(String traceId, String spanId, boolean sampled) {
    private static final Pattern HEADER =
            Pattern.compile(
                    "(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");
    private static final String NO_TRACE = "0".repeat(32);
    private static final String NO_SPAN = "0".repeat(16);
    private static final int LONGEST = 512;

    /** Reads the header; whatever is not one counts as none. */
    static Optional<TraceParent> parse(String header) {
        Matcher parts = HEADER.matcher(header);
        if (header.length() > LONGEST
                || !parts.matches()
                || parts.group(2).equals(NO_TRACE)
                || parts.group(3).equals(NO_SPAN)
                || (parts.group(1).equals("00") && parts.group(5) != null)) {
            return Optional.empty();
        }
        boolean sampled = (Integer.parseInt(parts.group(4), 16) & 1) == 1;
        return Optional.of(new TraceParent(parts.group(2), parts.group(3), sampled));
    }

    /** The header. */
    String header() {
        return "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
    }
}
