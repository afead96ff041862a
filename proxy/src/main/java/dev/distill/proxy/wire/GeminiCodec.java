package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.InstantSource;
import java.util.Map;

/**
 * {@code generateContent} of Gemini, with {@code streamGenerateContent?alt=sse} for streams.
 *
 * <p>What translation does that one might not expect: calls and results of functions are matched by
 * name as well as by id, so the name of a result is looked up among the calls before it; calls that
 * come without an id get one from the id of the answer; the signature of a call travels with
 * callers as that of a thought (see {@link GeminiSignature}), and a call that comes back without
 * one gets Google's word for histories that Gemini did not make; names of documents, which Gemini
 * has no place for, are left out.
 *
 * @see <a href="https://ai.google.dev/api/generate-content">generateContent</a>
 */
public final class GeminiCodec implements ProviderCodec {
    private final InstantSource clock;

    /**
     * @param clock for when an answer was made, which Gemini does not say
     */
    public GeminiCodec(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Dialect dialect() {
        return Dialect.GEMINI;
    }

    @Override
    public ObjectNode writeRequest(Conversation conversation, String model) {
        return GeminiRequestWriter.write(conversation, model);
    }

    @Override
    public Completion readCompletion(JsonNode answer) {
        return GeminiCompletion.read(answer, now());
    }

    @Override
    public StreamReader streamReader() {
        return new GeminiStreamReader(now());
    }

    @Override
    public Refusal readError(int status, Map<String, String> headers, String body) {
        return GeminiErrors.read(status, body);
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }
}
