package dev.distill.trainer.head;

import dev.distill.config.TrainConfig.Kd;
import dev.distill.trainer.TrainingRow;
import java.util.Arrays;
import java.util.List;

/**
 * What rows should come to, as {@link DistillationLoss} takes it: for each row C numbers for the
 * label, 1 at its place without smoothing, then C for the teacher's distribution at the temperature
 * T.
 */
final class Targets {
    private Targets() {}

    /**
     * Row after row, 2 C numbers each.
     *
     * @param labelSmoothing share of a label that is spread evenly over all classes
     */
    static float[] of(List<TrainingRow> rows, int classes, Kd kd, double labelSmoothing) {
        float[] targets = new float[rows.size() * 2 * classes];
        for (int row = 0; row < rows.size(); row++) {
            int start = row * 2 * classes;
            Arrays.fill(targets, start, start + classes, (float) (labelSmoothing / classes));
            targets[start + rows.get(row).label()] += (float) (1 - labelSmoothing);
            soften(rows.get(row).teacher(), kd.temperature(), targets, start + classes);
        }
        return targets;
    }

    /**
     * softmax(z / T) is p^(1/T) normalised, where p = softmax(z): the teacher's logits are not
     * needed.
     */
    private static void soften(float[] teacher, double temperature, float[] target, int offset) {
        double[] powers = new double[teacher.length];
        double sum = 0;
        for (int i = 0; i < teacher.length; i++) {
            powers[i] = temperature == 1 ? teacher[i] : Math.pow(teacher[i], 1 / temperature);
            sum += powers[i];
        }
        for (int i = 0; i < teacher.length; i++) {
            target[offset + i] = (float) (powers[i] / sum);
        }
    }
}
