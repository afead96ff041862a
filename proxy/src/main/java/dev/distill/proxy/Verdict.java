package dev.distill.proxy;

import dev.distill.proxy.wire.Completion;
import dev.distill.proxy.wire.Part;
import dev.distill.proxy.wire.StopReason;
import java.util.Locale;

/** Whether an answer is whole; only a good one may answer the same request again. */
enum Verdict {
    GOOD,
    TRUNCATED,
    FILTERED,
    REFUSED,
    EMPTY,
    UNFINISHED;

    /** Judges an answer: it is as good as the worst of its choices. */
    static Verdict of(Completion completion) {
        return completion.choices().stream()
                .map(Verdict::of)
                .filter(verdict -> verdict != GOOD)
                .findFirst()
                .orElse(completion.choices().isEmpty() ? EMPTY : GOOD);
    }

    private static Verdict of(Completion.Choice choice) {
        if (choice.parts().stream().anyMatch(Part.Refusal.class::isInstance)) {
            return REFUSED;
        }
        Verdict verdict = of(choice.stopReason());
        return verdict == GOOD && !says(choice) ? EMPTY : verdict;
    }

    /** Judges an answer by why it ended. */
    static Verdict of(StopReason reason) {
        return switch (reason) {
            case END, STOP_SEQUENCE, TOOL_CALLS -> GOOD;
            case LENGTH -> TRUNCATED;
            case FILTERED -> FILTERED;
            case REFUSED -> REFUSED;
            case PAUSED, UNKNOWN -> UNFINISHED;
        };
    }

    private static boolean says(Completion.Choice choice) {
        return choice.parts().stream()
                .anyMatch(
                        part ->
                                part instanceof Part.ToolCall
                                        || (part instanceof Part.Text text
                                                && !text.text().isBlank()));
    }

    /** The word for it in the ledger. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
