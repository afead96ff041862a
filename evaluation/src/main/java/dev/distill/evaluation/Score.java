package dev.distill.evaluation;

import java.util.List;

/**
 * How one model did on the compared items.
 *
 * @param accuracy share of right answers, with its Wilson interval
 * @param macroF1 mean F1 over the labels in {@code labels}, with its bootstrap interval
 * @param offList answers that are not labels of the task; they count as wrong
 * @param labels scores of every label that occurs in gold or answers, in the task's order
 * @param confusions mistakes, the most frequent first
 */
public record Score(
        Estimate accuracy,
        Estimate macroF1,
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
