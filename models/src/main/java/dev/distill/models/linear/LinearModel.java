package dev.distill.models.linear;

import java.util.List;

/**
 * A linear student: all that its package holds but its calibration and its card.
 *
 * <p>Immutable; any number of threads may use it.
 *
 * @param labels in the order of the scores
 */
public record LinearModel(List<String> labels, Vectorizer vectorizer, LinearWeights weights) {
    public LinearModel {
        labels = List.copyOf(labels);
        if (labels.size() != weights.labels() || vectorizer.columns() != weights.features()) {
            throw new IllegalArgumentException(
                    "%d labels and %d features, but weights for %d and %d"
                            .formatted(
                                    labels.size(),
                                    vectorizer.columns(),
                                    weights.labels(),
                                    weights.features()));
        }
    }

    /** What its config.json tells. */
    public LinearShape shape() {
        return new LinearShape(
                labels,
                vectorizer.ngrams(),
                vectorizer.words().size(),
                vectorizer.characters().size());
    }

    /** How many numbers its weights hold: those of the scores and of the n-grams. */
    public long parameterCount() {
        return (long) weights.values().length + weights.labels() + weights.features();
    }
}
