package dev.distill.evaluation;

import java.util.List;
import java.util.Optional;

/**
 * Whether the student's confidence can be believed: the expected calibration error over 15 bins of
 * equal width, as in C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On calibration of modern neural
 * networks", ICML 2017, equation 3. Bin m holds confidences in ((m - 1) / 15, m / 15].
 *
 * @param expectedError mean gap between confidence and accuracy, 0 (perfect) to 1
 * @param n answered items with a confidence
 */
public record Calibration(double expectedError, int n) {
    static final int BINS = 15;

    /** Of the items that have a confidence and were answered by the student; empty if none. */
    static Optional<Calibration> of(List<Judged> items) {
        double[] gap = new double[BINS]; // sum of (right - confidence)
        int n = 0;
        for (Judged item : items) {
            if (item.student().isPresent() && item.studentConfidence().isPresent()) {
                double confidence = item.studentConfidence().get();
                int bin = Math.max(0, (int) Math.ceil(confidence * BINS) - 1);
                gap[bin] += (item.studentRight() ? 1 : 0) - confidence;
                n++;
            }
        }
        if (n == 0) {
            return Optional.empty();
        }
        double error = 0;
        for (double sum : gap) {
            error += Math.abs(sum) / n;
        }
        return Optional.of(new Calibration(error, n));
    }
}
