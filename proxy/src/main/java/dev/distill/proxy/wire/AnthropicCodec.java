package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.InstantSource;
import java.util.Map;

/**
 * The Messages API of Anthropic.
 *
 * <p>What translation does that one might not expect: a request without a limit gets {@link
 * #DEFAULT_MAX_TOKENS}, because Anthropic requires one; an effort is written as adaptive thinking,
 * which is what the present models understand; thoughts that somebody else signed, or nobody, are
 * left out of requests, because Anthropic refuses them; a system message is written in place where
 * it follows the user's, and otherwise must be at the top; the name of a JSON schema is left out,
 * for it says nothing to the model, and its description goes into the schema.
 *
 * @see <a href="https://docs.claude.com/en/api/messages">the Messages API</a>
 */
public final class AnthropicCodec implements Codec {
    /**
     * The most output tokens, its thoughts apart, of a request that does not say: much for an
     * answer, and less than the limit of every Claude that is still served.
     */
    public static final int DEFAULT_MAX_TOKENS = 16_384;

    private final InstantSource clock;

    /**
     * @param clock for when an answer was made, which Anthropic does not say
     */
    public AnthropicCodec(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Dialect dialect() {
        return Dialect.ANTHROPIC_MESSAGES;
    }

    @Override
    public Conversation readRequest(ObjectNode request) {
        return AnthropicRequestReader.read(request);
    }

    @Override
    public ObjectNode writeRequest(Conversation conversation, String model) {
        return AnthropicRequestWriter.write(conversation, model);
    }

    @Override
    public Completion readCompletion(JsonNode answer) {
        return AnthropicCompletion.read(answer, now());
    }

    @Override
    public ObjectNode writeCompletion(Completion completion) {
        return AnthropicCompletion.write(completion);
    }

    @Override
    public StreamReader streamReader() {
        return new AnthropicStreamReader(now());
    }

    @Override
    public StreamWriter streamWriter(boolean includeUsage) {
        return new AnthropicStreamWriter(); // usage is always part of it
    }

    @Override
    public Refusal readError(int status, Map<String, String> headers, String body) {
        return AnthropicErrors.read(status, body);
    }

    @Override
    public int statusOf(Refusal refusal) {
        return refusal.kind() == Refusal.Kind.OVERLOADED && refusal.status() == 503
                ? AnthropicErrors.OVERLOADED
                : refusal.status();
    }

    @Override
    public ObjectNode writeError(Refusal refusal, String requestId) {
        return AnthropicErrors.write(refusal, requestId);
    }

    @Override
    public byte[] writeStreamError(Refusal refusal, String requestId) {
        return AnthropicStreamWriter.error(refusal, requestId);
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }
}
