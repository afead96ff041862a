package dev.distill.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** Whether an answer is whole; only a good one may answer the same request again. */
enum Verdict {
    GOOD,
    TRUNCATED,
    FILTERED,
    REFUSED,
    EMPTY,
    UNFINISHED;

    /** Judges a chat completion by its only choice. */
    static Verdict of(JsonNode completion) {
        JsonNode choice = completion.path("choices").path(0);
        JsonNode message = choice.path("message");
        if (!message.path("refusal").asText("").isEmpty()) {
            return REFUSED;
        }
        return switch (choice.path("finish_reason").asText("")) {
            case "stop" -> message.path("content").asText("").isBlank() ? EMPTY : GOOD;
            case "tool_calls" -> message.path("tool_calls").isEmpty() ? EMPTY : GOOD;
            case "length" -> TRUNCATED;
            case "content_filter" -> FILTERED;
            default -> UNFINISHED;
        };
    }

    /** The word for it in the ledger. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
