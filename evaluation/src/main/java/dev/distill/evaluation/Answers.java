package dev.distill.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One model's answers to the compared items, as numbers of labels. */
final class Answers {
    private final List<String> labels;
    private final int[] gold;
    private final int[] given;

    /**
     * Takes ownership of the arrays.
     *
     * @param labels the task's labels, each once
     * @param gold the right label of each item
     * @param given the label given to each item, or {@code labels.size()} for what is no label
     */
    Answers(List<String> labels, int[] gold, int[] given) {
        this.labels = List.copyOf(labels);
        this.gold = gold;
        this.given = given;
    }

    int n() {
        return gold.length;
    }

    int right() {
        int right = 0;
        for (int i = 0; i < n(); i++) {
            right += gold[i] == given[i] ? 1 : 0;
        }
        return right;
    }

    /**
     * Macro-F1 of the items at {@code sample}: the mean of F1 over the labels that occur in their
     * gold or answers, as scikit-learn's {@code f1_score(average="macro", zero_division=0)} over
     * these labels. An answer that is no label is a miss of the gold label and not a label of its
     * own.
     */
    double macroF1(int[] sample) {
        int[] support = new int[labels.size() + 1];
        int[] predicted = new int[labels.size() + 1];
        int[] hits = new int[labels.size() + 1];
        for (int i : sample) {
            support[gold[i]]++;
            predicted[given[i]]++;
            hits[gold[i]] += gold[i] == given[i] ? 1 : 0;
        }
        double sum = 0;
        int occurring = 0;
        for (int label = 0; label < labels.size(); label++) {
            if (support[label] + predicted[label] > 0) {
                sum += LabelScore.f1(support[label], predicted[label], hits[label]);
                occurring++;
            }
        }
        return sum / occurring;
    }

    Score score(Estimate macroF1, double confidence) {
        int[][] table = new int[labels.size()][labels.size() + 1]; // (gold, given)
        for (int i = 0; i < n(); i++) {
            table[gold[i]][given[i]]++;
        }
        List<LabelScore> scores = new ArrayList<>();
        List<Confusion> confusions = new ArrayList<>();
        int offList = 0;
        for (int label = 0; label < labels.size(); label++) {
            int support = 0;
            int predicted = 0;
            for (int other = 0; other < labels.size(); other++) {
                support += table[label][other];
                predicted += table[other][label];
                addConfusion(confusions, label, other, table[label][other]);
            }
            int off = table[label][labels.size()];
            addConfusion(confusions, label, labels.size(), off);
            offList += off;
            support += off;
            if (support + predicted > 0) {
                scores.add(
                        LabelScore.of(labels.get(label), support, predicted, table[label][label]));
            }
        }
        confusions.sort(Comparator.comparingInt(Confusion::count).reversed());
        return new Score(
                Wilson.share(right(), n(), confidence),
                Optional.of(macroF1),
                offList,
                scores,
                confusions);
    }

    private void addConfusion(List<Confusion> confusions, int label, int other, int count) {
        if (label != other && count > 0) {
            String given = other == labels.size() ? Score.OFF_LIST : labels.get(other);
            confusions.add(new Confusion(labels.get(label), given, count));
        }
    }

    /** The number of each label, its place in the list. */
    static Map<String, Integer> numbers(List<String> labels) {
        Map<String, Integer> numbers = new HashMap<>();
        labels.forEach(label -> numbers.put(label, numbers.size()));
        return numbers;
    }
}
