package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.proxy.wire.Conversation.Format;
import dev.distill.proxy.wire.Conversation.Message;
import dev.distill.proxy.wire.Conversation.Reasoning;
import dev.distill.proxy.wire.Conversation.Role;
import dev.distill.proxy.wire.Conversation.Sampling;
import dev.distill.proxy.wire.Conversation.Tool;
import dev.distill.proxy.wire.Conversation.ToolChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Reads requests of the Messages API. */
final class AnthropicRequestReader {
    /** Anthropic's formats have no name, OpenAI's must. */
    private static final String FORMAT_NAME = "answer";

    private AnthropicRequestReader() {}

    static Conversation read(ObjectNode body) {
        Members request = Members.of(body, "");
        request.text("model");
        Optional<Members> toolChoice = request.optionalMembers("tool_choice");
        Optional<Members> outputConfig = request.optionalMembers("output_config");
        Conversation conversation =
                new Conversation(
                        messages(request),
                        request.list("tools").stream().map(AnthropicRequestReader::tool).toList(),
                        toolChoice.map(AnthropicRequestReader::toolChoice),
                        toolChoice
                                .flatMap(choice -> choice.optionalFlag("disable_parallel_tool_use"))
                                .map(disabled -> !disabled),
                        format(outputConfig),
                        sampling(request),
                        maxTokens(request),
                        reasoning(request, outputConfig),
                        OptionalInt.empty(),
                        1,
                        request.optionalFlag("stream").orElse(false),
                        user(request),
                        Map.of(),
                        request.optionalText("service_tier"));
        toolChoice.ifPresent(Members::nothingElse);
        outputConfig.ifPresent(Members::nothingElse);
        request.nothingElse();
        return conversation;
    }

    private static List<Message> messages(Members request) {
        List<Message> messages = new ArrayList<>();
        if (request.has("system")) {
            messages.add(message(Role.SYSTEM, AnthropicParts.read(request, "system")));
        }
        for (Members message : request.list("messages")) {
            List<Part> parts = AnthropicParts.read(message, "content");
            switch (message.text("role")) {
                case "user" -> addUser(parts, message, messages);
                case "assistant" -> messages.add(message(Role.ASSISTANT, parts));
                case "system" -> messages.add(message(Role.SYSTEM, parts));
                default -> throw message.unknown("role", "must be user, assistant or system");
            }
            message.nothingElse();
        }
        AnthropicParts.cacheControl(request)
                .filter(_ -> !messages.isEmpty())
                .ifPresent(lifetime -> cacheAll(messages, lifetime));
        return messages;
    }

    /** At the top of a request the mark stands for one at the very end. */
    private static void cacheAll(List<Message> messages, CacheLifetime lifetime) {
        Message last = messages.removeLast();
        List<Part> parts = new ArrayList<>(last.parts());
        parts.add(new Part.CachePoint(lifetime));
        messages.add(message(last.role(), parts));
    }

    /** Results of functions stand at the start of the user's message; here they are their own. */
    private static void addUser(List<Part> parts, Members message, List<Message> messages) {
        int results = 0;
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i) instanceof Part.ToolResult) {
                results = i + 1;
            }
        }
        // the mark after a result belongs to it
        while (results > 0
                && results < parts.size()
                && parts.get(results) instanceof Part.CachePoint) {
            results++;
        }
        List<Part> first = parts.subList(0, results);
        if (!first.stream()
                .allMatch(p -> p instanceof Part.ToolResult || p instanceof Part.CachePoint)) {
            throw message.unknown("content", "must have its tool_result blocks first");
        }
        if (results > 0) {
            messages.add(message(Role.TOOL, first));
        }
        if (results < parts.size()) {
            messages.add(message(Role.USER, parts.subList(results, parts.size())));
        }
    }

    private static Message message(Role role, List<Part> parts) {
        return new Message(role, parts, Optional.empty());
    }

    private static Tool tool(Members tool) {
        if (!tool.optionalText("type").orElse("custom").equals("custom")) {
            throw tool.unknown(
                    "type", "is a tool that the provider runs, which only Anthropic has");
        }
        Tool read =
                new Tool(
                        tool.text("name"),
                        tool.optionalText("description"),
                        tool.object("input_schema"),
                        tool.optionalFlag("strict"),
                        AnthropicParts.cacheControl(tool));
        tool.nothingElse();
        return read;
    }

    private static ToolChoice toolChoice(Members choice) {
        return switch (choice.text("type")) {
            case "auto" -> new ToolChoice.Auto();
            case "any" -> new ToolChoice.Any();
            case "none" -> new ToolChoice.None();
            case "tool" -> new ToolChoice.Named(choice.text("name"));
            default -> throw choice.unknown("type", "must be auto, any, tool or none");
        };
    }

    private static Format format(Optional<Members> outputConfig) {
        return outputConfig
                .flatMap(config -> config.optionalMembers("format"))
                .<Format>map(
                        format -> {
                            if (!format.text("type").equals("json_schema")) {
                                throw format.unknown("type", "must be json_schema");
                            }
                            Format read =
                                    new Format.JsonSchema(
                                            FORMAT_NAME,
                                            Optional.empty(),
                                            format.object("schema"),
                                            Optional.of(true));
                            format.nothingElse();
                            return read;
                        })
                .orElseGet(Format.Text::new);
    }

    private static Sampling sampling(Members request) {
        return new Sampling(
                request.optionalDouble("temperature"),
                request.optionalDouble("top_p"),
                request.optionalInt("top_k"),
                OptionalLong.empty(),
                request.texts("stop_sequences"),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty());
    }

    private static OptionalInt maxTokens(Members request) {
        OptionalInt tokens = request.optionalInt("max_tokens");
        if (tokens.isEmpty() || tokens.getAsInt() < 1) {
            throw request.wrong("max_tokens", "must be an integer of at least 1");
        }
        return tokens;
    }

    private static Optional<Reasoning> reasoning(Members request, Optional<Members> outputConfig) {
        Optional<String> effort = outputConfig.flatMap(config -> config.optionalText("effort"));
        Optional<Members> thinking = request.optionalMembers("thinking");
        if (thinking.isEmpty()) {
            return effort.map(e -> new Reasoning(Optional.of(e), OptionalInt.empty()));
        }
        Members given = thinking.get();
        // whether thoughts are summarised or left out of the answer is up to who makes them
        given.optionalText("display");
        Reasoning reasoning =
                switch (given.text("type")) {
                    case "enabled" -> new Reasoning(effort, given.optionalInt("budget_tokens"));
                    case "adaptive" -> new Reasoning(effort, OptionalInt.empty());
                    case "disabled" -> new Reasoning(Optional.of("none"), OptionalInt.empty());
                    default -> throw given.unknown("type", "must be enabled, adaptive or disabled");
                };
        given.nothingElse();
        return Optional.of(reasoning);
    }

    private static Optional<String> user(Members request) {
        return request.optionalMembers("metadata")
                .flatMap(
                        metadata -> {
                            Optional<String> user = metadata.optionalText("user_id");
                            metadata.nothingElse();
                            return user;
                        });
    }
}
