import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The request that is sent again and again. No two are the same, so that nothing can be answered
 * from a store: the last message has the number of the request, the first one that of a
 * conversation.
 */
final class Question {
    private static final String SESSION = "conversation 0000000";
    private static final String REQUEST = "request 000000000000";

    private final byte[] bytes;
    private final int sessionEnd;
    private final int requestEnd;
    private final int sessions;
    private final AtomicLong numbers =
            new AtomicLong(System.currentTimeMillis() * 1000 % 1_000_000_000_000L);

    Question(URI place, Settings settings) {
        boolean anthropic = settings.text("dialect").equals("anthropic");
        String body =
                """
                {"model":"%s","max_tokens":%d,"stream":%b,"messages":[\
                {"role":"user","content":"%s %s"},\
                {"role":"assistant","content":"Yes?"},\
                {"role":"user","content":"%s"}]}\
                """
                        .formatted(
                                settings.text("model"),
                                settings.number("max_tokens"),
                                settings.flag("stream"),
                                SESSION,
                                "x".repeat(settings.number("prompt_bytes")),
                                REQUEST);
        String header = settings.text("header");
        String text =
                """
                POST /v1/%s HTTP/1.1
                host: %s:%d
                content-type: application/json
                authorization: Bearer %s
                %s%scontent-length: %d

                """
                                .replace("\n", "\r\n")
                                .formatted(
                                        anthropic ? "messages" : "chat/completions",
                                        place.getHost(),
                                        place.getPort(),
                                        settings.text("key"),
                                        anthropic ? "anthropic-version: 2023-06-01\r\n" : "",
                                        header.isEmpty() ? "" : header + "\r\n",
                                        body.length())
                        + body;
        this.bytes = text.getBytes(StandardCharsets.US_ASCII);
        this.sessionEnd = text.indexOf(SESSION) + SESSION.length();
        this.requestEnd = text.indexOf(REQUEST) + REQUEST.length();
        this.sessions = settings.number("sessions");
    }

    /** Room for one request. */
    ByteBuffer buffer() {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes);
    }

    /** Turns the request in a buffer into the next one, ready to be sent. */
    void next(ByteBuffer request) {
        long number = numbers.getAndIncrement();
        write(request, sessionEnd, SESSION, number % sessions);
        write(request, requestEnd, REQUEST, number);
        request.clear();
    }

    /** Puts a number into the place of the zeros that end a text. */
    private static void write(ByteBuffer request, int end, String text, long number) {
        long rest = number;
        for (int i = 1; text.charAt(text.length() - i) == '0'; i++) {
            request.put(end - i, (byte) ('0' + rest % 10));
            rest /= 10;
        }
    }
}
