package dev.distill.trainer;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * How many rows a batch has: half as many whenever one did not fit into memory. A step learns from
 * as many rows as before, in more batches.
 *
 * <p>The sums of a step depend on it, in their last bits: {@link TrainingState} keeps it, so that a
 * training goes on with the batches that it had.
 */
public final class BatchRows {
    private final int wanted;
    private final Memory memory;
    private final Consumer<TrainingEvent> listener;
    private int rows;

    /** Where a batch has its memory from. */
    @FunctionalInterface
    public interface Memory {
        /** As libtorch gives it. */
        Memory OF_THE_PROCESS = (_, _) -> {};

        /**
         * Is asked before a batch is computed; in tests it runs out, with libtorch's own exception.
         *
         * @param step number, from 1
         * @param rows of the batch
         */
        void claim(int step, int rows);
    }

    /**
     * @param wanted rows of a batch, at least 1
     * @param fewer rows that a batch had when the training was last saved, if they were fewer
     * @param listener hears when they become fewer
     */
    public BatchRows(
            int wanted, Optional<Integer> fewer, Memory memory, Consumer<TrainingEvent> listener) {
        this.wanted = wanted;
        this.rows = fewer.orElse(wanted);
        this.memory = memory;
        this.listener = listener;
    }

    /** Rows of a batch now, at least 1. */
    public int now() {
        return rows;
    }

    /** Rows of a batch now, where they are fewer than was wanted: for {@link TrainingState}. */
    public Optional<Integer> fewer() {
        return rows < wanted ? Optional.of(rows) : Optional.empty();
    }

    /**
     * Computes a step in batches that fit into memory.
     *
     * @param number of the step, from 1
     * @param step takes the rows of a batch; when it fails, nothing was changed
     */
    public <T> T fitting(int number, IntFunction<T> step) {
        while (true) {
            try {
                memory.claim(number, rows);
                return step.apply(rows);
            } catch (RuntimeException e) {
                if (rows == 1 || !OutOfMemory.is(e)) {
                    throw e;
                }
                halve("step %d did not fit into memory".formatted(number));
            }
        }
    }

    private void halve(String reason) {
        rows = Math.ceilDiv(rows, 2);
        listener.accept(
                new TrainingEvent.Note(
                        "%s: batches have %d rows from now on, a step as many as before"
                                .formatted(reason, rows)));
    }
}
