package dev.distill.evaluation;

import dev.distill.config.GateConfig;

/** Sentences that several outputs share. */
final class Prose {
    private Prose() {}

    /** How many items count, and what became of the others. */
    static String unanswered(Comparison comparison) {
        int all = comparison.items().size();
        if (comparison.n() == all) {
            return "Both answered all %s gold items.".formatted(Format.count(all));
        }
        return "Compared on the %s of %s gold items that both answered; the teacher left %s and the student %s unanswered (failures of infrastructure, not counted as wrong)."
                .formatted(
                        Format.count(comparison.n()),
                        Format.count(all),
                        Format.count(comparison.teacherUnanswered()),
                        Format.count(comparison.studentUnanswered()));
    }

    /** What answers are that do not fit the task. */
    static String misfits(Comparison comparison) {
        return comparison.metric() == GateConfig.Metric.ACCURACY
                ? "Answers that are not a label of the task"
                : "Answers that are not JSON, or empty,";
    }

    static String callers(int concurrency) {
        return concurrency == 1 ? "1 caller" : concurrency + " callers";
    }

    static String sentence(String words) {
        return capital(words) + ".";
    }

    static String capital(String words) {
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}
