package dev.distill.evaluation;

import java.util.List;
import java.util.Optional;

/**
 * Teacher and student on the same gold items. Everything here rests on the items that both
 * answered.
 *
 * @param items all items, answered or not
 * @param teacherUnanswered items without an answer of the teacher
 * @param studentUnanswered items without an answer of the student
 * @param teacher the teacher's score
 * @param student the student's score
 * @param table who was right where
 * @param difference student's accuracy minus teacher's, paired, with Newcombe's interval
 * @param macroF1Difference student's macro-F1 minus teacher's, paired, with its bootstrap interval
 * @param mcNemarMidP two-sided mid-p value of McNemar's test of equal accuracy
 * @param calibration of the student, if it gives confidences
 * @param bootstrap how the macro-F1 intervals were made
 */
public record Comparison(
        List<Judged> items,
        int teacherUnanswered,
        int studentUnanswered,
        Score teacher,
        Score student,
        PairedTable table,
        Estimate difference,
        Estimate macroF1Difference,
        double mcNemarMidP,
        Optional<Calibration> calibration,
        Bootstrap bootstrap) {
    public Comparison {
        items = List.copyOf(items);
    }

    /**
     * Compares.
     *
     * @param items all gold items of the evaluation
     * @param labels the task's labels; any other answer is wrong
     * @param confidence level of every interval
     * @param seed makes the bootstrap repeatable
     * @throws dev.distill.config.UserError when no item was answered by both
     */
    public static Comparison of(
            List<Judged> items, List<String> labels, double confidence, long seed) {
        if (items.isEmpty()) {
            throw new IllegalArgumentException("no items");
        }
        throw new UnsupportedOperationException("the next commit computes this");
    }

    /** Items that both answered. */
    public int n() {
        return table.n();
    }
}
