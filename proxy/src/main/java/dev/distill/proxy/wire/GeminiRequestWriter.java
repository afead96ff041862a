package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Conversation.Role;
import dev.distill.proxy.wire.Conversation.Tool;
import dev.distill.proxy.wire.Conversation.ToolChoice;
import java.util.Optional;
import java.util.Set;

/** Writes requests of {@code generateContent}. */
final class GeminiRequestWriter {
    /** Tiers that ask for nothing special. */
    private static final Set<String> ORDINARY = Set.of("auto", "default", "standard_only");

    private GeminiRequestWriter() {}

    static ObjectNode write(Conversation conversation, String model) {
        Unsupported.logitBias(conversation.sampling());
        Unsupported.metadata(conversation);
        conversation
                .serviceTier()
                .ifPresent(t -> Unsupported.refuse(!ORDINARY.contains(t), "service_tier"));
        Turns turns = Turns.of(conversation).withSystemAtTopOnly();
        GeminiParts parts = new GeminiParts(conversation, model);
        ObjectNode request = Json.object();
        ArrayNode system = parts.write(turns.system(), "messages[0].content");
        if (!system.isEmpty()) {
            request.putObject("systemInstruction").set("parts", system);
        }
        ArrayNode contents = request.putArray("contents");
        for (Turns.Turn turn : turns.turns()) {
            ArrayNode written = parts.write(turn.parts(), turn.path() + ".content");
            if (!written.isEmpty()) {
                contents.addObject()
                        .put("role", turn.role() == Role.ASSISTANT ? "model" : "user")
                        .set("parts", written);
            }
        }
        tools(conversation, request);
        ObjectNode config = GeminiGenerationConfig.write(conversation, model);
        if (!config.isEmpty()) {
            request.set("generationConfig", config);
        }
        return request;
    }

    private static void tools(Conversation conversation, ObjectNode request) {
        if (conversation.tools().isEmpty()) {
            return;
        }
        Unsupported.refuse(
                conversation.parallelToolCalls().equals(Optional.of(false)), "parallel_tool_calls");
        ArrayNode declarations =
                request.putArray("tools").addObject().putArray("functionDeclarations");
        for (Tool tool : conversation.tools()) {
            ObjectNode declaration = declarations.addObject().put("name", tool.name());
            tool.description().ifPresent(text -> declaration.put("description", text));
            if (!tool.parameters().isEmpty()) {
                declaration.set("parametersJsonSchema", tool.parameters());
            }
        }
        boolean strict =
                conversation.tools().stream().anyMatch(tool -> tool.strict().orElse(false));
        if (conversation.toolChoice().isPresent() || strict) {
            ObjectNode config = request.putObject("toolConfig").putObject("functionCallingConfig");
            switch (conversation.toolChoice().orElseGet(ToolChoice.Auto::new)) {
                // the mode in which Gemini keeps to the schemas and may still answer in words
                case ToolChoice.Auto _ -> config.put("mode", strict ? "VALIDATED" : "AUTO");
                case ToolChoice.Any _ -> config.put("mode", "ANY");
                case ToolChoice.None _ -> config.put("mode", "NONE");
                case ToolChoice.Named(String name) ->
                        config.put("mode", "ANY").putArray("allowedFunctionNames").add(name);
            }
        }
    }
}
