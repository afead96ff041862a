package dev.distill.proxy;

import static dev.distill.proxy.EveryProvider.HELLO;
import static dev.distill.proxy.EveryProvider.WEATHER;
import static dev.distill.proxy.Script.js;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
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
 * openai-java through the proxy: what it makes of the answers of every provider, and what that
 * provider was asked.
 */
@Tag("it")
@Timeout(60)
final class OpenAiClientTest {
    @TempDir private Path folder;
    private EveryProvider providers;
    private OpenAIClient openai;

    @BeforeEach
    void start() {
        providers = new EveryProvider(folder);
        openai =
                OpenAIOkHttpClient.builder()
                        .apiKey("anything")
                        .baseUrl(providers.url("/v1"))
                        .maxRetries(0)
                        .build();
    }

    @AfterEach
    void stop() {
        openai.close();
        providers.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "gemini", "bedrock"})
    void getsAnAnswer(String route) {
        ChatCompletion answer = openai.chat().completions().create(chat(route).build());
        ChatCompletion.Choice choice = answer.choices().getFirst();
        assertThat(choice.message().content()).contains("Hello there");
        assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
        assertThat(answer.usage().orElseThrow().promptTokens()).isEqualTo(10);
        assertThat(answer.usage().orElseThrow().completionTokens()).isEqualTo(5);
        providers.assertAskedIn(route);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "gemini", "bedrock"})
    void streamsAnAnswer(String route) {
        ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
        ChatCompletionCreateParams request =
                chat(route)
                        .streamOptions(
                                ChatCompletionStreamOptions.builder().includeUsage(true).build())
                        .build();
        try (var stream = openai.chat().completions().createStreaming(request)) {
            List<ChatCompletionChunk> chunks = stream.stream().map(whole::accumulate).toList();
            assertThat(chunks).hasSizeGreaterThanOrEqualTo(4);
        }
        assertThat(whole.chatCompletion().choices().getFirst().message().content())
                .contains("Hello there");
        assertThat(whole.chatCompletion().usage().orElseThrow().completionTokens()).isEqualTo(5);
        providers.assertAskedIn(route);
        assertThat(providers.asked().streams()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "gemini", "bedrock"})
    void callsATool(String route) {
        providers.say(WEATHER);
        ChatCompletionCreateParams.Builder request = chat(route).addFunctionTool(weatherFunction());
        ChatCompletion answer = openai.chat().completions().create(request.build());
        assertThat(answer.choices().getFirst().finishReason())
                .isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
        ChatCompletionMessageFunctionToolCall call = toolCall(answer);
        assertThat(call.function().name()).isEqualTo("get_weather");
        assertThat(LiveProxy.json(call.function().arguments())).isEqualTo(js("{'city':'Paris'}"));
        assertThat(call.id()).isNotEmpty();
        providers.assertToolOffered(route);

        providers.say(HELLO);
        request.addMessage(answer.choices().getFirst().message())
                .addMessage(
                        ChatCompletionToolMessageParam.builder()
                                .toolCallId(call.id())
                                .content("sunny")
                                .build());
        assertThat(text(openai.chat().completions().create(request.build())))
                .isEqualTo("Hello there");
        providers.assertToolAnswered(route, call.id());
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "gemini", "bedrock"})
    void streamsAToolCall(String route) {
        providers.say(WEATHER);
        ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
        ChatCompletionCreateParams request = chat(route).addFunctionTool(weatherFunction()).build();
        try (var stream = openai.chat().completions().createStreaming(request)) {
            stream.stream().forEach(whole::accumulate);
        }
        ChatCompletionMessageFunctionToolCall call = toolCall(whole.chatCompletion());
        assertThat(call.function().name()).isEqualTo("get_weather");
        assertThat(LiveProxy.json(call.function().arguments())).isEqualTo(js("{'city':'Paris'}"));
        assertThat(whole.chatCompletion().choices().getFirst().finishReason())
                .isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
    }

    /** What structured output is read into. */
    public static final class City {
        /** Its name. */
        public String city = "";
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "gemini"})
    void readsStructuredOutput(String route) {
        providers.say(Say.text("{\"city\":", "\"Paris\"}"));
        var answer =
                openai.chat().completions().create(chat(route).responseFormat(City.class).build());
        City city = answer.choices().getFirst().message().content().orElseThrow();
        assertThat(city.city).isEqualTo("Paris");
        assertThat(providers.asked().body()).contains("\"city\"").contains("\"properties\"");
    }

    @Test
    void sendsItsSchemaUnchanged() {
        providers.say(Say.text("{}"));
        ResponseFormatJsonSchema.JsonSchema schema =
                ResponseFormatJsonSchema.JsonSchema.builder()
                        .name("place")
                        .strict(true)
                        .schema(
                                ResponseFormatJsonSchema.JsonSchema.Schema.builder()
                                        .additionalProperties(
                                                EveryProvider.values(
                                                        com.openai.core.JsonValue::from,
                                                        Map.of("type", "object")))
                                        .build())
                        .build();
        openai.chat().completions().create(chat("openai").jsonSchemaResponseFormat(schema).build());
        assertThat(providers.asked().json().path("response_format"))
                .isEqualTo(
                        js(
                                "{'type':'json_schema','json_schema':{'name':'place','schema':{'type':'object'},'strict':true}}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "gemini", "bedrock"})
    void isToldWhenToComeBack(String route) {
        providers.refuse(429, "slow down");
        var limited =
                catchThrowableOfType(com.openai.errors.RateLimitException.class, () -> ask(route));
        assertThat(limited.headers().values("retry-after")).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "gemini", "bedrock"})
    void readsWhatIsWrongWithItsRequest(String route) {
        providers.refuse(400, "no good");
        assertThatThrownBy(() -> ask(route))
                .isInstanceOf(com.openai.errors.BadRequestException.class)
                .hasMessageContaining("no good");
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "gemini", "bedrock"})
    void isNotToldThatItsKeyIsWrongWhenTheProxysIs(String route) {
        providers.refuse(401, "bad key sk-secret-of-primary");
        assertThatThrownBy(() -> ask(route))
                .isInstanceOfSatisfying(
                        com.openai.errors.InternalServerException.class,
                        e -> assertThat(e.statusCode()).isEqualTo(502))
                .hasMessageNotContaining("sk-secret-of-primary");
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "gemini", "bedrock"})
    void seesAServerErrorAsOne(String route) {
        providers.refuse(500, "it broke");
        assertThatThrownBy(() -> ask(route))
                .isInstanceOf(com.openai.errors.InternalServerException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "gemini", "bedrock"})
    void failsWhenAStreamIsCut(String route) {
        Say say = Say.text("one", "two", "three", "four", "five");
        providers.behave(
                request -> EveryProvider.speech(request).streamed(say, request).closedAfter(4));
        try (var stream = openai.chat().completions().createStreaming(chat(route).build())) {
            assertThatThrownBy(() -> stream.stream().forEach(_ -> {}))
                    .isInstanceOf(com.openai.errors.OpenAIException.class);
        }
    }

    /** Gemini's last frame finishes the answer: only the end of the body is missing. */
    @Test
    void getsAnAnswerThatWasWholeWhenTheConnectionEnded() {
        providers.behave(
                request -> {
                    Script whole = EveryProvider.speech(request).streamed(HELLO, request);
                    return whole.closedAfter(whole.events());
                });
        ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
        try (var stream = openai.chat().completions().createStreaming(chat("gemini").build())) {
            stream.stream().forEach(whole::accumulate);
        }
        assertThat(text(whole.chatCompletion())).isEqualTo("Hello there");
    }

    @Test
    void listsTheRoutesAsModels() {
        assertThat(openai.models().list().data())
                .extracting(com.openai.models.models.Model::id)
                .contains("openai", "anthropic", "gemini", "bedrock");
    }

    @Test
    void embeds() {
        providers.behave(
                _ ->
                        Script.json(
                                200,
                                js(
                                        "{'object':'list','data':[{'object':'embedding','index':0,'embedding':[0.5,-0.25]}],'model':'e-1','usage':{'prompt_tokens':3,'total_tokens':3}}")));
        var answer =
                openai.embeddings()
                        .create(
                                EmbeddingCreateParams.builder()
                                        .model("openai")
                                        .input("hello")
                                        .encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT)
                                        .build());
        assertThat(answer.data().getFirst().embedding()).containsExactly(0.5f, -0.25f);
        assertThat(providers.asked().path()).isEqualTo("/openai/v1/embeddings");
        assertThat(providers.asked().json().path("model").asText()).isEqualTo("m-openai");
    }

    @Test
    void isRefusedEmbeddingsWhereThereAreNone() {
        assertThatThrownBy(
                        () ->
                                openai.embeddings()
                                        .create(
                                                EmbeddingCreateParams.builder()
                                                        .model("anthropic")
                                                        .input("hello")
                                                        .build()))
                .isInstanceOf(com.openai.errors.BadRequestException.class);
        assertThat(providers.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "vllm", "anthropic", "gemini", "bedrock"})
    void usesTheResponsesApi(String route) {
        Response answer = openai.responses().create(response(route));
        assertThat(
                        answer.output().stream()
                                .flatMap(item -> item.message().stream())
                                .flatMap(message -> message.content().stream())
                                .map(content -> content.asOutputText().text()))
                .containsExactly("Hello there");
        assertThat(answer.usage().orElseThrow().outputTokens()).isEqualTo(5);
        assertThat(providers.asked().path())
                .endsWith(
                        switch (route) {
                            case "openai" -> "/openai/v1/responses";
                            case "vllm" -> "/vllm/v1/chat/completions";
                            case "anthropic" -> "/v1/messages";
                            case "gemini" -> ":generateContent";
                            default -> "/converse";
                        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "vllm", "anthropic", "gemini", "bedrock"})
    void streamsTheResponsesApi(String route) {
        ResponseAccumulator whole = ResponseAccumulator.create();
        StringBuilder text = new StringBuilder();
        try (var stream = openai.responses().createStreaming(response(route))) {
            stream.stream()
                    .map(whole::accumulate)
                    .flatMap((ResponseStreamEvent event) -> event.outputTextDelta().stream())
                    .forEach(delta -> text.append(delta.delta()));
        }
        assertThat(text).hasToString("Hello there");
        assertThat(whole.response().usage().orElseThrow().inputTokens()).isEqualTo(10);
    }

    @Test
    void isToldThatItsKeyIsWrong() {
        try (EveryProvider locked = EveryProvider.withKeys(folder.resolve("locked"))) {
            OpenAIClient stranger =
                    openai.withOptions(options -> options.baseUrl(locked.url("/v1")));
            assertThatThrownBy(() -> stranger.chat().completions().create(chat("openai").build()))
                    .isInstanceOf(com.openai.errors.UnauthorizedException.class);
            OpenAIClient known = stranger.withOptions(options -> options.apiKey(TestKey.SECRET));
            assertThat(text(known.chat().completions().create(chat("openai").build())))
                    .isEqualTo("Hello there");
            assertThat(locked.requests()).hasSize(1);
        }
    }

    @Test
    void isRefusedByNameWhatAProviderHasNoWordFor() {
        List<ChatCompletionCreateParams.Builder> inexpressible =
                List.of(
                        chat("anthropic").n(2),
                        chat("anthropic").presencePenalty(0.5),
                        chat("bedrock").n(2),
                        chat("bedrock").logprobs(true),
                        chat("anthropic").frequencyPenalty(0.5),
                        chat("gemini")
                                .putAdditionalBodyProperty(
                                        "no_such_parameter", com.openai.core.JsonValue.from(true)));
        for (ChatCompletionCreateParams.Builder request : inexpressible) {
            var refused =
                    catchThrowableOfType(
                            com.openai.errors.BadRequestException.class,
                            () -> openai.chat().completions().create(request.build()));
            assertThat(refused.type()).contains("invalid_request_error");
            assertThat(refused.param()).isPresent();
        }
        assertThat(providers.requests()).isEmpty();
    }

    private ChatCompletion ask(String route) {
        return openai.chat().completions().create(chat(route).build());
    }

    private static ChatCompletionCreateParams.Builder chat(String route) {
        return ChatCompletionCreateParams.builder()
                .model(route)
                .maxCompletionTokens(300)
                .addSystemMessage("be brief")
                .addUserMessage("hi");
    }

    private static ResponseCreateParams response(String route) {
        return ResponseCreateParams.builder()
                .model(route)
                .maxOutputTokens(300)
                .instructions("be brief")
                .input("hi")
                .build();
    }

    private static FunctionDefinition weatherFunction() {
        return FunctionDefinition.builder()
                .name("get_weather")
                .description("The weather in a city.")
                .parameters(
                        FunctionParameters.builder()
                                .additionalProperties(
                                        EveryProvider.values(
                                                com.openai.core.JsonValue::from,
                                                Map.of(
                                                        "type",
                                                        "object",
                                                        "properties",
                                                        EveryProvider.CITY,
                                                        "required",
                                                        List.of("city"))))
                                .build())
                .build();
    }

    private static ChatCompletionMessageFunctionToolCall toolCall(ChatCompletion answer) {
        return answer.choices()
                .getFirst()
                .message()
                .toolCalls()
                .orElseThrow()
                .getFirst()
                .asFunction();
    }

    private static String text(ChatCompletion answer) {
        return answer.choices().getFirst().message().content().orElseThrow();
    }
}
