package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.InstantSource;
import java.util.Map;

/**
 * Converse and ConverseStream of Amazon Bedrock. Streams come in {@link AwsEventStream} frames.
 *
 * <p>What translation does that one might not expect: answers have neither id nor model, so both
 * are empty; {@code top_k} and thinking have no member of their own and are written for Claude
 * alone, as additional fields; thoughts without a signature of Claude's are left out of requests;
 * documents must be named, within a narrow alphabet.
 *
 * @see <a href="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html">
 *     Converse</a>
 */
public final class BedrockCodec implements ProviderCodec {
    private final InstantSource clock;

    /**
     * @param clock for when an answer was made, which Bedrock does not say
     */
    public BedrockCodec(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Dialect dialect() {
        return Dialect.BEDROCK_CONVERSE;
    }

    @Override
    public ObjectNode writeRequest(Conversation conversation, String model) {
        return BedrockRequestWriter.write(conversation, model);
    }

    @Override
    public Completion readCompletion(JsonNode answer) {
        return BedrockCompletion.read(answer, now());
    }

    @Override
    public FrameParser frames() {
        return new AwsEventStream();
    }

    @Override
    public StreamReader streamReader() {
        return new BedrockStreamReader(now());
    }

    @Override
    public Refusal readError(int status, Map<String, String> headers, String body) {
        return BedrockErrors.read(status, headers, body);
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }
}
