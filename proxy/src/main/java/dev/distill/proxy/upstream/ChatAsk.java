package dev.distill.proxy.upstream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.upstream.RecordedCall.Piece;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** What providers without a network share: requests and answers of OpenAI chat in memory. */
final class ChatAsk {
    static final Map<String, String> EVENT_STREAM = Map.of("content-type", "text/event-stream");

    private ChatAsk() {}

    /** The request of an ask. */
    static ObjectNode read(Ask ask) {
        return object(new String(ask.body(), StandardCharsets.UTF_8));
    }

    /** JSON text of our own making, or checked before. */
    static ObjectNode object(String text) {
        try {
            return (ObjectNode) Json.parse(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a JSON object", e);
        }
    }

    /** A whole answer as a stream; its usage goes with it as far as the request asks for that. */
    static Call stream(
            Ask ask,
            ObjectNode request,
            ObjectNode completion,
            OptionalLong recordedMillis,
            Duration passed,
            Sleeper sleeper) {
        boolean usage = request.path("stream_options").path("include_usage").asBoolean();
        List<Piece> pieces =
                ChatChunks.split(completion, usage).stream()
                        .map(data -> Piece.event(Duration.ZERO, data))
                        .toList();
        return new RecordedCall(
                200, EVENT_STREAM, pieces, recordedMillis, passed, ask.clocks(), sleeper);
    }

    /** The body of an error that the request is to blame for. */
    static ObjectNode error(String code, String message) {
        return error("invalid_request_error", code, message);
    }

    /** The error that a stream ends with. */
    static ObjectNode failure(Outcome.Failure failure) {
        return error("server_error", failure.code(), failure.message());
    }

    private static ObjectNode error(String type, String code, String message) {
        ObjectNode body = Json.object();
        body.putObject("error")
                .put("message", message)
                .put("type", type)
                .putNull("param")
                .put("code", code);
        return body;
    }
}
