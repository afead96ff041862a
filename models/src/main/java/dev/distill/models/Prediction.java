package dev.distill.models;

import java.util.List;

/**
 * What a classifier says about one text.
 *
 * @param label the most probable one; of equals the first
 * @param probabilities in the order of the classifier's labels; they add up to 1
 * @param tokens how many tokens the model saw, [CLS] and [SEP] counted
 * @param truncated whether the text was longer than the model takes
 */
public record Prediction(String label, List<Double> probabilities, int tokens, boolean truncated) {
    public Prediction {
        probabilities = List.copyOf(probabilities);
    }

    /** The probability of the label. */
    public double confidence() {
        return probabilities.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }
}
