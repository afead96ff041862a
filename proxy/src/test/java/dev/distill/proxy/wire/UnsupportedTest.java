package dev.distill.proxy.wire;

import static dev.distill.proxy.wire.PlainConversation.PLAIN_SAMPLING;
import static dev.distill.proxy.wire.PlainConversation.message;
import static dev.distill.proxy.wire.PlainConversation.tool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.files.Json;
import dev.distill.proxy.wire.Conversation.Format;
import dev.distill.proxy.wire.Conversation.Message;
import dev.distill.proxy.wire.Conversation.Reasoning;
import dev.distill.proxy.wire.Conversation.Role;
import dev.distill.proxy.wire.Conversation.Sampling;
import dev.distill.proxy.wire.Conversation.ToolChoice;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a provider has no word for is refused in the words of the one dialect that has. */
class UnsupportedTest {
    private static final ProviderCodec ANTHROPIC = new AnthropicCodec(() -> Instant.EPOCH);
    private static final ProviderCodec GEMINI = new GeminiCodec(() -> Instant.EPOCH);
    private static final ProviderCodec BEDROCK = new BedrockCodec(() -> Instant.EPOCH);

    @Test
    void severalAnswersAreForGeminiAlone() {
        refuses(ANTHROPIC, "n", c -> c.choices = 2);
        refuses(BEDROCK, "n", c -> c.choices = 2);
        assertThat(config(c -> c.choices = 2)).isEqualTo("{\"candidateCount\":2}");
    }

    @Test
    void logProbabilitiesAreForGeminiAlone() {
        refuses(ANTHROPIC, "logprobs", c -> c.topLogprobs = OptionalInt.of(0));
        refuses(BEDROCK, "logprobs", c -> c.topLogprobs = OptionalInt.of(0));
        assertThat(config(c -> c.topLogprobs = OptionalInt.of(3)))
                .isEqualTo("{\"responseLogprobs\":true,\"logprobs\":3}");
        assertThat(config(c -> c.topLogprobs = OptionalInt.of(0)))
                .isEqualTo("{\"responseLogprobs\":true}");
    }

    @Test
    void seedsAndPenaltiesAreForGeminiAlone() {
        Sampling seed = sampling(OptionalLong.of(7), OptionalDouble.empty());
        Sampling penalty = sampling(OptionalLong.empty(), OptionalDouble.of(0.5));

        for (ProviderCodec codec : List.of(ANTHROPIC, BEDROCK)) {
            refuses(codec, "seed", c -> c.sampling = seed);
            refuses(codec, "presence_penalty", c -> c.sampling = penalty);
        }
        assertThat(config(c -> c.sampling = seed)).isEqualTo("{\"seed\":7}");
        assertThat(config(c -> c.sampling = penalty)).isEqualTo("{\"presencePenalty\":0.5}");
        refuses(
                GEMINI,
                "seed",
                c -> c.sampling = sampling(OptionalLong.of(1L << 40), OptionalDouble.empty()));
    }

    @Test
    void aPenaltyOfZeroIsNone() {
        PlainConversation plain = new PlainConversation();
        plain.sampling = sampling(OptionalLong.empty(), OptionalDouble.of(0));

        assertThat(ANTHROPIC.writeRequest(plain.build(), "m").has("messages")).isTrue();
    }

    @Test
    void logitBiasIsForNoneOfThem() {
        Sampling biased =
                new Sampling(
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalInt.empty(),
                        OptionalLong.empty(),
                        List.of(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        Optional.of(Json.object().put("1", 2)));
        for (ProviderCodec codec : List.of(ANTHROPIC, GEMINI, BEDROCK)) {
            refuses(codec, "logit_bias", c -> c.sampling = biased);
        }
    }

    @Test
    void metadataIsForBedrockAlone() {
        refuses(ANTHROPIC, "metadata", c -> c.metadata = Map.of("a", "b"));
        refuses(GEMINI, "metadata", c -> c.metadata = Map.of("a", "b"));
        PlainConversation noted = new PlainConversation();
        noted.metadata = Map.of("a", "b");

        assertThat(BEDROCK.writeRequest(noted.build(), "m").get("requestMetadata"))
                .hasToString("{\"a\":\"b\"}");
    }

    @Test
    void namesOfAuthorsAreForNoneOfThem() {
        Message named = new Message(Role.USER, List.of(new Part.Text("Hello")), Optional.of("Ann"));
        for (ProviderCodec codec : List.of(ANTHROPIC, GEMINI, BEDROCK)) {
            refuses(codec, "messages[0].name", c -> c.messages = List.of(named));
        }
    }

    @Test
    void jsonWithoutSchemaIsForGeminiAlone() {
        refuses(ANTHROPIC, "response_format", c -> c.format = new Format.JsonObject());
        refuses(BEDROCK, "response_format", c -> c.format = new Format.JsonObject());
        assertThat(config(c -> c.format = new Format.JsonObject()))
                .isEqualTo("{\"responseMimeType\":\"application/json\"}");
    }

    @Test
    void soundIsForGeminiAlone() {
        Part audio = new Part.Audio("wav", "UklGRg==");
        refuses(
                ANTHROPIC,
                "messages[0].content",
                c -> c.messages = List.of(message(Role.USER, audio)));
        refuses(
                BEDROCK,
                "messages[0].content",
                c -> c.messages = List.of(message(Role.USER, audio)));
        PlainConversation spoken = new PlainConversation();
        spoken.messages = List.of(message(Role.USER, audio));

        assertThat(GEMINI.writeRequest(spoken.build(), "m").at("/contents/0/parts/0/inlineData"))
                .hasToString("{\"mimeType\":\"audio/wav\",\"data\":\"UklGRg==\"}");
    }

    @Test
    void oneCallAtATimeIsForAnthropicAlone() {
        Consumer<PlainConversation> oneAtATime =
                c -> {
                    c.tools = List.of(tool("f"));
                    c.parallelToolCalls = Optional.of(false);
                };
        refuses(GEMINI, "parallel_tool_calls", oneAtATime);
        refuses(BEDROCK, "parallel_tool_calls", oneAtATime);
        assertThat(write(ANTHROPIC, "m", oneAtATime, "/tool_choice"))
                .isEqualTo("{\"type\":\"auto\",\"disable_parallel_tool_use\":true}");
    }

    @Test
    void bedrockKeepsAModelFromToolsByNotNamingThem() {
        Consumer<PlainConversation> none =
                c -> {
                    c.tools = List.of(tool("f"));
                    c.toolChoice = Optional.of(new ToolChoice.None());
                };
        assertThat(write(BEDROCK, "m", none, "/toolConfig")).isEmpty();
        refuses(
                BEDROCK,
                "tool_choice",
                none.andThen(
                        c ->
                                c.messages =
                                        List.of(
                                                message(
                                                        Role.ASSISTANT,
                                                        new Part.ToolCall("1", "f", "{}")))));
    }

    @Test
    void thinkingOnBedrockIsForClaudeAlone() {
        refuses(
                BEDROCK,
                "reasoning_effort",
                c ->
                        c.reasoning =
                                Optional.of(
                                        new Reasoning(Optional.of("low"), OptionalInt.empty())));
    }

    @Test
    void laterSystemMessagesAreForAnthropicAlone() {
        List<Message> messages =
                List.of(
                        message(Role.USER, new Part.Text("Hello")),
                        message(Role.SYSTEM, new Part.Text("Be brief")));
        refuses(GEMINI, "messages[1]", c -> c.messages = messages);
        refuses(BEDROCK, "messages[1]", c -> c.messages = messages);
        refuses(
                ANTHROPIC,
                "messages[1]",
                c ->
                        c.messages =
                                List.of(
                                        message(Role.ASSISTANT, new Part.Text("Hello")),
                                        message(Role.SYSTEM, new Part.Text("Be brief"))));
        assertThat(write(ANTHROPIC, "m", c -> c.messages = messages, "/messages/1/role"))
                .isEqualTo("\"system\"");
    }

    @Test
    void resultsWithoutTheirCallAreRefusedWhereTheyNeedAName() {
        refuses(
                GEMINI,
                "messages[0].content",
                c ->
                        c.messages =
                                List.of(
                                        message(
                                                Role.TOOL,
                                                new Part.ToolResult("1", List.of(), false))));
    }

    @Test
    void argumentsMustBeAnObject() {
        for (String arguments : List.of("[1]", "{", "1 2")) {
            for (ProviderCodec codec : List.of(ANTHROPIC, GEMINI, BEDROCK)) {
                refuses(
                        codec,
                        "messages[0].content",
                        c ->
                                c.messages =
                                        List.of(
                                                message(
                                                        Role.ASSISTANT,
                                                        new Part.ToolCall("1", "f", arguments))));
            }
        }
    }

    @Test
    void aRequestWithoutALimitGetsOneForAnthropicThatLeavesRoomForThoughts() {
        assertThat(write(ANTHROPIC, "m", _ -> {}, "/max_tokens")).isEqualTo("16384");
        assertThat(
                        write(
                                ANTHROPIC,
                                "m",
                                c ->
                                        c.reasoning =
                                                Optional.of(
                                                        new Reasoning(
                                                                Optional.empty(),
                                                                OptionalInt.of(1000))),
                                "/max_tokens"))
                .isEqualTo("17384");
    }

    @Test
    void geminiThinksByLevelFromItsThirdGenerationOn() {
        Consumer<PlainConversation> low =
                c ->
                        c.reasoning =
                                Optional.of(new Reasoning(Optional.of("low"), OptionalInt.empty()));
        String where = "/generationConfig/thinkingConfig";

        assertThat(write(GEMINI, "gemini-2.5-flash", low, where))
                .isEqualTo("{\"includeThoughts\":true,\"thinkingBudget\":1024}");
        assertThat(write(GEMINI, "gemini-3-flash", low, where))
                .isEqualTo("{\"includeThoughts\":true,\"thinkingLevel\":\"low\"}");
    }

    @Test
    void theDescriptionOfAFormatGoesIntoItsSchema() {
        Format format =
                new Format.JsonSchema(
                        "city",
                        Optional.of("A city"),
                        Json.object().put("type", "object"),
                        Optional.of(true));
        assertThat(write(ANTHROPIC, "m", c -> c.format = format, "/output_config/format"))
                .isEqualTo(
                        "{\"type\":\"json_schema\",\"schema\":"
                                + "{\"type\":\"object\",\"description\":\"A city\"}}");
    }

    private static Sampling sampling(OptionalLong seed, OptionalDouble presencePenalty) {
        return new Sampling(
                PLAIN_SAMPLING.temperature(),
                PLAIN_SAMPLING.topP(),
                PLAIN_SAMPLING.topK(),
                seed,
                List.of(),
                presencePenalty,
                PLAIN_SAMPLING.frequencyPenalty(),
                Optional.empty());
    }

    private static String config(Consumer<PlainConversation> change) {
        return write(GEMINI, "gemini-3-pro", change, "/generationConfig");
    }

    private static String write(
            ProviderCodec codec, String model, Consumer<PlainConversation> change, String where) {
        PlainConversation conversation = new PlainConversation();
        change.accept(conversation);
        return codec.writeRequest(conversation.build(), model).at(where).toString();
    }

    private static void refuses(
            ProviderCodec codec, String member, Consumer<PlainConversation> change) {
        assertThatThrownBy(() -> write(codec, "amazon.nova", change, ""))
                .isInstanceOfSatisfying(
                        WireException.class, e -> assertThat(e.param()).isEqualTo(member));
    }
}
