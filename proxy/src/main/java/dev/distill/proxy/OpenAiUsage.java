package dev.distill.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.proxy.wire.Usage;
import java.util.Optional;

/** Reads the usage object of the OpenAI dialect. */
final class OpenAiUsage {
    private OpenAiUsage() {}

    /**
     * Reads an OpenAI usage object, in which cached tokens are part of the input ones and reasoning
     * tokens part of the output ones. Some providers of the dialect report reasoning beside the
     * output instead; their total, or a reasoning count above the output, gives them away.
     *
     * @return empty when there is none, or when its figures contradict each other
     */
    static Optional<Usage> of(JsonNode usage) {
        long prompt = count(usage.path("prompt_tokens"));
        long completion = count(usage.path("completion_tokens"));
        long cached = optional(usage.path("prompt_tokens_details").path("cached_tokens"));
        long reasoning = optional(usage.path("completion_tokens_details").path("reasoning_tokens"));
        if (prompt < 0 || completion < 0 || cached < 0 || reasoning < 0 || cached > prompt) {
            return Optional.empty();
        }
        long total = count(usage.path("total_tokens"));
        boolean beside =
                reasoning > 0
                        && (reasoning > completion || total == prompt + completion + reasoning);
        long text = beside ? completion : completion - reasoning;
        return Optional.of(new Usage(prompt - cached, cached, 0, 0, 0, text, reasoning, 0, 0));
    }

    private static long optional(JsonNode node) {
        return node.isMissingNode() || node.isNull() ? 0 : count(node);
    }

    private static long count(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToInt() ? node.intValue() : -1;
    }
}
