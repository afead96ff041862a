package dev.distill.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.distill.config.TrainConfig;
import dev.distill.models.EncoderConfig;
import dev.distill.models.Precision;
import dev.distill.models.Weights;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A student that learns: its weights, the threads that compute with them, and the optimiser. One
 * step is one call forward with the loss and one call back for each batch and thread, then one pass
 * of the optimiser.
 *
 * <p>Dropout follows from the seed and the step's number, so that a step does not depend on what
 * ran before it in the process.
 *
 * <p>Not thread-safe; whoever made it closes it, its weights included.
 */
final class Learner implements AutoCloseable {
    private final NDManager manager;
    private final TrainConfig config;
    private final Weights weights;
    private final Crew crew;
    private final Copies copies;
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
        this.crew = new Crew(manager, encoder, precision, config);
        this.optimizer = new Optimizer(manager, weights, config);
        this.copies = new Copies(manager, encoder.architecture(), optimizer.names(), precision);
    }

    /**
     * Learns from the rows of an optimiser step, in as many batches as they need.
     *
     * @param number of the step, from 1
     * @param factor share of the peak learning rates
     */
    StepOutcome step(List<EncodedRow> rows, int number, double factor) {
        return step(rows, number, factor, config.perDeviceTrainBatchSize());
    }

    /**
     * The same in batches of other size, which changes nothing but the order of sums and what is
     * dropped; when it fails, nothing was changed.
     */
    StepOutcome step(List<EncodedRow> rows, int number, double factor, int batchRows) {
        try (NDManager step = manager.newSubManager()) {
            List<Map<String, NDArray>> shared = copies.of(step, weights, crew.size());
            SplittableRandom seeds =
                    new SplittableRandom(config.seed() + 0x9E3779B97F4A7C15L * number);
            List<NDArray> sums = List.of();
            double mean = 0;
            for (List<EncodedRow> part : Batches.cut(rows, batchRows)) {
                List<Worker.Part> parts =
                        crew.learn(step, shared, optimizer.names(), part, rows.size(), seeds);
                mean += parts.stream().mapToDouble(Worker.Part::loss).sum();
                List<NDArray> more =
                        optimizer.total(step, parts.stream().map(Worker.Part::gradients).toList());
                if (sums.isEmpty()) {
                    sums = more;
                } else {
                    optimizer.add(step, sums, more);
                }
            }
            if (!Double.isFinite(mean)) {
                return new StepOutcome(mean, Double.NaN);
            }
            return new StepOutcome(mean, optimizer.step(step, sums, number, factor));
        }
    }

    /** Answers the validation rows, without dropout. */
    Score validate(List<EncodedRow> rows) {
        List<EncodedRow> sorted =
                rows.stream().sorted(Comparator.comparingInt(EncodedRow::length)).toList();
        try (NDManager step = manager.newSubManager()) {
            Losses.Sums sums = crew.validate(step, copies.of(step, weights, crew.size()), sorted);
            return new Score((double) sums.correct() / rows.size(), sums.loss() / rows.size());
        }
    }

    Weights weights() {
        return weights;
    }

    Optimizer optimizer() {
        return optimizer;
    }

    @Override
    public void close() {
        crew.close();
        copies.close();
        optimizer.close();
        weights.close();
        manager.close();
    }
}
