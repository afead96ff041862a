package dev.distill.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.distill.config.TrainConfig;
import dev.distill.models.Encoder;
import dev.distill.models.EncoderConfig;
import dev.distill.models.Gradients;
import dev.distill.models.Precision;
import dev.distill.models.TokenBatch;
import dev.distill.models.Torch;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A thread that computes the gradients of its share of a batch, with programs of its own. Its
 * operators use few processors: two threads that each run whole operators are faster than one whose
 * operators are cut in two, since nobody waits for the other's half.
 *
 * <p>Whoever made it closes it.
 */
final class Worker implements AutoCloseable {
    private final ExecutorService thread;
    private final int operatorThreads;
    private final Encoder encoder;
    private final Losses losses;
    private final Gradients gradients;

    Worker(
            NDManager manager,
            int index,
            int operatorThreads,
            EncoderConfig encoder,
            Precision precision,
            TrainConfig config) {
        this.thread =
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().daemon().name("learner-" + index).factory());
        this.operatorThreads = operatorThreads;
        this.encoder = new Encoder(manager, encoder, precision);
        this.losses = new Losses(manager, config.kd(), config.labelSmoothingFactor());
        this.gradients = new Gradients(manager);
    }

    /**
     * What some rows came to.
     *
     * @param loss their share of the step's mean loss
     * @param gradients by each weight, in the order asked for
     */
    record Part(double loss, List<NDArray> gradients) {}

    /**
     * Begins to learn.
     *
     * @param manager owns the gradients
     * @param weights this thread's own
     * @param names of the weights to differentiate by, in the order of the gradients
     * @param stepRows rows of the whole optimiser step
     * @param seed of the dropout
     */
    Future<Part> learn(
            NDManager manager,
            Map<String, NDArray> weights,
            List<String> names,
            List<EncodedRow> rows,
            int stepRows,
            long seed) {
        return thread.submit(
                () -> {
                    Torch.threads(operatorThreads);
                    Batch batch = Batch.of(manager, rows);
                    TokenBatch tokens = batch.tokens();
                    NDArray logits = encoder.train(weights, tokens.ids(), tokens.mask(), seed);
                    NDArray loss = losses.train(manager, logits, batch, stepRows);
                    double value = loss.getFloat();
                    List<NDArray> by = names.stream().map(weights::get).toList();
                    return new Part(value, gradients.of(manager, loss, by));
                });
    }

    /** Begins to answer rows without dropout. */
    Future<Losses.Sums> validate(
            NDManager parent, Map<String, NDArray> weights, List<EncodedRow> rows) {
        return thread.submit(
                () -> {
                    Torch.threads(operatorThreads);
                    try (NDManager manager = parent.newSubManager()) {
                        Batch batch = Batch.of(manager, rows);
                        TokenBatch tokens = batch.tokens();
                        NDArray logits = encoder.answer(weights, tokens.ids(), tokens.mask());
                        return losses.validate(manager, logits, batch);
                    }
                });
    }

    @Override
    public void close() {
        thread.close();
        gradients.close();
        losses.close();
        encoder.close();
    }
}
