package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.util.List;
import java.util.Optional;

/**
 * A whole answer.
 *
 * @param id the provider's name of it, empty when it does not say
 * @param model the model that answered, as the provider names it, empty when it does not say
 * @param created seconds since 1970
 * @param usage empty when the provider did not say
 * @param serviceTier the tier that it was served and is billed at, in the provider's word
 */
public record Completion(
        String id,
        String model,
        long created,
        List<Choice> choices,
        Optional<Usage> usage,
        Optional<String> serviceTier) {
    public Completion {
        choices = List.copyOf(choices);
    }

    /** The same with a name and a model where it has none. */
    public Completion named(String otherId, String otherModel) {
        return new Completion(
                id.isEmpty() ? otherId : id,
                model.isEmpty() ? otherModel : model,
                created,
                choices,
                usage,
                serviceTier);
    }

    /** What the first choice says; for calls of functions, their JSON. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (Part part : choices.isEmpty() ? List.<Part>of() : choices.getFirst().parts()) {
            switch (part) {
                case Part.Text said -> text.append(said.text());
                case Part.Refusal refusal -> text.append(refusal.text());
                case Part.ToolCall call ->
                        text.append(
                                Json.line(
                                        Json.object()
                                                .put("name", call.name())
                                                .put("arguments", call.arguments())));
                default -> {
                    // thoughts are not the answer
                }
            }
        }
        return text.toString();
    }

    /**
     * One of the answers.
     *
     * @param parts text, thoughts, calls and refusals in order
     * @param stopSequence the one that came up, with {@link StopReason#STOP_SEQUENCE}
     * @param logprobs in the shape of OpenAI chat completions
     */
    public record Choice(
            List<Part> parts,
            StopReason stopReason,
            Optional<String> stopSequence,
            Optional<ObjectNode> logprobs) {
        public Choice {
            parts = List.copyOf(parts);
        }
    }
}
