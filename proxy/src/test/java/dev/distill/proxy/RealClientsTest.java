package dev.distill.proxy;

import static dev.distill.proxy.Script.js;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.ContentBlock;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.Tool;
import com.fasterxml.jackson.databind.JsonNode;
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
import dev.distill.proxy.ScriptedUpstream.Received;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The vendors' own Java clients through the proxy, each to providers of every dialect: what the
 * client makes of the answer, and what the provider was asked. A route is named after the dialect
 * of its provider; {@code vllm} is OpenAI's without a Responses API of its own.
 */
@Tag("it")
@Timeout(60)
final class RealClientsTest {
    private static final Say HELLO = Say.text("Hel", "lo ", "there").as("fake-2026");
    private static final Say WEATHER =
            Say.text().calling("get_weather", "{\"city\":", "\"Paris\"}");

    @TempDir private Path folder;
    private final ScriptedUpstream provider = ScriptedUpstream.of(request -> says(HELLO, request));
    private LiveProxy proxy;
    private OpenAIClient openai;
    private AnthropicClient anthropic;

    @BeforeEach
    void start() {
        proxy =
                LiveProxy.start(
                        folder,
                        """
                        providers:
                          openai: { kind: openai, base_url: "%1$s/openai/v1", api_key: env:PRIMARY_KEY, responses: true }
                          vllm: { kind: openai, base_url: "%1$s/vllm/v1", api_key: env:PRIMARY_KEY, responses: false }
                          anthropic: { kind: anthropic, base_url: "%1$s/anthropic", api_key: env:PRIMARY_KEY }
                          gemini: { kind: gemini, base_url: "%1$s/gemini/v1beta", api_key: env:PRIMARY_KEY }
                          bedrock: { kind: bedrock, region: us-east-1, base_url: "%1$s" }
                        routes:
                          openai: [ { provider: openai, model: m-openai } ]
                          vllm: [ { provider: vllm, model: m-vllm } ]
                          anthropic: [ { provider: anthropic, model: m-anthropic } ]
                          gemini: [ { provider: gemini, model: m-gemini } ]
                          bedrock: [ { provider: bedrock, model: m-bedrock } ]
                        retry: { attempts: 1 }
                        timeouts: { idle: 2s, total: 10s }
                        """
                                .formatted(provider.at("")));
        openai =
                OpenAIOkHttpClient.builder()
                        .apiKey("anything")
                        .baseUrl(proxy.at("/v1").toString())
                        .maxRetries(0)
                        .build();
        anthropic =
                AnthropicOkHttpClient.builder()
                        .apiKey("anything")
                        .baseUrl(proxy.at("").toString())
                        .maxRetries(0)
                        .build();
    }

    @AfterEach
    void stop() {
        openai.close();
        anthropic.close();
        proxy.close();
        provider.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "gemini", "bedrock"})
    void openAiClientGetsAnAnswer(String route) {
        ChatCompletion answer = openai.chat().completions().create(chat(route).build());
        ChatCompletion.Choice choice = answer.choices().getFirst();
        assertThat(choice.message().content()).contains("Hello there");
        assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
        assertThat(answer.usage().orElseThrow().promptTokens()).isEqualTo(10);
        assertThat(answer.usage().orElseThrow().completionTokens()).isEqualTo(5);
        assertAskedIn(route);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "gemini", "bedrock"})
    void openAiClientStreamsAnAnswer(String route) {
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
        assertAskedIn(route);
        assertThat(asked().streams()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "gemini", "bedrock"})
    void openAiClientCallsATool(String route) {
        provider.behave(request -> says(WEATHER, request));
        ChatCompletionCreateParams.Builder request = chat(route).addFunctionTool(weatherFunction());
        ChatCompletion answer = openai.chat().completions().create(request.build());
        assertThat(answer.choices().getFirst().finishReason())
                .isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
        ChatCompletionMessageFunctionToolCall call = toolCall(answer);
        assertThat(call.function().name()).isEqualTo("get_weather");
        assertThat(LiveProxy.json(call.function().arguments())).isEqualTo(js("{'city':'Paris'}"));
        assertThat(call.id()).isNotEmpty();
        assertToolOffered(route);

        provider.behave(r -> says(HELLO, r));
        request.addMessage(answer.choices().getFirst().message())
                .addMessage(
                        ChatCompletionToolMessageParam.builder()
                                .toolCallId(call.id())
                                .content("sunny")
                                .build());
        assertThat(text(openai.chat().completions().create(request.build())))
                .isEqualTo("Hello there");
        assertToolAnswered(route, call.id());
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "gemini", "bedrock"})
    void openAiClientStreamsAToolCall(String route) {
        provider.behave(request -> says(WEATHER, request));
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
    void openAiClientReadsStructuredOutput(String route) {
        provider.behave(request -> says(Say.text("{\"city\":", "\"Paris\"}"), request));
        var answer =
                openai.chat().completions().create(chat(route).responseFormat(City.class).build());
        City city = answer.choices().getFirst().message().content().orElseThrow();
        assertThat(city.city).isEqualTo("Paris");
        assertThat(asked().body()).contains("\"city\"").contains("\"properties\"");
    }

    @Test
    void openAiClientSendsItsSchemaUnchanged() {
        provider.behave(request -> says(Say.text("{}"), request));
        ResponseFormatJsonSchema.JsonSchema schema =
                ResponseFormatJsonSchema.JsonSchema.builder()
                        .name("place")
                        .strict(true)
                        .schema(
                                ResponseFormatJsonSchema.JsonSchema.Schema.builder()
                                        .additionalProperties(
                                                values(
                                                        com.openai.core.JsonValue::from,
                                                        Map.of("type", "object")))
                                        .build())
                        .build();
        openai.chat().completions().create(chat("openai").jsonSchemaResponseFormat(schema).build());
        assertThat(asked().json().path("response_format"))
                .isEqualTo(
                        js(
                                "{'type':'json_schema','json_schema':{'name':'place','schema':{'type':'object'},'strict':true}}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "gemini", "bedrock"})
    void openAiClientIsToldWhenToComeBack(String route) {
        refuse(429, "slow down");
        var limited =
                catchThrowableOfType(com.openai.errors.RateLimitException.class, () -> ask(route));
        assertThat(limited.headers().values("retry-after")).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "gemini", "bedrock"})
    void openAiClientReadsWhatIsWrongWithItsRequest(String route) {
        refuse(400, "no good");
        assertThatThrownBy(() -> ask(route))
                .isInstanceOf(com.openai.errors.BadRequestException.class)
                .hasMessageContaining("no good");
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "gemini", "bedrock"})
    void openAiClientIsNotToldThatItsKeyIsWrongWhenTheProxysIs(String route) {
        refuse(401, "bad key sk-secret-of-primary");
        assertThatThrownBy(() -> ask(route))
                .isInstanceOfSatisfying(
                        com.openai.errors.InternalServerException.class,
                        e -> assertThat(e.statusCode()).isEqualTo(502))
                .hasMessageNotContaining("sk-secret-of-primary");
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "gemini", "bedrock"})
    void openAiClientSeesAServerErrorAsOne(String route) {
        refuse(500, "it broke");
        assertThatThrownBy(() -> ask(route))
                .isInstanceOf(com.openai.errors.InternalServerException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "gemini", "bedrock"})
    void openAiClientFailsWhenAStreamIsCut(String route) {
        provider.behave(request -> speech(request).streamed(HELLO, request).closedAfter(4));
        try (var stream = openai.chat().completions().createStreaming(chat(route).build())) {
            assertThatThrownBy(() -> stream.stream().forEach(_ -> {}))
                    .isInstanceOf(com.openai.errors.OpenAIException.class);
        }
    }

    @Test
    void clientsListTheRoutesAsModels() {
        assertThat(openai.models().list().data())
                .extracting(com.openai.models.models.Model::id)
                .contains("openai", "anthropic", "gemini", "bedrock");
    }

    @Test
    void openAiClientEmbeds() {
        provider.behave(
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
        assertThat(asked().path()).isEqualTo("/openai/v1/embeddings");
        assertThat(asked().json().path("model").asText()).isEqualTo("m-openai");
    }

    @Test
    void openAiClientIsRefusedEmbeddingsWhereThereAreNone() {
        assertThatThrownBy(
                        () ->
                                openai.embeddings()
                                        .create(
                                                EmbeddingCreateParams.builder()
                                                        .model("anthropic")
                                                        .input("hello")
                                                        .build()))
                .isInstanceOf(com.openai.errors.BadRequestException.class);
        assertThat(provider.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "vllm", "anthropic", "gemini", "bedrock"})
    void openAiClientUsesTheResponsesApi(String route) {
        Response answer = openai.responses().create(response(route));
        assertThat(
                        answer.output().stream()
                                .flatMap(item -> item.message().stream())
                                .flatMap(message -> message.content().stream())
                                .map(content -> content.asOutputText().text()))
                .containsExactly("Hello there");
        assertThat(answer.usage().orElseThrow().outputTokens()).isEqualTo(5);
        assertThat(asked().path())
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
    void openAiClientStreamsTheResponsesApi(String route) {
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
    void openAiClientIsRefusedByNameWhatAProviderHasNoWordFor() {
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
        assertThat(provider.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "openai", "gemini", "bedrock"})
    void anthropicClientGetsAnAnswer(String route) {
        Message answer = anthropic.messages().create(message(route).build());
        assertThat(text(answer)).isEqualTo("Hello there");
        assertThat(answer.stopReason()).contains(StopReason.END_TURN);
        assertThat(answer.usage().inputTokens()).isEqualTo(10);
        assertThat(answer.usage().outputTokens()).isEqualTo(5);
        assertAskedIn(route);
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "openai", "gemini", "bedrock"})
    void anthropicClientStreamsAnAnswer(String route) {
        Message answer = streamed(message(route).build());
        assertThat(text(answer)).isEqualTo("Hello there");
        assertThat(answer.stopReason()).contains(StopReason.END_TURN);
        assertThat(answer.usage().outputTokens()).isEqualTo(5);
        assertAskedIn(route);
        assertThat(asked().streams()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "openai", "gemini", "bedrock"})
    void anthropicClientCallsATool(String route) {
        provider.behave(request -> says(WEATHER, request));
        MessageCreateParams.Builder request = message(route).addTool(weatherTool());
        Message answer = anthropic.messages().create(request.build());
        assertThat(answer.stopReason()).contains(StopReason.TOOL_USE);
        ContentBlock call = answer.content().getLast();
        assertThat(call.asToolUse().name()).isEqualTo("get_weather");
        assertThat(call.asToolUse()._input())
                .isEqualTo(com.anthropic.core.JsonValue.from(Map.of("city", "Paris")));
        assertToolOffered(route);

        provider.behave(r -> says(HELLO, r));
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
        assertToolAnswered(route, id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "openai", "gemini", "bedrock"})
    void anthropicClientStreamsAToolCall(String route) {
        provider.behave(request -> says(WEATHER, request));
        Message answer = streamed(message(route).addTool(weatherTool()).build());
        assertThat(answer.content().getLast().asToolUse()._input())
                .isEqualTo(com.anthropic.core.JsonValue.from(Map.of("city", "Paris")));
        assertThat(answer.stopReason()).contains(StopReason.TOOL_USE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "gemini", "bedrock"})
    void anthropicClientReadsThoughts(String route) {
        provider.behave(request -> says(HELLO.thinking("hm", "mm"), request));
        MessageCreateParams request = message(route).maxTokens(4096).enabledThinking(1024).build();
        for (Message answer : List.of(anthropic.messages().create(request), streamed(request))) {
            assertThat(answer.content().getFirst().asThinking().thinking()).isEqualTo("hmmm");
            assertThat(text(answer)).isEqualTo("Hello there");
        }
        assertThat(asked().body()).contains("1024");
    }

    @Test
    void anthropicClientGetsTheSignatureOfThoughtsAndSendsItBack() {
        provider.behave(request -> says(HELLO.thinking("hmmm"), request));
        MessageCreateParams.Builder request =
                message("anthropic").maxTokens(4096).enabledThinking(1024);
        Message answer = streamed(request.build());
        assertThat(answer.content().getFirst().asThinking().signature()).isEqualTo("c2lnbmVk");
        streamed(request.addMessage(answer).addUserMessage("go on").build());
        assertThat(asked().json().at("/messages/1/content/0/signature").asText())
                .isEqualTo("c2lnbmVk");
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "openai", "gemini", "bedrock"})
    void anthropicClientIsToldToSlowDown(String route) {
        refuse(429, "slow down");
        assertThatThrownBy(() -> anthropic.messages().create(message(route).build()))
                .isInstanceOf(com.anthropic.errors.RateLimitException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "openai", "gemini", "bedrock"})
    void anthropicClientReadsWhatIsWrongWithItsRequest(String route) {
        refuse(400, "no good");
        assertThatThrownBy(() -> anthropic.messages().create(message(route).build()))
                .isInstanceOf(com.anthropic.errors.BadRequestException.class)
                .hasMessageContaining("no good");
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "openai", "gemini", "bedrock"})
    void anthropicClientIsNotToldThatItsKeyIsWrongWhenTheProxysIs(String route) {
        refuse(401, "bad key");
        assertThatThrownBy(() -> anthropic.messages().create(message(route).build()))
                .isInstanceOf(com.anthropic.errors.InternalServerException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "openai", "gemini", "bedrock"})
    void anthropicClientSeesAServerErrorAsOne(String route) {
        refuse(500, "it broke");
        assertThatThrownBy(() -> anthropic.messages().create(message(route).build()))
                .isInstanceOf(com.anthropic.errors.InternalServerException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "openai", "gemini", "bedrock"})
    void anthropicClientFailsWhenAStreamIsCut(String route) {
        provider.behave(request -> speech(request).streamed(HELLO, request).closedAfter(4));
        try (var stream = anthropic.messages().createStreaming(message(route).build())) {
            assertThatThrownBy(() -> stream.stream().forEach(_ -> {}))
                    .isInstanceOf(com.anthropic.errors.AnthropicException.class);
        }
    }

    @Test
    void anthropicClientIsRefusedByNameWhatAProviderHasNoWordFor() {
        assertThatThrownBy(
                        () ->
                                anthropic
                                        .messages()
                                        .create(
                                                message("openai")
                                                        .putAdditionalBodyProperty(
                                                                "top_k",
                                                                com.anthropic.core.JsonValue.from(
                                                                        40))
                                                        .build()))
                .isInstanceOf(com.anthropic.errors.BadRequestException.class)
                .hasMessageContaining("top_k");
        assertThat(provider.requests()).isEmpty();
    }

    private static Speech speech(Received request) {
        String path = request.path();
        if (path.endsWith("/responses")) {
            return Speech.OPENAI_RESPONSES;
        } else if (path.endsWith("/chat/completions")) {
            return Speech.OPENAI_CHAT;
        } else if (path.startsWith("/anthropic/")) {
            return Speech.ANTHROPIC;
        }
        return path.startsWith("/gemini/") ? Speech.GEMINI : Speech.BEDROCK;
    }

    private static Script says(Say say, Received request) {
        return speech(request).answer(say, request);
    }

    private void refuse(int status, String message) {
        provider.behave(
                request -> {
                    Speech speech = speech(request);
                    String type =
                            switch (speech) {
                                case OPENAI_CHAT, OPENAI_RESPONSES ->
                                        status == 429 ? "rate_limit_exceeded" : "server_error";
                                case ANTHROPIC ->
                                        Map.of(
                                                        400, "invalid_request_error",
                                                        401, "authentication_error",
                                                        429, "rate_limit_error")
                                                .getOrDefault(status, "api_error");
                                case GEMINI ->
                                        Map.of(
                                                        400, "INVALID_ARGUMENT",
                                                        401, "UNAUTHENTICATED",
                                                        429, "RESOURCE_EXHAUSTED")
                                                .getOrDefault(status, "INTERNAL");
                                case BEDROCK ->
                                        Map.of(
                                                        400, "ValidationException",
                                                        401, "UnrecognizedClientException",
                                                        429, "ThrottlingException")
                                                .getOrDefault(status, "InternalServerException");
                            };
                    return speech.refuse(status, type, type, message);
                });
    }

    private Received asked() {
        return provider.requests().getLast();
    }

    private ChatCompletion ask(String route) {
        return openai.chat().completions().create(chat(route).build());
    }

    private Message streamed(MessageCreateParams request) {
        MessageAccumulator whole = MessageAccumulator.create();
        try (var stream = anthropic.messages().createStreaming(request)) {
            stream.stream().forEach((RawMessageStreamEvent event) -> whole.accumulate(event));
        }
        return whole.message();
    }

    /** The provider was asked in its own words, with the proxy's credential. */
    private void assertAskedIn(String route) {
        JsonNode body = asked().json();
        switch (route) {
            case "openai" -> {
                assertThat(asked().path()).isEqualTo("/openai/v1/chat/completions");
                assertThat(asked().header("authorization"))
                        .isEqualTo("Bearer sk-secret-of-primary");
                assertThat(body.path("model").asText()).isEqualTo("m-openai");
                assertThat(body.at("/messages/0/role").asText()).isIn("system", "developer");
                assertThat(body.at("/messages/1/role").asText()).isEqualTo("user");
            }
            case "anthropic" -> {
                assertThat(asked().path()).isEqualTo("/anthropic/v1/messages");
                assertThat(asked().header("x-api-key")).isEqualTo("sk-secret-of-primary");
                assertThat(asked().header("anthropic-version")).isEqualTo("2023-06-01");
                assertThat(body.path("model").asText()).isEqualTo("m-anthropic");
                assertThat(body.path("max_tokens").asInt()).isEqualTo(300);
                assertThat(body.path("system").toString()).contains("be brief");
                assertThat(body.path("messages")).hasSize(1);
            }
            case "gemini" -> {
                assertThat(asked().path()).startsWith("/gemini/v1beta/models/m-gemini:");
                assertThat(asked().header("x-goog-api-key")).isEqualTo("sk-secret-of-primary");
                assertThat(body.at("/systemInstruction/parts/0/text").asText())
                        .isEqualTo("be brief");
                assertThat(body.at("/contents/0/role").asText()).isEqualTo("user");
                assertThat(body.at("/generationConfig/maxOutputTokens").asInt()).isEqualTo(300);
            }
            default -> {
                assertThat(asked().path()).startsWith("/model/m-bedrock/converse");
                assertThat(asked().header("authorization"))
                        .startsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
                        .contains("/us-east-1/bedrock/aws4_request");
                assertThat(body.at("/system/0/text").asText()).isEqualTo("be brief");
                assertThat(body.at("/messages/0/content/0/text").asText()).isEqualTo("hi");
                assertThat(body.at("/inferenceConfig/maxTokens").asInt()).isEqualTo(300);
            }
        }
        assertThat(asked().headers()).doesNotContainValue("Bearer anything");
    }

    private void assertToolOffered(String route) {
        JsonNode body = asked().json();
        JsonNode tool =
                switch (route) {
                    case "openai" -> body.at("/tools/0/function");
                    case "anthropic" -> body.at("/tools/0");
                    case "gemini" -> body.at("/tools/0/functionDeclarations/0");
                    default -> body.at("/toolConfig/tools/0/toolSpec");
                };
        assertThat(tool.path("name").asText()).isEqualTo("get_weather");
        assertThat(tool.toString()).contains("\"city\"");
    }

    private void assertToolAnswered(String route, String id) {
        JsonNode body = asked().json();
        String place =
                switch (route) {
                    case "openai" -> "/messages/3";
                    case "anthropic" -> "/messages/2/content/0";
                    case "gemini" -> "/contents/2/parts/0/functionResponse";
                    default -> "/messages/2/content/0/toolResult";
                };
        assertThat(body.at(place).toString()).contains("sunny");
        switch (route) {
            case "openai" -> assertThat(body.at(place + "/tool_call_id").asText()).isEqualTo(id);
            case "anthropic" -> assertThat(body.at(place + "/tool_use_id").asText()).isEqualTo(id);
            case "gemini" -> assertThat(body.at(place + "/name").asText()).isEqualTo("get_weather");
            default -> assertThat(body.at(place + "/toolUseId").asText()).isEqualTo(id);
        }
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

    private static MessageCreateParams.Builder message(String route) {
        return MessageCreateParams.builder()
                .model(route)
                .maxTokens(300)
                .system("be brief")
                .addUserMessage("hi");
    }

    private static FunctionDefinition weatherFunction() {
        return FunctionDefinition.builder()
                .name("get_weather")
                .description("The weather in a city.")
                .parameters(
                        FunctionParameters.builder()
                                .additionalProperties(
                                        values(
                                                com.openai.core.JsonValue::from,
                                                Map.of(
                                                        "type",
                                                        "object",
                                                        "properties",
                                                        CITY,
                                                        "required",
                                                        List.of("city"))))
                                .build())
                .build();
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
                                                        values(
                                                                com.anthropic.core.JsonValue::from,
                                                                CITY))
                                                .build())
                                .addRequired("city")
                                .build())
                .build();
    }

    private static final Map<String, Object> CITY = Map.of("city", Map.of("type", "string"));

    private static <V> Map<String, V> values(Function<Object, V> from, Map<String, ?> plain) {
        return plain.entrySet().stream()
                .collect(
                        java.util.stream.Collectors.toMap(
                                Map.Entry::getKey, entry -> from.apply(entry.getValue())));
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

    private static String text(Message answer) {
        StringBuilder text = new StringBuilder();
        answer.content().forEach(block -> block.text().ifPresent(t -> text.append(t.text())));
        return text.toString();
    }
}
