package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The embeddings API. Vectors of one model are nothing to another, so nothing is translated: of an
 * answer only the usage is read.
 */
public final class OpenAiEmbeddings implements Codec {
    @Override
    public Dialect dialect() {
        return Dialect.OPENAI_EMBEDDINGS;
    }

    @Override
    public Conversation readRequest(ObjectNode request) {
        throw untranslatable();
    }

    @Override
    public ObjectNode writeRequest(Conversation conversation, String model) {
        throw untranslatable();
    }

    /** The usage, without choices. */
    @Override
    public Completion readCompletion(JsonNode answer) {
        if (!answer.path("data").isArray()) {
            throw new WireException("data", "the answer has no embeddings");
        }
        return new Completion(
                "",
                answer.path("model").asText(""),
                0,
                List.of(),
                OpenAiUsage.embeddings(answer.path("usage")),
                Optional.empty());
    }

    @Override
    public ObjectNode writeCompletion(Completion completion) {
        throw untranslatable();
    }

    @Override
    public StreamReader streamReader() {
        throw untranslatable();
    }

    @Override
    public StreamWriter streamWriter(boolean includeUsage) {
        throw untranslatable();
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

    private static WireException untranslatable() {
        return new WireException("model", "this model does not make embeddings");
    }
}
