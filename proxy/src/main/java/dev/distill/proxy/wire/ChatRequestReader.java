package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.proxy.wire.Conversation.Format;
import dev.distill.proxy.wire.Conversation.Sampling;
import dev.distill.proxy.wire.Conversation.Tool;
import dev.distill.proxy.wire.Conversation.ToolChoice;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Reads requests of the chat completions API. Of what it has beyond the neutral model, only what no
 * answer depends on is left out: what steers OpenAI's own cache.
 */
final class ChatRequestReader {
    private final Members request;

    private ChatRequestReader(Members request) {
        this.request = request;
    }

    static Conversation read(ObjectNode body) {
        return new ChatRequestReader(Members.of(body, "")).conversation();
    }

    private Conversation conversation() {
        request.text("model");
        request.optional("stream_options");
        request.optional("prompt_cache_key");
        request.optional("prompt_cache_retention");
        refusals();
        Conversation conversation =
                new Conversation(
                        new ChatMessageReader(request).messages(),
                        request.list("tools").stream().map(ChatRequestReader::tool).toList(),
                        toolChoice(),
                        request.optionalFlag("parallel_tool_calls"),
                        format(),
                        sampling(),
                        maxTokens(),
                        OpenAiWords.reasoning(request, "reasoning_effort"),
                        topLogprobs(),
                        choices(),
                        request.optionalFlag("stream").orElse(false),
                        request.optionalText("user"),
                        OpenAiWords.metadata(request),
                        request.optionalText("service_tier"));
        request.nothingElse();
        return conversation;
    }

    private void refusals() {
        request.refuse("functions", "is not supported; use tools");
        request.refuse("function_call", "is not supported; use tool_choice");
        if (request.optionalFlag("store").orElse(false)) {
            throw request.unknown("store", "must be false for this model");
        }
        if (!request.optionalText("verbosity").orElse("medium").equals("medium")) {
            throw request.unknown("verbosity", "is not supported by this model");
        }
        List<String> modalities = request.texts("modalities");
        if (!modalities.isEmpty() && !modalities.equals(List.of("text"))) {
            throw request.unknown("modalities", "must be text alone for this model");
        }
    }

    private static Tool tool(Members tool) {
        if (!tool.text("type").equals("function")) {
            throw tool.unknown("type", "must be function");
        }
        Members function = tool.members("function");
        Tool read =
                new Tool(
                        function.text("name"),
                        function.optionalText("description"),
                        OpenAiWords.parameters(function),
                        function.optionalFlag("strict"));
        function.nothingElse();
        tool.nothingElse();
        return read;
    }

    private Optional<ToolChoice> toolChoice() {
        return request.optional("tool_choice")
                .map(
                        choice -> {
                            if (choice.isTextual()) {
                                return OpenAiWords.toolChoice(request, choice.textValue());
                            }
                            Members named = request.members("tool_choice");
                            if (!named.text("type").equals("function")) {
                                throw named.unknown("type", "must be function");
                            }
                            Members function = named.members("function");
                            ToolChoice read = new ToolChoice.Named(function.text("name"));
                            function.nothingElse();
                            named.nothingElse();
                            return read;
                        });
    }

    private Format format() {
        Optional<Members> given = request.optionalMembers("response_format");
        if (given.isEmpty()) {
            return new Format.Text();
        }
        Members format = given.get();
        Format read =
                switch (format.text("type")) {
                    case "text" -> new Format.Text();
                    case "json_object" -> new Format.JsonObject();
                    case "json_schema" -> jsonSchema(format.members("json_schema"));
                    default ->
                            throw format.unknown(
                                    "type", "must be text, json_object or json_schema");
                };
        format.nothingElse();
        return read;
    }

    private static Format jsonSchema(Members schema) {
        Format read =
                new Format.JsonSchema(
                        schema.text("name"),
                        schema.optionalText("description"),
                        schema.object("schema"),
                        schema.optionalFlag("strict"));
        schema.nothingElse();
        return read;
    }

    private Sampling sampling() {
        OptionalLong seed = request.optionalLong("seed");
        return new Sampling(
                request.optionalDouble("temperature"),
                request.optionalDouble("top_p"),
                request.optionalInt("top_k"),
                seed,
                stop(),
                request.optionalDouble("presence_penalty"),
                request.optionalDouble("frequency_penalty"),
                request.has("logit_bias")
                        ? Optional.of(request.object("logit_bias"))
                        : Optional.empty());
    }

    private List<String> stop() {
        return request.optional("stop")
                .map(stop -> stop.isTextual() ? List.of(stop.textValue()) : request.texts("stop"))
                .orElse(List.of());
    }

    private OptionalInt maxTokens() {
        OptionalInt old = positive("max_tokens");
        OptionalInt current = positive("max_completion_tokens");
        if (old.isPresent() && current.isPresent() && !old.equals(current)) {
            throw request.wrong("max_tokens", "contradicts max_completion_tokens");
        }
        return current.isPresent() ? current : old;
    }

    private OptionalInt topLogprobs() {
        boolean wanted = request.optionalFlag("logprobs").orElse(false);
        OptionalInt top = request.optionalInt("top_logprobs");
        if (top.isPresent() && !wanted) {
            throw request.unknown("top_logprobs", "needs logprobs: true");
        }
        return wanted ? OptionalInt.of(top.orElse(0)) : top;
    }

    private int choices() {
        return positive("n").orElse(1);
    }

    private OptionalInt positive(String name) {
        OptionalInt value = request.optionalInt(name);
        if (value.isPresent() && value.getAsInt() < 1) {
            throw request.wrong(name, "must be at least 1");
        }
        return value;
    }
}
