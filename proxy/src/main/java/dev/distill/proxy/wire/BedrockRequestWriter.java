package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Conversation.Format;
import dev.distill.proxy.wire.Conversation.Role;
import dev.distill.proxy.wire.Conversation.Sampling;
import dev.distill.proxy.wire.Conversation.Tool;
import dev.distill.proxy.wire.Conversation.ToolChoice;
import java.util.Optional;

/** Writes requests of Converse and ConverseStream. */
final class BedrockRequestWriter {
    private BedrockRequestWriter() {}

    static ObjectNode write(Conversation conversation, String model) {
        Unsupported.choices(conversation);
        Unsupported.logprobs(conversation);
        Unsupported.seed(conversation.sampling());
        Unsupported.penalties(conversation.sampling());
        Unsupported.logitBias(conversation.sampling());
        Turns turns = Turns.of(conversation).withSystemAtTopOnly();
        ObjectNode request = Json.object();
        ArrayNode system = BedrockBlocks.write(turns.system(), "messages[0].content");
        if (!system.isEmpty()) {
            request.set("system", system);
        }
        ArrayNode messages = request.putArray("messages");
        for (Turns.Turn turn : turns.turns()) {
            ArrayNode content = BedrockBlocks.write(turn.parts(), turn.path() + ".content");
            if (!content.isEmpty()) {
                messages.addObject()
                        .put("role", turn.role() == Role.ASSISTANT ? "assistant" : "user")
                        .set("content", content);
            }
        }
        inference(conversation, request);
        tools(conversation, request);
        additional(conversation, model, request);
        format(conversation.format(), request);
        conversation.serviceTier().ifPresent(tier -> tier(tier, request));
        if (!conversation.metadata().isEmpty()) {
            request.set("requestMetadata", Json.object(conversation.metadata()));
        }
        return request;
    }

    private static void inference(Conversation conversation, ObjectNode request) {
        ObjectNode config = Json.object();
        Sampling sampling = conversation.sampling();
        conversation.maxOutputTokens().ifPresent(n -> config.put("maxTokens", n));
        sampling.temperature().ifPresent(t -> config.put("temperature", t));
        sampling.topP().ifPresent(p -> config.put("topP", p));
        if (!sampling.stop().isEmpty()) {
            ArrayNode stop = config.putArray("stopSequences");
            sampling.stop().forEach(stop::add);
        }
        if (!config.isEmpty()) {
            request.set("inferenceConfig", config);
        }
    }

    private static void tools(Conversation conversation, ObjectNode request) {
        Optional<ToolChoice> choice = conversation.toolChoice();
        boolean none = choice.filter(c -> c instanceof ToolChoice.None).isPresent();
        if (conversation.tools().isEmpty() || (none && !mentionsTools(conversation))) {
            return;
        }
        if (none) {
            throw new WireException(
                    "tool_choice", "this model cannot be kept from tools that it has used before");
        }
        Unsupported.refuse(
                conversation.parallelToolCalls().equals(Optional.of(false)), "parallel_tool_calls");
        ObjectNode config = request.putObject("toolConfig");
        ArrayNode tools = config.putArray("tools");
        for (Tool tool : conversation.tools()) {
            tools.addObject().set("toolSpec", tool(tool));
            tool.cached().ifPresent(lifetime -> tools.add(BedrockBlocks.cachePoint(lifetime)));
        }
        choice.ifPresent(c -> config.set("toolChoice", choice(c)));
    }

    /** Whether there are calls or results, with which Bedrock requires the tools themselves. */
    private static boolean mentionsTools(Conversation conversation) {
        return conversation.messages().stream()
                .flatMap(message -> message.parts().stream())
                .anyMatch(p -> p instanceof Part.ToolCall || p instanceof Part.ToolResult);
    }

    private static ObjectNode tool(Tool tool) {
        ObjectNode spec = Json.object().put("name", tool.name());
        tool.description().ifPresent(text -> spec.put("description", text));
        spec.putObject("inputSchema").set("json", tool.parameters());
        tool.strict().ifPresent(strict -> spec.put("strict", strict));
        return spec;
    }

    private static ObjectNode choice(ToolChoice choice) {
        ObjectNode written = Json.object();
        switch (choice) {
            case ToolChoice.Auto _ -> written.putObject("auto");
            case ToolChoice.Any _ -> written.putObject("any");
            case ToolChoice.Named(String name) -> written.putObject("tool").put("name", name);
            case ToolChoice.None _ -> throw new IllegalArgumentException("there is no word for it");
        }
        return written;
    }

    private static void additional(Conversation conversation, String model, ObjectNode request) {
        ObjectNode fields = Json.object();
        conversation.sampling().topK().ifPresent(k -> fields.put("top_k", k));
        AnthropicRequestWriter.thinking(conversation.reasoning(), fields);
        if (fields.isEmpty()) {
            return;
        }
        if (!model.contains("anthropic")) {
            Unsupported.refuse(conversation.sampling().topK().isPresent(), "top_k");
            Unsupported.refuse(true, "reasoning_effort");
        }
        request.set("additionalModelRequestFields", fields);
    }

    private static void format(Format format, ObjectNode request) {
        switch (format) {
            case Format.Text _ -> {}
            case Format.JsonObject _ ->
                    throw new WireException(
                            "response_format",
                            "this model has no json_object format; json_schema it has");
            case Format.JsonSchema schema -> {
                ObjectNode definition =
                        Json.object()
                                .put("schema", Json.line(schema.schema()))
                                .put("name", schema.name());
                schema.description().ifPresent(text -> definition.put("description", text));
                ObjectNode text = request.putObject("outputConfig").putObject("textFormat");
                text.put("type", "json_schema")
                        .putObject("structure")
                        .set("jsonSchema", definition);
            }
        }
    }

    private static void tier(String tier, ObjectNode request) {
        switch (tier) {
            case "auto", "standard_only" -> {} // what happens anyway
            case "default", "flex", "priority", "reserved" ->
                    request.putObject("serviceTier").put("type", tier);
            default -> Unsupported.refuse(true, "service_tier");
        }
    }
}
