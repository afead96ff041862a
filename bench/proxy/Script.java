import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What the fake provider says in one dialect, as bytes that are ready to be sent. Every token of it
 * is {@link #TOKEN}. The buffers are shared: send duplicates.
 */
final class Script {
    static final String TOKEN = " word";
    private static final int PROMPT_TOKENS = 20;

    private final boolean anthropic;

    /** A whole answer with its HTTP head. */
    final ByteBuffer whole;

    /** The HTTP head of a stream and the events before the first token. */
    final ByteBuffer opening;

    /** The event of one token. */
    final ByteBuffer token;

    /**
     * @param answerBytes the size of the body of a whole answer; not less than one without text has
     */
    Script(boolean anthropic, int answerBytes) {
        this.anthropic = anthropic;
        this.whole = bytes(whole(answerBytes));
        this.opening = bytes(opening());
        this.token = bytes(token());
    }

    /** The events after the last token, and the end of the stream. */
    ByteBuffer ending(int tokens, boolean withUsage) {
        return bytes(anthropic ? anthropicEnding(tokens) : openAiEnding(tokens, withUsage));
    }

    private String whole(int answerBytes) {
        String body = body("", 0);
        // The count of tokens takes more digits than the 0 of the empty answer: three rounds settle
        // it.
        for (int round = 0; round < 3; round++) {
            int room = Math.max(0, answerBytes - body("", body.length() / TOKEN.length()).length());
            String text = TOKEN.repeat(room / TOKEN.length()) + ".".repeat(room % TOKEN.length());
            body = body(text, room / TOKEN.length());
        }
        return "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
                .formatted(body.length(), body);
    }

    private String body(String text, int tokens) {
        return anthropic
                ? """
                {"id":"msg_fake","type":"message","role":"assistant","model":"fake",\
                "content":[{"type":"text","text":"%s"}],"stop_reason":"end_turn","stop_sequence":null,\
                "usage":{"input_tokens":%d,"output_tokens":%d}}\
                """
                        .formatted(text, PROMPT_TOKENS, tokens)
                : """
                {"id":"chatcmpl-fake","object":"chat.completion","created":1700000000,"model":"fake",\
                "choices":[{"index":0,"message":{"role":"assistant","content":"%s"},"logprobs":null,\
                "finish_reason":"stop"}],"usage":%s}\
                """
                        .formatted(text, openAiUsage(tokens));
    }

    private String opening() {
        String head =
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n"
                        + "transfer-encoding: chunked\r\n\r\n";
        return anthropic
                ? head
                        + event(
                                "message_start",
                                """
                                ,"message":{"id":"msg_fake","type":"message","role":"assistant",\
                                "model":"fake","content":[],"stop_reason":null,"stop_sequence":null,\
                                "usage":{"input_tokens":%d,"output_tokens":1}}\
                                """
                                        .formatted(PROMPT_TOKENS))
                        + event(
                                "content_block_start",
                                ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}")
                : head + chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null");
    }

    private String token() {
        return anthropic
                ? event(
                        "content_block_delta",
                        ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\""
                                + TOKEN
                                + "\"}")
                : chunk("{\"content\":\"" + TOKEN + "\"}", "null");
    }

    private static String anthropicEnding(int tokens) {
        return event("content_block_stop", ",\"index\":0")
                + event(
                        "message_delta",
                        """
                        ,"delta":{"stop_reason":"end_turn","stop_sequence":null},\
                        "usage":{"output_tokens":%d}\
                        """
                                .formatted(tokens))
                + event("message_stop", "")
                + "0\r\n\r\n";
    }

    private static String openAiEnding(int tokens, boolean withUsage) {
        String usage =
                framed(
                        """
                        data: {"id":"chatcmpl-fake","object":"chat.completion.chunk",\
                        "created":1700000000,"model":"fake","choices":[],"usage":%s}

                        """
                                .formatted(openAiUsage(tokens)));
        return chunk("{}", "\"stop\"")
                + (withUsage ? usage : "")
                + framed("data: [DONE]\n\n")
                + "0\r\n\r\n";
    }

    private static String openAiUsage(int tokens) {
        return """
        {"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,\
        "prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}\
        """
                .formatted(PROMPT_TOKENS, tokens, PROMPT_TOKENS + tokens);
    }

    /** One event of an OpenAI stream. */
    private static String chunk(String delta, String finishReason) {
        return framed(
                """
                data: {"id":"chatcmpl-fake","object":"chat.completion.chunk","created":1700000000,\
                "model":"fake","choices":[{"index":0,"delta":%s,"finish_reason":%s}]}

                """
                        .formatted(delta, finishReason));
    }

    /** One event of an Anthropic stream. */
    private static String event(String type, String fields) {
        return framed("event: %s\ndata: {\"type\":\"%s\"%s}\n\n".formatted(type, type, fields));
    }

    /** A chunk of HTTP/1.1. */
    private static String framed(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    private static ByteBuffer bytes(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}
