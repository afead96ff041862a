package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Completion.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whole answers of the Messages API. */
final class AnthropicCompletion {
    private AnthropicCompletion() {}

    static Completion read(JsonNode answer, long created) {
        Members message = Members.of(answer, "");
        List<Part> parts = new ArrayList<>();
        for (Members block : message.list("content")) {
            part(block).ifPresent(parts::add);
        }
        Choice choice =
                new Choice(
                        parts,
                        AnthropicStopReason.read(message.text("stop_reason")),
                        message.optionalText("stop_sequence"),
                        Optional.empty());
        Optional<Members> usage = message.optionalMembers("usage");
        return new Completion(
                message.text("id"),
                message.text("model"),
                created,
                List.of(choice),
                usage.map(AnthropicUsage::read),
                usage.flatMap(u -> u.optionalText("service_tier")));
    }

    /** Blocks of a kind that nobody here can have asked for are left out. */
    private static Optional<Part> part(Members block) {
        return switch (block.text("type")) {
            case "text" -> Optional.of(new Part.Text(block.text("text")));
            case "thinking" ->
                    Optional.of(
                            new Part.Thinking(
                                    block.text("thinking"),
                                    block.optionalText("signature").filter(s -> !s.isEmpty())));
            case "redacted_thinking" -> Optional.of(new Part.RedactedThinking(block.text("data")));
            case "tool_use" ->
                    Optional.of(
                            new Part.ToolCall(
                                    block.text("id"),
                                    block.text("name"),
                                    Json.line(block.object("input"))));
            default -> Optional.empty();
        };
    }

    static ObjectNode write(Completion completion) {
        Choice choice = completion.choices().getFirst();
        ObjectNode message =
                Json.object()
                        .put("id", completion.id())
                        .put("type", "message")
                        .put("role", "assistant")
                        .put("model", completion.model());
        ArrayNode content = message.putArray("content");
        choice.parts().forEach(part -> block(part).ifPresent(content::add));
        message.put("stop_reason", AnthropicStopReason.write(choice.stopReason()));
        message.put("stop_sequence", choice.stopSequence().orElse(null));
        ObjectNode usage = AnthropicUsage.write(completion.usage().orElse(Usage.NONE));
        completion.serviceTier().ifPresent(tier -> usage.put("service_tier", tier));
        message.set("usage", usage);
        return message;
    }

    private static Optional<ObjectNode> block(Part part) {
        if (part instanceof Part.Thinking(String text, Optional<String> signature)) {
            // callers get to see thoughts whoever made them, signed or not
            return Optional.of(
                    Json.object()
                            .put("type", "thinking")
                            .put("thinking", text)
                            .put("signature", signature.orElse("")));
        }
        ArrayNode blocks = AnthropicBlocks.write(List.of(part), "content");
        return blocks.isEmpty() ? Optional.empty() : Optional.of((ObjectNode) blocks.get(0));
    }
}
