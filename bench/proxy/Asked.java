import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the fake provider wants to know about a request. Its body is searched rather than parsed,
 * which costs less and is enough for bodies whose texts do not contain these names in quotes.
 *
 * @param length of the whole request in bytes
 * @param tokens the most tokens that the answer may have, when the request says so
 */
record Asked(String path, int length, boolean streaming, boolean withUsage, OptionalInt tokens) {
    private static final Pattern LENGTH = Pattern.compile("\r\ncontent-length: *([0-9]+)");
    private static final byte[] HEAD_END = ascii("\r\n\r\n");
    private static final byte[] STREAM = ascii("\"stream\":");
    private static final byte[] INCLUDE_USAGE = ascii("\"include_usage\":");
    private static final byte[][] MOST_TOKENS = {
        ascii("\"max_tokens\":"), ascii("\"max_completion_tokens\":")
    };
    private static final int MOST_VALUE = 12;

    /** The first request in some bytes, once all of it is there. */
    static Optional<Asked> in(byte[] bytes, int count) {
        int headEnd = find(bytes, HEAD_END, 0, count);
        if (headEnd < 0) {
            return Optional.empty();
        }
        int body = headEnd + HEAD_END.length;
        String head = new String(bytes, 0, body, StandardCharsets.ISO_8859_1);
        Matcher length = LENGTH.matcher(head.toLowerCase(Locale.ROOT));
        int end = body + (length.find() ? Integer.parseInt(length.group(1)) : 0);
        if (count < end) {
            return Optional.empty();
        }
        String path = head.split(" ", 3)[1];
        return Optional.of(
                new Asked(
                        path,
                        end,
                        value(bytes, STREAM, body, end).startsWith("true"),
                        value(bytes, INCLUDE_USAGE, body, end).startsWith("true"),
                        tokens(bytes, body, end)));
    }

    private static OptionalInt tokens(byte[] bytes, int from, int end) {
        for (byte[] name : MOST_TOKENS) {
            String digits = value(bytes, name, from, end).split("[^0-9]", 2)[0];
            if (!digits.isEmpty()) {
                return OptionalInt.of(Integer.parseInt(digits));
            }
        }
        return OptionalInt.empty();
    }

    /** What follows a name, as far as it matters; empty when the name does not occur. */
    private static String value(byte[] bytes, byte[] name, int from, int end) {
        int at = find(bytes, name, from, end);
        if (at < 0) {
            return "";
        }
        int start = at + name.length;
        int length = Math.min(MOST_VALUE, end - start);
        return new String(bytes, start, length, StandardCharsets.ISO_8859_1).strip();
    }

    private static int find(byte[] bytes, byte[] what, int from, int end) {
        for (int i = from; i <= end - what.length; i++) {
            if (bytes[i] == what[0]
                    && Arrays.equals(bytes, i, i + what.length, what, 0, what.length)) {
                return i;
            }
        }
        return -1;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
