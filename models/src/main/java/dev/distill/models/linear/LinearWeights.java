package dev.distill.models.linear;

/**
 * The weights of all labels' scores, feature by feature, without those that are 0: feature j has
 * the labels {@code classes[starts[j]..starts[j + 1])}, ascending, with {@code values}.
 *
 * @param starts (features + 1)
 * @param classes (non-zero weights)
 * @param values (non-zero weights)
 * @param bias (labels): the score of a text without known n-grams
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record LinearWeights(int[] starts, int[] classes, float[] values, float[] bias) {
    /**
     * Drops zeros.
     *
     * @param byClass (labels, features)
     * @param bias (labels)
     */
    public static LinearWeights of(float[][] byClass, float[] bias) {
        int features = byClass.length == 0 ? 0 : byClass[0].length;
        int[] starts = new int[features + 1];
        for (float[] weights : byClass) {
            for (int j = 0; j < features; j++) {
                starts[j + 1] += weights[j] != 0 ? 1 : 0;
            }
        }
        for (int j = 0; j < features; j++) {
            starts[j + 1] = Math.addExact(starts[j], starts[j + 1]);
        }
        int[] classes = new int[starts[features]];
        float[] values = new float[starts[features]];
        int[] next = starts.clone();
        for (int label = 0; label < byClass.length; label++) {
            for (int j = 0; j < features; j++) {
                if (byClass[label][j] != 0) {
                    classes[next[j]] = label;
                    values[next[j]++] = byClass[label][j];
                }
            }
        }
        return new LinearWeights(starts, classes, values, bias);
    }

    /** How many columns a vector may have. */
    public int features() {
        return starts.length - 1;
    }

    /** How many labels there are. */
    public int labels() {
        return bias.length;
    }

    /** The score of each label. */
    public float[] scores(SparseVector vector) {
        double[] sums = new double[bias.length];
        for (int i = 0; i < bias.length; i++) {
            sums[i] = bias[i];
        }
        for (int i = 0; i < vector.columns().length; i++) {
            double value = vector.values()[i];
            int column = vector.columns()[i];
            for (int k = starts[column]; k < starts[column + 1]; k++) {
                sums[classes[k]] += value * values[k];
            }
        }
        float[] scores = new float[bias.length];
        for (int i = 0; i < bias.length; i++) {
            scores[i] = (float) sums[i];
        }
        return scores;
    }
}
