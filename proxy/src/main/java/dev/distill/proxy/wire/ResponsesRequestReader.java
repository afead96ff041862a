package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.proxy.wire.Conversation.Format;
import dev.distill.proxy.wire.Conversation.Reasoning;
import dev.distill.proxy.wire.Conversation.Sampling;
import dev.distill.proxy.wire.Conversation.Tool;
import dev.distill.proxy.wire.Conversation.ToolChoice;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Reads requests of the responses API. What needs a server that remembers is refused; that answers
 * are not stored unless the caller insists is the one liberty taken.
 */
final class ResponsesRequestReader {
    /** The one thing to include that other dialects have. */
    static final String LOGPROBS = "message.output_text.logprobs";

    private static final String REMEMBERS =
            "needs a server that remembers, which this model's is not";

    private final Members request;

    private ResponsesRequestReader(Members request) {
        this.request = request;
    }

    static Conversation read(ObjectNode body) {
        return new ResponsesRequestReader(Members.of(body, "")).conversation();
    }

    private Conversation conversation() {
        request.text("model");
        request.optional("stream_options");
        request.optional("prompt_cache_key");
        request.optional("prompt_cache_retention");
        refusals();
        Optional<Members> text = request.optionalMembers("text");
        Conversation conversation =
                new Conversation(
                        new ResponsesInputReader(request).messages(),
                        request.list("tools").stream().map(ResponsesRequestReader::tool).toList(),
                        toolChoice(),
                        request.optionalFlag("parallel_tool_calls"),
                        text.map(ResponsesRequestReader::format).orElseGet(Format.Text::new),
                        sampling(),
                        maxOutputTokens(),
                        reasoning(),
                        topLogprobs(),
                        1,
                        request.optionalFlag("stream").orElse(false),
                        request.optionalText("user"),
                        OpenAiWords.metadata(request),
                        request.optionalText("service_tier"));
        text.ifPresent(Members::nothingElse);
        request.nothingElse();
        return conversation;
    }

    private void refusals() {
        request.refuse("previous_response_id", REMEMBERS);
        request.refuse("conversation", REMEMBERS);
        request.refuse("prompt", REMEMBERS);
        for (String flag : List.of("background", "store")) {
            if (request.optionalFlag(flag).orElse(false)) {
                throw request.unknown(flag, REMEMBERS);
            }
        }
        if (!request.optionalText("truncation").orElse("disabled").equals("disabled")) {
            throw request.unknown("truncation", "must be disabled for this model");
        }
    }

    private static Tool tool(Members tool) {
        if (!tool.text("type").equals("function")) {
            throw tool.unknown("type", "must be function for this model");
        }
        Tool read =
                new Tool(
                        tool.text("name"),
                        tool.optionalText("description"),
                        OpenAiWords.parameters(tool),
                        tool.optionalFlag("strict"));
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
                            ToolChoice read = new ToolChoice.Named(named.text("name"));
                            named.nothingElse();
                            return read;
                        });
    }

    private static Format format(Members text) {
        if (!text.optionalText("verbosity").orElse("medium").equals("medium")) {
            throw text.unknown("verbosity", "is not supported by this model");
        }
        Optional<Members> given = text.optionalMembers("format");
        if (given.isEmpty()) {
            return new Format.Text();
        }
        Members format = given.get();
        Format read =
                switch (format.text("type")) {
                    case "text" -> new Format.Text();
                    case "json_object" -> new Format.JsonObject();
                    case "json_schema" ->
                            new Format.JsonSchema(
                                    format.text("name"),
                                    format.optionalText("description"),
                                    format.object("schema"),
                                    format.optionalFlag("strict"));
                    default ->
                            throw format.unknown(
                                    "type", "must be text, json_object or json_schema");
                };
        format.nothingElse();
        return read;
    }

    private Sampling sampling() {
        return new Sampling(
                request.optionalDouble("temperature"),
                request.optionalDouble("top_p"),
                OptionalInt.empty(),
                OptionalLong.empty(),
                List.of(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty());
    }

    private OptionalInt maxOutputTokens() {
        OptionalInt most = request.optionalInt("max_output_tokens");
        if (most.isPresent() && most.getAsInt() < 1) {
            throw request.unknown("max_output_tokens", "must be at least 1");
        }
        return most;
    }

    /** Whether thoughts are summarised is up to whoever makes them; they are passed on. */
    private Optional<Reasoning> reasoning() {
        return request.optionalMembers("reasoning")
                .flatMap(
                        reasoning -> {
                            reasoning.optionalText("summary");
                            reasoning.optionalText("generate_summary");
                            Optional<Reasoning> read = OpenAiWords.reasoning(reasoning, "effort");
                            reasoning.nothingElse();
                            return read;
                        });
    }

    private OptionalInt topLogprobs() {
        OptionalInt top = request.optionalInt("top_logprobs");
        for (String include : request.texts("include")) {
            if (!include.equals(LOGPROBS)) {
                throw request.unknown("include", "must not have " + include + " for this model");
            }
            return OptionalInt.of(top.orElse(0));
        }
        return top;
    }
}
