package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.util.Map;

/** The chat completions API, of OpenAI and of everything compatible. */
public final class OpenAiChatCodec implements Codec {
    @Override
    public Dialect dialect() {
        return Dialect.OPENAI_CHAT;
    }

    @Override
    public Conversation readRequest(ObjectNode request) {
        return ChatRequestReader.read(request);
    }

    @Override
    public ObjectNode writeRequest(Conversation conversation, String model) {
        return ChatRequestWriter.write(conversation, model);
    }

    @Override
    public Completion readCompletion(JsonNode answer) {
        return ChatAnswers.read(answer);
    }

    @Override
    public ObjectNode writeCompletion(Completion completion) {
        return ChatAnswers.write(completion);
    }

    @Override
    public StreamReader streamReader() {
        return new ChatStreamReader();
    }

    @Override
    public StreamWriter streamWriter(boolean includeUsage) {
        return new ChatStreamWriter(includeUsage);
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
        return Sse.data(Json.line(OpenAiErrors.write(refusal)));
    }
}
