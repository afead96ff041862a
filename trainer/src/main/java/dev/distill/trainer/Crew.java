package dev.distill.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.distill.config.TrainConfig;
import dev.distill.models.EncoderConfig;
import dev.distill.models.Precision;
import dev.distill.models.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/**
 * The threads that share out a batch among them. How many there are follows from the processors and
 * the batch: each has at least {@value #LEAST_ROWS} rows, and what processors are left over work
 * inside its operators. The order of sums does not depend on who is ready first.
 *
 * <p>Whoever made it closes it.
 */
final class Crew implements AutoCloseable {
    private static final int LEAST_ROWS = 8;
    private static final int VALIDATION_ROWS = 32;

    private final List<Worker> workers = new ArrayList<>();
    private final int processors;

    Crew(NDManager manager, EncoderConfig encoder, Precision precision, TrainConfig config) {
        processors = Torch.threads();
        int size =
                Torch.onGpu()
                        ? 1 // a GPU shares a batch out by itself
                        : size(processors, config.perDeviceTrainBatchSize());
        for (int i = 0; i < size; i++) {
            workers.add(new Worker(manager, i, processors / size, encoder, precision, config));
        }
    }

    /** The greatest divisor of the processors that leaves each thread enough rows. */
    static int size(int processors, int batchRows) {
        int size = Math.clamp(batchRows / LEAST_ROWS, 1, processors);
        while (processors % size != 0) {
            size--;
        }
        return size;
    }

    int size() {
        return workers.size();
    }

    /**
     * Learns from a batch.
     *
     * @param weights for each thread its own
     * @param seeds gives each thread the seed of its dropout
     * @return the parts in the order of the threads; those without rows are left out
     */
    List<Worker.Part> learn(
            NDManager manager,
            List<Map<String, NDArray>> weights,
            List<String> names,
            List<EncodedRow> rows,
            int stepRows,
            SplittableRandom seeds) {
        List<Future<Worker.Part>> parts = new ArrayList<>();
        for (int i = 0; i < Math.min(workers.size(), rows.size()); i++) {
            parts.add(
                    workers.get(i)
                            .learn(
                                    manager,
                                    weights.get(i),
                                    names,
                                    share(rows, i),
                                    stepRows,
                                    seeds.nextLong()));
        }
        return all(parts);
    }

    /** Answers rows, of which each thread has no more than a batch's, and sums up. */
    Losses.Sums validate(
            NDManager manager,
            List<Map<String, NDArray>> weights,
            List<EncodedRow> rows,
            int batchRows) {
        List<Future<Losses.Sums>> parts = new ArrayList<>();
        for (List<EncodedRow> part : Batches.cut(rows, Math.min(VALIDATION_ROWS, batchRows))) {
            int worker = parts.size() % workers.size();
            parts.add(workers.get(worker).validate(manager, weights.get(worker), part));
        }
        double loss = 0;
        long correct = 0;
        for (Losses.Sums sums : all(parts)) {
            loss += sums.loss();
            correct += sums.correct();
        }
        return new Losses.Sums(loss, correct);
    }

    /** Every n-th row: neighbours are of like length, so that all shares are. */
    private List<EncodedRow> share(List<EncodedRow> rows, int worker) {
        List<EncodedRow> share = new ArrayList<>();
        for (int i = worker; i < rows.size(); i += workers.size()) {
            share.add(rows.get(i));
        }
        return share;
    }

    /** Waits for all, also when one fails: nobody computes on when this returns. */
    private <T> List<T> all(List<Future<T>> futures) {
        List<T> results = new ArrayList<>();
        Throwable failure = null;
        for (Future<T> future : futures) {
            try {
                results.add(future.get());
            } catch (ExecutionException e) {
                failure = failure == null ? e.getCause() : failure;
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while a batch was computed");
            }
        }
        Torch.threads(processors);
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
        return results;
    }

    @Override
    public void close() {
        workers.forEach(Worker::close);
    }
}
