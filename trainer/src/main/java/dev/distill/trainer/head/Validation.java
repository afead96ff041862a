package dev.distill.trainer.head;

import dev.distill.config.TrainConfig.Kd;
import dev.distill.trainer.Batches;
import dev.distill.trainer.Score;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How a network does on the validation rows: accuracy is the share of the rows whose label has the
 * greatest logit.
 */
final class Validation {
    private static final int ROWS = 256;

    /** Whatever gives rows of embeddings their logits: (rows, D) to (rows, C), row after row. */
    @FunctionalInterface
    interface Scorer {
        float[] logits(float[] x, int rows);
    }

    private Validation() {}

    static Score score(Scorer network, Examples examples) {
        int classes = examples.classes();
        int rows = examples.rows().size();
        int right = 0;
        double loss = 0;
        List<Integer> numbers = IntStream.range(0, rows).boxed().toList();
        for (List<Integer> part : Batches.cut(numbers, ROWS)) {
            Examples.Batch batch = examples.batch(part);
            float[] logits = network.logits(batch.x(), batch.size());
            for (int row = 0; row < batch.size(); row++) {
                int best = 0;
                for (int i = 1; i < classes; i++) {
                    best = logits[row * classes + i] > logits[row * classes + best] ? i : best;
                }
                right += best == batch.rows().get(row).label() ? 1 : 0;
                loss += loss(logits, batch.targets(), row, classes, examples.kd());
            }
        }
        return new Score((double) right / rows, loss / rows);
    }

    /** {@link DistillationLoss} of one row. */
    private static double loss(float[] logits, float[] targets, int row, int classes, Kd kd) {
        double[] hard = logSoftmax(logits, row * classes, classes, 1);
        double[] soft = logSoftmax(logits, row * classes, classes, kd.temperature());
        double ce = 0;
        double kl = 0;
        for (int i = 0; i < classes; i++) {
            ce -= targets[row * 2 * classes + i] * hard[i];
            double p = targets[row * 2 * classes + classes + i];
            kl += p > 0 ? p * (Math.log(p) - soft[i]) : 0;
        }
        return (1 - kd.alpha()) * ce + kd.alpha() * kd.temperature() * kd.temperature() * kl;
    }

    private static double[] logSoftmax(
            float[] logits, int offset, int classes, double temperature) {
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < classes; i++) {
            most = Math.max(most, logits[offset + i] / temperature);
        }
        double sum = 0;
        for (int i = 0; i < classes; i++) {
            sum += Math.exp(logits[offset + i] / temperature - most);
        }
        double[] log = new double[classes];
        for (int i = 0; i < classes; i++) {
            log[i] = logits[offset + i] / temperature - most - Math.log(sum);
        }
        return log;
    }
}
