package dev.distill.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.models.Encoder;
import dev.distill.models.TokenBatch;
import dev.distill.models.Weights;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the last layer of a new encoder student begins: at the classifier that takes a text's
 * vector for a draw from a normal distribution around the mean of its label's vectors, with one
 * variance for all labels and directions. Label c then scores {@code b (x m_c - |m_c|^2 / 2)}. A
 * layer of random numbers would first spoil what the base knows before it says something useful
 * (weights that are imprinted: Qi, Brown and Lowe 2018, arXiv 1712.07136; a head before the rest:
 * Kumar et al. 2022, arXiv 2202.10054).
 *
 * <p>The sharpness {@code b} is the one under which the rows are likeliest when none counts towards
 * the mean that it is compared with.
 *
 * <p>Shapes: D numbers of a vector, C labels.
 */
final class ClassMeans {
    /** Rows of a label that its mean is taken of, at most. */
    private static final int ROWS = 20;

    /** Rows of all labels, at most, but two of each: every row is compared with every mean. */
    private static final int ALL_ROWS = 4096;

    private static final int BATCH = 32;
    private static final double STEP = 1.3;
    private static final int STEPS = 40;
    private static final String WEIGHT = "classifier.weight";
    private static final String BIAS = "classifier.bias";

    private final int labels;
    private final int[] targets;
    private final int[] counts;
    private final double[] center; // of all vectors
    private final double[][] vectors; // from the center
    private final double[][] means; // from the center

    /**
     * The means of some vectors.
     *
     * @param targets the label of each, from 0
     */
    ClassMeans(int labels, int[] targets, double[][] vectors) {
        this.labels = labels;
        this.targets = targets;
        this.counts = new int[labels];
        int size = vectors[0].length;
        this.center = new double[size];
        this.means = new double[labels][size];
        for (int i = 0; i < vectors.length; i++) {
            counts[targets[i]]++;
            for (int d = 0; d < size; d++) {
                means[targets[i]][d] += vectors[i][d];
                center[d] += vectors[i][d] / vectors.length;
            }
        }
        for (int c = 0; c < labels; c++) {
            for (int d = 0; d < size; d++) {
                // A label without rows is any text; the mean of all moves no label before another.
                means[c][d] = counts[c] == 0 ? 0 : means[c][d] / counts[c] - center[d];
            }
        }
        this.vectors = new double[vectors.length][size];
        for (int i = 0; i < vectors.length; i++) {
            for (int d = 0; d < size; d++) {
                this.vectors[i][d] = vectors[i][d] - center[d];
            }
        }
    }

    /** Puts the classifier into the weights of a student whose last layer is random. */
    static void imprint(NDManager parent, Encoder encoder, Weights weights, List<EncodedRow> rows) {
        Shape shape = weights.get(WEIGHT).getShape();
        int labels = Math.toIntExact(shape.get(0));
        List<EncodedRow> some = some(rows, labels);
        ClassMeans means =
                new ClassMeans(
                        labels,
                        some.stream().mapToInt(EncodedRow::label).toArray(),
                        vectors(parent, encoder, weights, some));
        double sharpness = means.sharpness();
        if (sharpness > 0) {
            weights.put(WEIGHT, parent.create(means.weight(sharpness), shape));
            weights.put(BIAS, parent.create(means.bias(sharpness)));
        }
    }

    private static List<EncodedRow> some(List<EncodedRow> rows, int labels) {
        int most = Math.clamp(ALL_ROWS / labels, 2, ROWS);
        int[] taken = new int[labels];
        return rows.stream()
                .filter(row -> taken[row.label()]++ < most)
                .sorted(Comparator.comparingInt(EncodedRow::length))
                .toList();
    }

    /** What the last layer is given: the scores of one that hands on what it is given. */
    private static double[][] vectors(
            NDManager parent, Encoder encoder, Weights weights, List<EncodedRow> rows) {
        List<double[]> vectors = new ArrayList<>();
        try (NDManager manager = parent.newSubManager()) {
            int size = Math.toIntExact(weights.get(WEIGHT).getShape().get(1));
            Map<String, NDArray> open = new LinkedHashMap<>(weights.asMap());
            open.put(WEIGHT, manager.eye(size));
            open.put(BIAS, manager.zeros(new Shape(size)));
            for (List<EncodedRow> part : Batches.cut(rows, BATCH)) {
                try (NDManager step = manager.newSubManager()) {
                    TokenBatch tokens = Batch.of(step, part).tokens();
                    float[] numbers =
                            encoder.answer(open, tokens.ids(), tokens.mask()).toFloatArray();
                    for (int row = 0; row < part.size(); row++) {
                        double[] vector = new double[size];
                        for (int d = 0; d < size; d++) {
                            vector[d] = numbers[row * size + d];
                        }
                        vectors.add(vector);
                    }
                }
            }
        }
        return vectors.toArray(double[][]::new);
    }

    /**
     * {@code b}: at most the one of the distribution that the distances from the means are drawn
     * from, since labels that are far apart are the likelier the sharper. 0 where no label has two
     * rows, so that nothing can be said about it.
     */
    double sharpness() {
        double[][] scores = scores();
        double squares = 0; // |x - m|^2 = |x|^2 - 2 (x m - |m|^2 / 2)
        long numbers = 0;
        for (int i = 0; i < scores.length; i++) {
            if (counts[targets[i]] > 1) {
                squares -= 2 * scores[i][targets[i]];
                for (double x : vectors[i]) {
                    squares += x * x;
                }
                numbers += vectors[i].length;
            }
        }
        double best = 0;
        double least = loss(scores, 0);
        double sharpness = squares > 0 ? numbers / squares : 0;
        for (int i = 0; i < STEPS && sharpness > 0; i++, sharpness /= STEP) {
            double loss = loss(scores, sharpness);
            if (loss < least) {
                least = loss;
                best = sharpness;
            }
        }
        return best;
    }

    /** Each row's scores at sharpness 1, its own label's mean without the row: (rows, C). */
    private double[][] scores() {
        double[][] scores = new double[vectors.length][labels];
        for (int i = 0; i < vectors.length; i++) {
            for (int c = 0; c < labels; c++) {
                boolean own = c == targets[i] && counts[c] > 1;
                double product = 0;
                double square = 0;
                for (int d = 0; d < vectors[i].length; d++) {
                    double x = vectors[i][d];
                    double m = means[c][d];
                    m = own ? (m * counts[c] - x) / (counts[c] - 1) : m;
                    product += x * m;
                    square += m * m;
                }
                scores[i][c] = product - square / 2;
            }
        }
        return scores;
    }

    /** The negative log-likelihood of the labels that have more than one row. */
    private double loss(double[][] scores, double sharpness) {
        double loss = 0;
        for (int i = 0; i < scores.length; i++) {
            if (counts[targets[i]] > 1) {
                double most = Double.NEGATIVE_INFINITY;
                for (double score : scores[i]) {
                    most = Math.max(most, score * sharpness);
                }
                double sum = 0;
                for (double score : scores[i]) {
                    sum += Math.exp(score * sharpness - most);
                }
                loss += Math.log(sum) + most - scores[i][targets[i]] * sharpness;
            }
        }
        return loss;
    }

    /** (C, D), row after row. */
    float[] weight(double sharpness) {
        int size = center.length;
        float[] weight = new float[labels * size];
        for (int c = 0; c < labels; c++) {
            for (int d = 0; d < size; d++) {
                weight[c * size + d] = (float) (sharpness * means[c][d]);
            }
        }
        return weight;
    }

    /** (C); vectors come as they are, so that their mean is taken off here. */
    float[] bias(double sharpness) {
        float[] bias = new float[labels];
        for (int c = 0; c < labels; c++) {
            double sum = 0;
            for (int d = 0; d < center.length; d++) {
                sum += means[c][d] * (means[c][d] / 2 + center[d]);
            }
            bias[c] = (float) (-sharpness * sum);
        }
        return bias;
    }
}
