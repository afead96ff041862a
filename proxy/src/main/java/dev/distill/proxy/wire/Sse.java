package dev.distill.proxy.wire;

import java.nio.charset.StandardCharsets;

/** Writes server-sent events. */
public final class Sse {
    private Sse() {}

    /** An event without a name. */
    public static byte[] data(String data) {
        return append(new StringBuilder(data.length() + 8), data);
    }

    /** An event with a name, which must be a single line. */
    public static byte[] event(String event, String data) {
        StringBuilder text = new StringBuilder(data.length() + event.length() + 16);
        return append(text.append("event: ").append(event).append('\n'), data);
    }

    /** A comment, which keeps a connection open and means nothing; it must be a single line. */
    public static byte[] comment(String words) {
        return (": " + words + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] append(StringBuilder text, String data) {
        data.lines().forEach(line -> text.append("data: ").append(line).append('\n'));
        if (data.isEmpty()) {
            text.append("data:\n");
        }
        return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }
}
