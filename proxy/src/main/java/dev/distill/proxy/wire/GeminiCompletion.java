package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.proxy.wire.Completion.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whole answers of {@code generateContent}. */
final class GeminiCompletion {
    private GeminiCompletion() {}

    static Completion read(JsonNode json, long created) {
        Members answer = Members.of(json, "");
        GeminiCandidate.refuseBlocked(answer);
        String id = answer.optionalText("responseId").orElse("");
        List<Choice> choices = new ArrayList<>();
        for (Members candidate : answer.list("candidates")) {
            choices.add(choice(candidate, id, choices.size()));
        }
        if (choices.isEmpty()) {
            throw answer.unknown("candidates", "is empty");
        }
        return new Completion(
                id,
                answer.optionalText("modelVersion").orElse(""),
                created,
                choices,
                answer.optionalMembers("usageMetadata").map(GeminiUsage::read),
                Optional.empty());
    }

    private static Choice choice(Members candidate, String answerId, int choice) {
        List<Part> parts = new ArrayList<>();
        int calls = 0;
        for (Members part : GeminiCandidate.parts(candidate)) {
            Optional<Members> call = part.optionalMembers("functionCall");
            if (call.isPresent()) {
                part.optionalText("thoughtSignature").ifPresent(s -> sign(parts, s));
                parts.add(
                        new Part.ToolCall(
                                GeminiCandidate.callId(call.get(), answerId, choice, calls),
                                call.get().text("name"),
                                GeminiCandidate.arguments(call.get())));
                calls++;
            } else {
                boolean thought = part.optionalFlag("thought").orElse(false);
                part.optionalText("text")
                        .filter(text -> !text.isEmpty())
                        .map(t -> thought ? thinking(t) : new Part.Text(t))
                        .ifPresent(parts::add);
            }
        }
        return new Choice(
                parts,
                GeminiCandidate.stopReason(candidate.text("finishReason"), calls > 0),
                Optional.empty(),
                GeminiCandidate.logprobs(candidate));
    }

    private static Part thinking(String text) {
        return new Part.Thinking(text, Optional.empty());
    }

    /** Puts the signature of a call onto the thoughts before it. */
    private static void sign(List<Part> parts, String signature) {
        String text = "";
        if (!parts.isEmpty()
                && parts.getLast() instanceof Part.Thinking(String thoughts, Optional<String> s)
                && s.isEmpty()) {
            text = thoughts;
            parts.removeLast();
        }
        parts.add(new Part.Thinking(text, Optional.of(GeminiSignature.mark(signature))));
    }
}
