package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Completion.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whole answers of Converse. */
final class BedrockCompletion {
    private BedrockCompletion() {}

    static Completion read(JsonNode json, long created) {
        Members answer = Members.of(json, "");
        List<Part> parts = new ArrayList<>();
        for (Members block : answer.members("output").members("message").list("content")) {
            part(block).ifPresent(parts::add);
        }
        Choice choice =
                new Choice(
                        parts,
                        stopReason(answer.text("stopReason")),
                        Optional.empty(),
                        Optional.empty());
        return new Completion(
                "",
                "",
                created,
                List.of(choice),
                answer.optionalMembers("usage").map(BedrockUsage::read),
                BedrockUsage.tier(answer));
    }

    /** Blocks of a kind that nobody here can have asked for are left out. */
    private static Optional<Part> part(Members block) {
        if (block.has("text")) {
            return Optional.of(new Part.Text(block.text("text")));
        }
        if (block.has("toolUse")) {
            Members call = block.members("toolUse");
            return Optional.of(
                    new Part.ToolCall(
                            call.text("toolUseId"),
                            call.text("name"),
                            Json.line(call.object("input"))));
        }
        return block.optionalMembers("reasoningContent").flatMap(BedrockCompletion::thoughts);
    }

    private static Optional<Part> thoughts(Members reasoning) {
        Optional<Part> thinking =
                reasoning
                        .optionalMembers("reasoningText")
                        .map(
                                text ->
                                        new Part.Thinking(
                                                text.text("text"), text.optionalText("signature")));
        return thinking.isPresent()
                ? thinking
                : reasoning.optionalText("redactedContent").map(Part.RedactedThinking::new);
    }

    /**
     * A stop reason.
     *
     * @throws WireException for those that mean that the answer is broken
     */
    static StopReason stopReason(String word) {
        return switch (word) {
            case "stop_sequence" -> StopReason.STOP_SEQUENCE;
            case "max_tokens", "model_context_window_exceeded" -> StopReason.LENGTH;
            case "tool_use" -> StopReason.TOOL_CALLS;
            case "guardrail_intervened", "content_filtered" -> StopReason.FILTERED;
            case "refusal" -> StopReason.REFUSED;
            case "malformed_model_output", "malformed_tool_use" ->
                    throw new WireException("stopReason", "the answer broke off: " + word);
            case "end_turn" -> StopReason.END;
            default -> StopReason.UNKNOWN; // the answer is there, and paid
        };
    }
}
