package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Conversation.Format;
import dev.distill.proxy.wire.Conversation.Reasoning;
import dev.distill.proxy.wire.Conversation.Role;
import dev.distill.proxy.wire.Conversation.Sampling;
import dev.distill.proxy.wire.Conversation.Tool;
import dev.distill.proxy.wire.Conversation.ToolChoice;
import java.util.Optional;

/** Writes requests of the Messages API. */
final class AnthropicRequestWriter {
    private AnthropicRequestWriter() {}

    static ObjectNode write(Conversation conversation, String model) {
        Unsupported.choices(conversation);
        Unsupported.logprobs(conversation);
        Unsupported.seed(conversation.sampling());
        Unsupported.penalties(conversation.sampling());
        Unsupported.logitBias(conversation.sampling());
        Unsupported.metadata(conversation);
        ObjectNode request = Json.object().put("model", model);
        Turns turns = Turns.of(conversation);
        ArrayNode system = AnthropicBlocks.write(turns.system(), "messages[0]");
        if (!system.isEmpty()) {
            request.set("system", system);
        }
        request.set("messages", messages(turns));
        request.put("max_tokens", maxTokens(conversation));
        tools(conversation, request);
        sampling(conversation.sampling(), request);
        thinking(conversation.reasoning(), request);
        format(conversation.format(), request);
        conversation.user().ifPresent(user -> request.putObject("metadata").put("user_id", user));
        conversation.serviceTier().ifPresent(tier -> request.put("service_tier", tier(tier)));
        if (conversation.stream()) {
            request.put("stream", true);
        }
        return request;
    }

    private static ArrayNode messages(Turns turns) {
        ArrayNode messages = Json.array();
        Role before = Role.SYSTEM;
        for (Turns.Turn turn : turns.turns()) {
            if (turn.role() == Role.SYSTEM && before != Role.USER) {
                throw new WireException(
                        turn.path(), "a system message must be at the top or follow the user's");
            }
            ArrayNode content = AnthropicBlocks.write(turn.parts(), turn.path() + ".content");
            if (!content.isEmpty()) {
                messages.addObject().put("role", role(turn.role())).set("content", content);
            }
            before = turn.role();
        }
        return messages;
    }

    private static String role(Role role) {
        return switch (role) {
            case SYSTEM -> "system";
            case USER, TOOL -> "user";
            case ASSISTANT -> "assistant";
        };
    }

    private static int maxTokens(Conversation conversation) {
        long thoughts = conversation.reasoning().map(r -> r.budgetTokens().orElse(0)).orElse(0);
        long most = AnthropicCodec.DEFAULT_MAX_TOKENS + thoughts;
        return conversation.maxOutputTokens().orElse((int) Math.min(Integer.MAX_VALUE, most));
    }

    private static void tools(Conversation conversation, ObjectNode request) {
        if (conversation.tools().isEmpty()) {
            return;
        }
        ArrayNode tools = request.putArray("tools");
        conversation.tools().forEach(tool -> tools.add(tool(tool)));
        Optional<Boolean> parallel = conversation.parallelToolCalls();
        if (conversation.toolChoice().isPresent() || parallel.isPresent()) {
            ToolChoice choice = conversation.toolChoice().orElseGet(ToolChoice.Auto::new);
            ObjectNode written = request.putObject("tool_choice");
            switch (choice) {
                case ToolChoice.Auto _ -> written.put("type", "auto");
                case ToolChoice.Any _ -> written.put("type", "any");
                case ToolChoice.None _ -> written.put("type", "none");
                case ToolChoice.Named(String name) -> written.put("type", "tool").put("name", name);
            }
            if (!(choice instanceof ToolChoice.None)) {
                parallel.ifPresent(p -> written.put("disable_parallel_tool_use", !p));
            }
        }
    }

    private static ObjectNode tool(Tool tool) {
        ObjectNode written = Json.object().put("name", tool.name());
        tool.description().ifPresent(description -> written.put("description", description));
        written.set("input_schema", inputSchema(tool.parameters()));
        tool.strict().ifPresent(strict -> written.put("strict", strict));
        tool.cached().ifPresent(l -> written.set("cache_control", AnthropicBlocks.cacheControl(l)));
        return written;
    }

    /** The type is required, even where a function has no arguments. */
    private static ObjectNode inputSchema(ObjectNode parameters) {
        return parameters.has("type")
                ? parameters
                : Json.object().put("type", "object").setAll(parameters);
    }

    private static void sampling(Sampling sampling, ObjectNode request) {
        sampling.temperature()
                .ifPresent(
                        temperature -> {
                            if (temperature > 1) {
                                throw new WireException(
                                        "temperature", "this model takes a temperature up to 1");
                            }
                            request.put("temperature", temperature);
                        });
        sampling.topP().ifPresent(p -> request.put("top_p", p));
        sampling.topK().ifPresent(k -> request.put("top_k", k));
        if (!sampling.stop().isEmpty()) {
            ArrayNode stop = request.putArray("stop_sequences");
            sampling.stop().forEach(stop::add);
        }
    }

    /** Sets {@code thinking} and {@code output_config.effort}; Claude on Bedrock has the same. */
    static void thinking(Optional<Reasoning> reasoning, ObjectNode request) {
        if (reasoning.isEmpty()) {
            return;
        }
        ObjectNode thinking = request.putObject("thinking");
        String effort = reasoning.get().effort().orElse("");
        if (effort.equals("none")) {
            thinking.put("type", "disabled");
            return;
        }
        reasoning
                .get()
                .budgetTokens()
                .ifPresentOrElse(
                        budget -> thinking.put("type", "enabled").put("budget_tokens", budget),
                        () -> thinking.put("type", "adaptive"));
        if (!effort.isEmpty()) {
            request.putObject("output_config").put("effort", effort(effort));
        }
    }

    private static String effort(String effort) {
        return switch (effort) {
            case "low", "medium", "high", "xhigh", "max" -> effort;
            case "minimal" -> "low"; // its least
            default ->
                    throw new WireException(
                            "reasoning_effort", "this model has no effort " + effort);
        };
    }

    private static void format(Format format, ObjectNode request) {
        switch (format) {
            case Format.Text _ -> {}
            case Format.JsonObject _ ->
                    throw new WireException(
                            "response_format",
                            "this model has no json_object format; json_schema it has");
            case Format.JsonSchema schema ->
                    request.withObject("/output_config")
                            .putObject("format")
                            .put("type", "json_schema")
                            .set("schema", FormatSchema.of(schema));
        }
    }

    private static String tier(String tier) {
        return switch (tier) {
            case "auto", "standard_only" -> tier;
            case "default" -> "standard_only";
            default -> throw new WireException("service_tier", "this model has no tier " + tier);
        };
    }
}
