package dev.distill.proxy;

import static dev.distill.proxy.EveryProvider.HELLO;
import static dev.distill.proxy.EveryProvider.WEATHER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.ContentBlock;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.WebSearchTool20250305;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * anthropic-java through the proxy: what it makes of the answers of every provider, and what that
 * provider was asked.
 */
@Tag("it")
@Timeout(60)
final class AnthropicClientTest {
    @TempDir private Path folder;
    private EveryProvider providers;
    private AnthropicClient anthropic;

    @BeforeEach
    void start() {
        providers = new EveryProvider(folder);
        anthropic = client(providers, "anything");
    }

    @AfterEach
    void stop() {
        anthropic.close();
        providers.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "openai", "gemini", "bedrock"})
    void getsAnAnswer(String route) {
        Message answer = anthropic.messages().create(message(route).build());
        assertThat(text(answer)).isEqualTo("Hello there");
        assertThat(answer.stopReason()).contains(StopReason.END_TURN);
        assertThat(answer.usage().inputTokens()).isEqualTo(10);
        assertThat(answer.usage().outputTokens()).isEqualTo(5);
        providers.assertAskedIn(route);
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "openai", "gemini", "bedrock"})
    void streamsAnAnswer(String route) {
        Message answer = streamed(message(route).build());
        assertThat(text(answer)).isEqualTo("Hello there");
        assertThat(answer.stopReason()).contains(StopReason.END_TURN);
        assertThat(answer.usage().outputTokens()).isEqualTo(5);
        providers.assertAskedIn(route);
        assertThat(providers.asked().streams()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "openai", "gemini", "bedrock"})
    void callsATool(String route) {
        providers.say(WEATHER);
        MessageCreateParams.Builder request = message(route).addTool(weatherTool());
        Message answer = anthropic.messages().create(request.build());
        assertThat(answer.stopReason()).contains(StopReason.TOOL_USE);
        ContentBlock call = answer.content().getLast();
        assertThat(call.asToolUse().name()).isEqualTo("get_weather");
        assertThat(call.asToolUse()._input())
                .isEqualTo(com.anthropic.core.JsonValue.from(Map.of("city", "Paris")));
        providers.assertToolOffered(route);

        providers.say(HELLO);
        String id = call.asToolUse().id();
        request.addMessage(answer)
                .addUserMessageOfContentBlockParams(
                        List.of(
                                com.anthropic.models.messages.ContentBlockParam.ofToolResult(
                                        com.anthropic.models.messages.ToolResultBlockParam.builder()
                                                .toolUseId(id)
                                                .content("sunny")
                                                .build())));
        assertThat(text(anthropic.messages().create(request.build()))).isEqualTo("Hello there");
        providers.assertToolAnswered(route, id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "openai", "gemini", "bedrock"})
    void streamsAToolCall(String route) {
        providers.say(WEATHER);
        Message answer = streamed(message(route).addTool(weatherTool()).build());
        assertThat(answer.content().getLast().asToolUse()._input())
                .isEqualTo(com.anthropic.core.JsonValue.from(Map.of("city", "Paris")));
        assertThat(answer.stopReason()).contains(StopReason.TOOL_USE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "gemini", "bedrock"})
    void readsThoughts(String route) {
        providers.say(HELLO.thinking("hm", "mm"));
        MessageCreateParams request = message(route).maxTokens(4096).enabledThinking(1024).build();
        for (Message answer : List.of(anthropic.messages().create(request), streamed(request))) {
            assertThat(answer.content().getFirst().asThinking().thinking()).isEqualTo("hmmm");
            assertThat(text(answer)).isEqualTo("Hello there");
        }
        assertThat(providers.asked().body()).contains("1024");
    }

    @Test
    void getsTheSignatureOfThoughtsAndSendsItBack() {
        providers.say(HELLO.thinking("hmmm"));
        MessageCreateParams.Builder request =
                message("anthropic").maxTokens(4096).enabledThinking(1024);
        Message answer = streamed(request.build());
        assertThat(answer.content().getFirst().asThinking().signature()).isEqualTo("c2lnbmVk");
        streamed(request.addMessage(answer).addUserMessage("go on").build());
        assertThat(providers.asked().json().at("/messages/1/content/0/signature").asText())
                .isEqualTo("c2lnbmVk");
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "openai", "gemini", "bedrock"})
    void isToldToSlowDown(String route) {
        providers.refuse(429, "slow down");
        assertThatThrownBy(() -> anthropic.messages().create(message(route).build()))
                .isInstanceOf(com.anthropic.errors.RateLimitException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "openai", "gemini", "bedrock"})
    void readsWhatIsWrongWithItsRequest(String route) {
        providers.refuse(400, "no good");
        assertThatThrownBy(() -> anthropic.messages().create(message(route).build()))
                .isInstanceOf(com.anthropic.errors.BadRequestException.class)
                .hasMessageContaining("no good");
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "openai", "gemini", "bedrock"})
    void isNotToldThatItsKeyIsWrongWhenTheProxysIs(String route) {
        providers.refuse(401, "bad key");
        assertThatThrownBy(() -> anthropic.messages().create(message(route).build()))
                .isInstanceOf(com.anthropic.errors.InternalServerException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "openai", "gemini", "bedrock"})
    void seesAServerErrorAsOne(String route) {
        providers.refuse(500, "it broke");
        assertThatThrownBy(() -> anthropic.messages().create(message(route).build()))
                .isInstanceOf(com.anthropic.errors.InternalServerException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "openai", "gemini", "bedrock"})
    void failsWhenAStreamIsCut(String route) {
        Say say = Say.text("one", "two", "three", "four", "five");
        providers.behave(
                request -> EveryProvider.speech(request).streamed(say, request).closedAfter(4));
        try (var stream = anthropic.messages().createStreaming(message(route).build())) {
            assertThatThrownBy(() -> stream.stream().forEach(_ -> {}))
                    .isInstanceOf(com.anthropic.errors.AnthropicException.class);
        }
    }

    @Test
    void isToldThatItsKeyIsWrong() {
        try (EveryProvider locked = EveryProvider.withKeys(folder.resolve("locked"))) {
            AnthropicClient stranger = client(locked, "sk-of-nobody");
            assertThatThrownBy(() -> stranger.messages().create(message("anthropic").build()))
                    .isInstanceOf(com.anthropic.errors.UnauthorizedException.class);
            AnthropicClient known = client(locked, TestKey.SECRET);
            assertThat(text(known.messages().create(message("anthropic").build())))
                    .isEqualTo("Hello there");
            stranger.close();
            known.close();
            assertThat(locked.requests()).hasSize(1);
        }
    }

    @Test
    void isRefusedByNameWhatAProviderHasNoWordFor() {
        MessageCreateParams search =
                message("openai").addTool(WebSearchTool20250305.builder().build()).build();
        assertThatThrownBy(() -> anthropic.messages().create(search))
                .isInstanceOf(com.anthropic.errors.BadRequestException.class)
                .hasMessageContaining("tools");
        assertThat(providers.requests()).isEmpty();
    }

    private static AnthropicClient client(EveryProvider providers, String key) {
        return AnthropicOkHttpClient.builder()
                .apiKey(key)
                .baseUrl(providers.url(""))
                .maxRetries(0)
                .build();
    }

    private Message streamed(MessageCreateParams request) {
        MessageAccumulator whole = MessageAccumulator.create();
        try (var stream = anthropic.messages().createStreaming(request)) {
            stream.stream().forEach((RawMessageStreamEvent event) -> whole.accumulate(event));
        }
        return whole.message();
    }

    private static MessageCreateParams.Builder message(String route) {
        return MessageCreateParams.builder()
                .model(route)
                .maxTokens(300)
                .system("be brief")
                .addUserMessage("hi");
    }

    private static Tool weatherTool() {
        return Tool.builder()
                .name("get_weather")
                .description("The weather in a city.")
                .inputSchema(
                        Tool.InputSchema.builder()
                                .properties(
                                        Tool.InputSchema.Properties.builder()
                                                .additionalProperties(
                                                        EveryProvider.values(
                                                                com.anthropic.core.JsonValue::from,
                                                                EveryProvider.CITY))
                                                .build())
                                .addRequired("city")
                                .build())
                .build();
    }

    private static String text(Message answer) {
        StringBuilder text = new StringBuilder();
        answer.content().forEach(block -> block.text().ifPresent(t -> text.append(t.text())));
        return text.toString();
    }
}
