package dev.distill.evaluation;

/**
 * How well one label is found.
 *
 * @param label the label
 * @param support gold items with it
 * @param predicted items that were given it
 * @param hits items of both: right answers
 * @param precision share of the predicted that are right; 0 when nothing was predicted
 * @param recall share of the support that was found; 0 when there is no support
 * @param f1 harmonic mean of the two; 0 when both are 0
 */
public record LabelScore(
        String label,
        int support,
        int predicted,
        int hits,
        double precision,
        double recall,
        double f1) {
    static LabelScore of(String label, int support, int predicted, int hits) {
        double precision = predicted == 0 ? 0 : (double) hits / predicted;
        double recall = support == 0 ? 0 : (double) hits / support;
        return new LabelScore(
                label, support, predicted, hits, precision, recall, f1(support, predicted, hits));
    }

    /** 2 tp / (2 tp + fp + fn), and 0 where that is 0 / 0. */
    static double f1(int support, int predicted, int hits) {
        return support + predicted == 0 ? 0 : 2.0 * hits / (support + predicted);
    }
}
