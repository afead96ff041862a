package dev.distill.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.files.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When a stream is complete, and what else is particular to streams and their answers. */
class StreamEndTest {
    private static final ProviderCodec ANTHROPIC = new AnthropicCodec(() -> Instant.EPOCH);
    private static final ProviderCodec GEMINI = new GeminiCodec(() -> Instant.EPOCH);
    private static final ProviderCodec BEDROCK = new BedrockCodec(() -> Instant.EPOCH);
    private static final SseFrame ANTHROPIC_START =
            TestFrames.data(
                    """
                    {"type":"message_start","message":{"id":"m","model":"c","usage":{}}}""");
    private static final SseFrame ANTHROPIC_STOPPED =
            TestFrames.data(
                    "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}");

    @Test
    void aStreamThatBreaksOffHasNotEnded() {
        assertNotEnded(ANTHROPIC, ANTHROPIC_START);
        assertNotEnded(GEMINI, gemini("{\"content\":{\"parts\":[{\"text\":\"a\"}]}}"));
        assertNotEnded(GEMINI, TestFrames.data("{}"));
        assertNotEnded(BEDROCK, TestFrames.named("messageStart", "{\"role\":\"assistant\"}"));
        assertNotEnded(BEDROCK, TestFrames.named("metadata", "{\"usage\":{}}"));
    }

    @Test
    void aStreamThatLacksOnlyItsLastFrameHasEnded() {
        assertThat(TestFrames.read(ANTHROPIC.streamReader(), List.of(ANTHROPIC_STOPPED)))
                .endsWith(new Event.Ended());
        assertThat(
                        TestFrames.read(
                                BEDROCK.streamReader(),
                                List.of(
                                        TestFrames.named(
                                                "messageStop", "{\"stopReason\":\"end_turn\"}"))))
                .endsWith(new Event.Ended());
    }

    @Test
    void aStreamEndsOnce() {
        assertThat(
                        TestFrames.read(
                                ANTHROPIC.streamReader(),
                                List.of(
                                        ANTHROPIC_START,
                                        ANTHROPIC_STOPPED,
                                        TestFrames.data("{\"type\":\"message_stop\"}"))))
                .containsOnlyOnce(new Event.Ended());
    }

    @Test
    void geminiHasEndedWhenEveryCandidateHas() {
        SseFrame first = gemini("{\"index\":0,\"finishReason\":\"STOP\"}");
        SseFrame both = gemini("{\"index\":0,\"finishReason\":\"STOP\"},{\"index\":1}");
        SseFrame second = gemini("{\"index\":1,\"finishReason\":\"SAFETY\"}");

        assertThat(TestFrames.read(GEMINI.streamReader(), List.of(first)))
                .endsWith(new Event.Ended());
        assertNotEnded(GEMINI, both);
        assertThat(TestFrames.read(GEMINI.streamReader(), List.of(both, second)))
                .endsWith(
                        new Event.Finished(1, StopReason.FILTERED, Optional.empty()),
                        new Event.Ended());
    }

    @Test
    void anErrorWithinAStreamOfGeminiFailsIt() {
        String error = "{\"error\":{\"code\":503,\"message\":\"busy\",\"status\":\"UNAVAILABLE\"}}";

        assertThat(GEMINI.streamReader().read(TestFrames.data(error)))
                .singleElement()
                .isInstanceOfSatisfying(
                        Event.Failed.class,
                        f -> assertThat(f.refusal().kind()).isEqualTo(Refusal.Kind.OVERLOADED));
    }

    @Test
    void argumentsOfACallThatIsOverAreNotMixedIntoTheNext() {
        CallerCodec.StreamWriter writer =
                new AnthropicCodec(() -> Instant.EPOCH).streamWriter(true);
        writer.write(new Event.ToolCallStarted(0, 0, "a", "f"));
        writer.write(new Event.ToolCallStarted(0, 1, "b", "g"));

        assertThatThrownBy(() -> writer.write(new Event.ToolCallDelta(0, 0, "{}")))
                .isInstanceOf(WireException.class)
                .hasMessage("the arguments of call 0 come too late");
    }

    @Test
    void logProbabilitiesOfGeminiTakeTheShapeOfOpenAi() throws Exception {
        Completion answer =
                GEMINI.readCompletion(
                        Json.parse(
                                """
                                {"candidates":[{"finishReason":"STOP","logprobsResult":{
                                  "chosenCandidates":[{"token":"é","logProbability":-0.25}],
                                  "topCandidates":[{"candidates":[
                                    {"token":"é","logProbability":-0.25},
                                    {"token":"e","logProbability":-2.5}]}]}}]}"""));

        assertThat(answer.choices().getFirst().logprobs().map(Json::line))
                .contains(
                        """
                        {"content":[{"token":"é","logprob":-0.25,"bytes":[195,169],"top_logprobs":[\
                        {"token":"é","logprob":-0.25,"bytes":[195,169]},\
                        {"token":"e","logprob":-2.5,"bytes":[101]}]}],"refusal":null}""");
    }

    @Test
    void soundAndCachedInputOfGeminiAreCountedApart() throws Exception {
        Completion answer =
                GEMINI.readCompletion(
                        Json.parse(
                                """
                                {"candidates":[{"finishReason":"STOP"}],"usageMetadata":{
                                  "promptTokenCount":100,"cachedContentTokenCount":40,
                                  "promptTokensDetails":[{"modality":"AUDIO","tokenCount":30}],
                                  "cacheTokensDetails":[{"modality":"AUDIO","tokenCount":10}],
                                  "candidatesTokenCount":9,"thoughtsTokenCount":6,
                                  "candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":4}]
                                }}"""));

        assertThat(answer.usage()).contains(new Usage(40, 40, 0, 0, 20, 5, 6, 4, 0));
    }

    private static SseFrame gemini(String candidates) {
        return TestFrames.data("{\"candidates\":[" + candidates + "]}");
    }

    private static void assertNotEnded(ProviderCodec codec, SseFrame frame) {
        assertThat(TestFrames.read(codec.streamReader(), List.of(frame)))
                .doesNotContain(new Event.Ended());
    }
}
