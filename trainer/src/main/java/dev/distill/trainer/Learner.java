package dev.distill.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.distill.config.TrainConfig;
import dev.distill.models.Encoder;
import dev.distill.models.EncoderConfig;
import dev.distill.models.Gradients;
import dev.distill.models.Precision;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A student that learns: its weights, the encoder that computes with them, the loss and the
 * optimiser. One step is one call forward with the loss and one call back for each batch, then one
 * pass of the optimiser.
 *
 * <p>Dropout is seeded anew for each batch from the seed and the step's number, so that a step does
 * not depend on what ran before it in the process.
 *
 * <p>Not thread-safe; whoever made it closes it, its weights included.
 */
final class Learner implements AutoCloseable {
    private static final int VALIDATION_ROWS = 64;

    private final NDManager manager;
    private final TrainConfig config;
    private final Weights weights;
    private final Encoder encoder;
    private final Losses losses;
    private final Gradients gradients;
    private final Optimizer optimizer;

    /** A learner with these weights, which it takes over, and a fresh optimiser. */
    Learner(
            NDManager parent,
            EncoderConfig encoder,
            Weights weights,
            Precision precision,
            TrainConfig config) {
        this.manager = parent.newSubManager();
        this.config = config;
        this.weights = weights;
        weights.requireGradients();
        this.encoder = new Encoder(manager, encoder, precision);
        this.losses = new Losses(manager, config.kd());
        this.gradients = new Gradients(manager);
        this.optimizer = new Optimizer(manager, weights, config);
    }

    /**
     * What a step came to.
     *
     * @param loss mean over the step's rows; when it is not finite, nothing was changed
     * @param gradientNorm global norm before clipping; when it is not finite, nothing was changed
     */
    record Outcome(double loss, double gradientNorm) {
        boolean isFinite() {
            return Double.isFinite(loss) && Double.isFinite(gradientNorm);
        }
    }

    /** How a student does on the validation rows; the loss is the mean over them. */
    record Score(double accuracy, double loss) {}

    /**
     * Learns from the rows of an optimiser step, in as many batches as they need.
     *
     * @param number of the step, from 1
     * @param factor share of the peak learning rates
     */
    Outcome step(List<EncodedRow> rows, int number, double factor) {
        try (NDManager step = manager.newSubManager()) {
            List<NDArray> parameters = optimizer.parameters();
            SplittableRandom seeds =
                    new SplittableRandom(config.seed() + 0x9E3779B97F4A7C15L * number);
            List<NDArray> sums = List.of();
            double mean = 0;
            for (List<EncodedRow> part : Batches.cut(rows, config.perDeviceTrainBatchSize())) {
                Torch.seed(seeds.nextInt());
                Batch batch = Batch.of(step, part);
                NDArray logits = logits(batch, Encoder.Mode.TRAINING);
                NDArray loss = losses.train(step, logits, batch, rows.size());
                mean += loss.getFloat();
                List<NDArray> more = gradients.of(step, loss, parameters);
                if (sums.isEmpty()) {
                    sums = more;
                } else {
                    optimizer.add(step, sums, more);
                }
            }
            if (!Double.isFinite(mean)) {
                return new Outcome(mean, Double.NaN);
            }
            return new Outcome(mean, optimizer.step(step, sums, number, factor));
        }
    }

    /** Answers the validation rows, without dropout. */
    Score validate(List<EncodedRow> rows) {
        List<EncodedRow> sorted =
                rows.stream().sorted(Comparator.comparingInt(EncodedRow::length)).toList();
        double loss = 0;
        long correct = 0;
        for (List<EncodedRow> part : Batches.cut(sorted, VALIDATION_ROWS)) {
            try (NDManager step = manager.newSubManager()) {
                Batch batch = Batch.of(step, part);
                Losses.Sums sums =
                        losses.validate(step, logits(batch, Encoder.Mode.INFERENCE), batch);
                loss += sums.loss();
                correct += sums.correct();
            }
        }
        return new Score((double) correct / rows.size(), loss / rows.size());
    }

    private NDArray logits(Batch batch, Encoder.Mode mode) {
        return encoder.logits(weights, batch.tokens().ids(), batch.tokens().mask(), mode);
    }

    Weights weights() {
        return weights;
    }

    Optimizer optimizer() {
        return optimizer;
    }

    @Override
    public void close() {
        optimizer.close();
        gradients.close();
        losses.close();
        encoder.close();
        weights.close();
        manager.close();
    }
}
