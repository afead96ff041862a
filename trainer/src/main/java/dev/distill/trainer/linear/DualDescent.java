package dev.distill.trainer.linear;

import dev.distill.models.linear.SparseVector;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Fits the scores of a block of labels, each against all others: an L2-regularised support vector
 * machine with squared hinge loss, by coordinate descent in the dual (C.-J. Hsieh, K.-W. Chang,
 * C.-J. Lin, S. S. Keerthi, S. Sundararajan, "A dual coordinate descent method for large-scale
 * linear SVM", ICML 2008, algorithm 1), which is what liblinear and scikit-learn's LinearSVC do.
 *
 * <p>For each label it finds the only minimum of 1/2 |w|^2 + sum over rows i of C_i max(0, 1 - y_i
 * w.x_i)^2, where x has a last feature, always 1, for the bias. Unlike liblinear it takes a row for
 * all labels of the block at once: the products with a feature's weights are then sums of short
 * dense arrays, which the compiler makes vector instructions of.
 */
final class DualDescent {
    /** Steps along gradients smaller than this share of the tolerance are not worth their time. */
    private static final float NEGLIGIBLE = 0.01f;

    private static final int MOST_PASSES = 1000;

    /**
     * The rows: those of i are {@code columns[starts[i]..starts[i + 1])}.
     *
     * @param starts (rows + 1)
     * @param columns (non-zeros)
     * @param values (non-zeros)
     * @param labels (rows)
     * @param slack (rows): 1 / (2 C_i)
     * @param curvature (rows): |x_i|^2 + 1 + slack
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Rows(
            int[] starts,
            int[] columns,
            float[] values,
            int[] labels,
            float[] slack,
            float[] curvature) {
        /**
         * Rows with their costs.
         *
         * @param costs (rows): C_i, above 0
         */
        static Rows of(List<SparseVector> rows, int[] labels, double[] costs) {
            int[] starts = new int[rows.size() + 1];
            for (int i = 0; i < rows.size(); i++) {
                starts[i + 1] = Math.addExact(starts[i], rows.get(i).columns().length);
            }
            int[] columns = new int[starts[rows.size()]];
            float[] values = new float[columns.length];
            float[] slack = new float[rows.size()];
            float[] curvature = new float[rows.size()];
            for (int i = 0; i < rows.size(); i++) {
                SparseVector row = rows.get(i);
                System.arraycopy(row.columns(), 0, columns, starts[i], row.columns().length);
                double square = 0;
                for (int k = 0; k < row.values().length; k++) {
                    values[starts[i] + k] = (float) row.values()[k];
                    square += row.values()[k] * row.values()[k];
                }
                slack[i] = (float) (0.5 / costs[i]);
                curvature[i] = (float) (square + 1 + slack[i]);
            }
            return new Rows(starts, columns, values, labels, slack, curvature);
        }

        int count() {
            return labels.length;
        }
    }

    private final Rows rows;
    private final int first;
    private final int width;
    private final float[] weights; // (features, width)
    private final float[] bias; // (width)
    private final float[] alpha; // (rows, width)
    private final float[] scores; // (width), of the row at hand
    private final float[] change; // (width), of the row at hand
    private float farthest; // a gradient of this pass
    private float negligible;

    /** For the labels {@code [first, first + width)}. */
    DualDescent(Rows rows, int features, int first, int width) {
        this.rows = rows;
        this.first = first;
        this.width = width;
        weights = new float[Math.multiplyExact(features, width)];
        bias = new float[width];
        alpha = new float[Math.multiplyExact(rows.count(), width)];
        scores = new float[width];
        change = new float[width];
    }

    /**
     * Runs passes over the rows, in an order that is the same in each training, until in one of
     * them no gradient is farther than {@code tolerance} from where it has to be.
     */
    void run(float tolerance) {
        negligible = NEGLIGIBLE * tolerance;
        int[] order = new int[rows.count()];
        Arrays.setAll(order, i -> i);
        SplittableRandom random = new SplittableRandom(1);
        for (int pass = 0; pass < MOST_PASSES; pass++) {
            for (int i = order.length - 1; i > 0; i--) {
                int other = random.nextInt(i + 1);
                int row = order[i];
                order[i] = order[other];
                order[other] = row;
            }
            farthest = 0;
            for (int row : order) {
                visit(row);
            }
            if (farthest <= tolerance) {
                return;
            }
        }
    }

    private void visit(int row) {
        int from = rows.starts[row];
        int to = rows.starts[row + 1];
        System.arraycopy(bias, 0, scores, 0, width);
        for (int k = from; k < to; k++) {
            addTo(scores, rows.values[k], weights, rows.columns[k] * width, width);
        }
        if (!steps(row)) {
            return;
        }
        for (int k = from; k < to; k++) {
            addFrom(change, rows.values[k], weights, rows.columns[k] * width, width);
        }
        addFrom(change, 1, bias, 0, width);
    }

    /** The step of each label along this row's coordinate; whether there is any. */
    private boolean steps(int row) {
        float slack = rows.slack[row];
        float curvature = rows.curvature[row];
        int own = rows.labels[row] - first;
        int offset = row * width;
        boolean any = false;
        for (int c = 0; c < width; c++) {
            float y = c == own ? 1 : -1;
            float old = alpha[offset + c];
            float gradient = y * scores[c] - 1 + slack * old;
            float projected = old == 0 ? Math.min(gradient, 0) : gradient;
            float size = Math.abs(projected);
            change[c] = 0;
            if (size > negligible) {
                farthest = Math.max(farthest, size);
                float next = Math.max(old - gradient / curvature, 0);
                alpha[offset + c] = next;
                change[c] = (next - old) * y;
                any = true;
            }
        }
        return any;
    }

    /** sums += value * array[offset..] */
    private static void addTo(float[] sums, float value, float[] array, int offset, int width) {
        for (int c = 0; c < width; c++) {
            sums[c] += value * array[offset + c];
        }
    }

    /** array[offset..] += value * change */
    private static void addFrom(float[] change, float value, float[] array, int offset, int width) {
        for (int c = 0; c < width; c++) {
            array[offset + c] += value * change[c];
        }
    }

    /** The weights of the label {@code first + c}. */
    float[] weights(int c) {
        float[] own = new float[weights.length / width];
        for (int j = 0; j < own.length; j++) {
            own[j] = weights[j * width + c];
        }
        return own;
    }

    /** The bias of the label {@code first + c}. */
    float bias(int c) {
        return bias[c];
    }
}
