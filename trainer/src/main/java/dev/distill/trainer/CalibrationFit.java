package dev.distill.trainer;

import dev.distill.models.Calibration;
import dev.distill.models.Classifier;
import dev.distill.models.Prediction;
import java.util.List;

/**
 * Fits the temperature of a student's probabilities on validation rows: the one under which the
 * labels are most likely. The loss is convex in 1 / temperature, so that Newton's method, kept
 * within a shrinking bracket, finds it.
 *
 * <p>Each label has the probability (n + 1) / (n + 2) instead of 1, the others share the rest, as
 * in J. Platt, "Probabilistic outputs for support vector machines", 1999, section 2.2: a student
 * that gets all of a few rows right is not made certain.
 */
public final class CalibrationFit {
    private static final int BINS = 15; // as the evaluation counts them
    private static final int MOST_STEPS = 100;
    private static final double COLDEST = 0.01;
    private static final double HOTTEST = 100;
    private static final double LEAST_LOG = Math.log(Double.MIN_NORMAL);

    private final double[][] scores; // (rows, labels), up to a constant in each row
    private final int[] targets; // (rows)

    private CalibrationFit(double[][] scores, int[] targets) {
        this.scores = scores;
        this.targets = targets;
    }

    /**
     * Calibrates a student on rows that it was not trained on.
     *
     * @param student one without a calibration: what it says must be the softmax of its scores
     * @param validation labels are indices into the student's
     */
    public static Calibration of(Classifier student, List<TrainingRow> validation) {
        return of(
                student.classify(validation.stream().map(TrainingRow::text).toList()),
                validation.stream().mapToInt(TrainingRow::label).toArray());
    }

    /**
     * Calibrates by what an uncalibrated student said.
     *
     * @param targets the label of each
     */
    public static Calibration of(List<Prediction> predictions, int[] targets) {
        if (predictions.isEmpty() || predictions.size() != targets.length) {
            throw new IllegalArgumentException(
                    "%d predictions for %d labels".formatted(predictions.size(), targets.length));
        }
        double[][] scores =
                predictions.stream()
                        .map(
                                prediction ->
                                        prediction.probabilities().stream()
                                                .mapToDouble(p -> Math.max(Math.log(p), LEAST_LOG))
                                                .toArray())
                        .toArray(double[][]::new);
        CalibrationFit fit = new CalibrationFit(scores, targets);
        double temperature = fit.temperature();
        Measure before = fit.measure(1);
        Measure after = fit.measure(temperature);
        return new Calibration(
                temperature, targets.length, before.nll, after.nll, before.ece, after.ece);
    }

    /** How good the probabilities are at a temperature. */
    private record Measure(double nll, double ece) {}

    /** First and second derivative of the loss by 1 / temperature, summed over the rows. */
    private record Slope(double first, double second) {}

    private double temperature() {
        double low = 1 / HOTTEST;
        double high = 1 / COLDEST;
        double inverse = 1;
        for (int i = 0; i < MOST_STEPS && high - low > 1e-12 * high; i++) {
            Slope slope = slope(inverse);
            if (slope.first > 0) {
                high = inverse;
            } else {
                low = inverse;
            }
            double newton = inverse - slope.first / slope.second;
            double next = newton > low && newton < high ? newton : (low + high) / 2;
            if (Math.abs(next - inverse) <= 1e-12 * inverse) {
                break;
            }
            inverse = next;
        }
        return 1 / inverse;
    }

    private Slope slope(double inverse) {
        double sure = (targets.length + 1.0) / (targets.length + 2.0);
        double first = 0;
        double second = 0;
        for (int row = 0; row < targets.length; row++) {
            double[] z = scores[row];
            double[] p = softmax(z, inverse);
            double mean = 0;
            double square = 0;
            double sum = 0;
            for (int i = 0; i < z.length; i++) {
                mean += p[i] * z[i];
                square += p[i] * z[i] * z[i];
                sum += z[i];
            }
            double own = z[targets[row]];
            double others = z.length > 1 ? (sum - own) / (z.length - 1) : own;
            first += mean - sure * own - (1 - sure) * others;
            second += Math.max(0, square - mean * mean);
        }
        return new Slope(first, second);
    }

    private Measure measure(double temperature) {
        double nll = 0;
        double[] gap = new double[BINS]; // sum of (right - confidence)
        for (int row = 0; row < targets.length; row++) {
            double[] p = softmax(scores[row], 1 / temperature);
            nll -= Math.max(Math.log(p[targets[row]]), LEAST_LOG);
            int best = 0;
            for (int i = 1; i < p.length; i++) {
                best = p[i] > p[best] ? i : best;
            }
            int bin = Math.clamp((int) Math.ceil(p[best] * BINS) - 1, 0, BINS - 1);
            gap[bin] += (best == targets[row] ? 1 : 0) - p[best];
        }
        double ece = 0;
        for (double sum : gap) {
            ece += Math.abs(sum);
        }
        return new Measure(nll / targets.length, ece / targets.length);
    }

    private static double[] softmax(double[] scores, double inverse) {
        double most = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            most = Math.max(most, score);
        }
        double[] p = new double[scores.length];
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            p[i] = Math.exp((scores[i] - most) * inverse);
            sum += p[i];
        }
        for (int i = 0; i < p.length; i++) {
            p[i] /= sum;
        }
        return p;
    }
}
