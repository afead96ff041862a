package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.util.Map;

/** OpenAI's responses API, as far as it needs nothing that a server keeps between calls. */
public final class OpenAiResponsesCodec implements Codec {
    @Override
    public Dialect dialect() {
        return Dialect.OPENAI_RESPONSES;
    }

    @Override
    public Conversation readRequest(ObjectNode request) {
        return ResponsesRequestReader.read(request);
    }

    @Override
    public ObjectNode writeRequest(Conversation conversation, String model) {
        return ResponsesRequestWriter.write(conversation, model);
    }

    @Override
    public Completion readCompletion(JsonNode answer) {
        return ResponsesAnswerReader.read(answer);
    }

    @Override
    public ObjectNode writeCompletion(Completion completion) {
        return ResponsesAnswerWriter.write(completion);
    }

    @Override
    public StreamReader streamReader() {
        return new ResponsesStreamReader();
    }

    /** Usage is always part of the last event. */
    @Override
    public StreamWriter streamWriter(boolean includeUsage) {
        return new ResponsesStreamWriter();
    }

    @Override
    public Refusal readError(int status, Map<String, String> headers, String body) {
        return OpenAiErrors.read(status, body);
    }

    @Override
    public ObjectNode writeError(Refusal refusal, String requestId) {
        return OpenAiErrors.write(refusal);
    }

    @Override
    public byte[] writeStreamError(Refusal refusal, String requestId) {
        return streamError(refusal, 0);
    }

    static byte[] streamError(Refusal refusal, long sequenceNumber) {
        return Sse.event(
                "error",
                Json.line(
                        Json.object()
                                .put("type", "error")
                                .put("code", OpenAiErrors.code(refusal))
                                .put("message", refusal.message())
                                .put("param", refusal.param().orElse(null))
                                .put("sequence_number", sequenceNumber)));
    }
}
