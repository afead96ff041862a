package dev.distill.evaluation;

import java.util.List;
import java.util.Optional;

/**
 * How one model did on the compared items.
 *
 * @param accuracy share of right answers, with its Wilson interval
 * @param macroF1 mean F1 over the labels in {@code labels}, with its bootstrap interval; absent
 *     where answers are no labels, and the two lists are empty there
 * @param offList answers that do not fit the task, as they are no label or no JSON; they count as
 *     wrong
 * @param labels scores of every label that occurs in gold or answers, in the task's order
 * @param confusions mistakes, the most frequent first
 */
public record Score(
        Estimate accuracy,
        Optional<Estimate> macroF1,
        int offList,
        List<LabelScore> labels,
        List<Confusion> confusions) {
    /** Stands in {@link Confusion#predicted()} for every answer that is not a label. */
    public static final String OFF_LIST = "(not a label)";

    public Score {
        labels = List.copyOf(labels);
        confusions = List.copyOf(confusions);
    }
}
