package dev.distill.trainer;

import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * How many rows a batch has: half as many whenever one did not fit into memory. A step learns from
 * as many rows as before, in more batches.
 */
public final class BatchRows {
    private final Consumer<TrainingEvent> listener;
    private int rows;

    /**
     * @param rows at first, at least 1
     * @param listener hears when they become fewer
     */
    public BatchRows(int rows, Consumer<TrainingEvent> listener) {
        this.rows = rows;
        this.listener = listener;
    }

    /** Rows of a batch now, at least 1. */
    public int now() {
        return rows;
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
                return step.apply(rows);
            } catch (RuntimeException e) {
                if (rows == 1 || !OutOfMemory.is(e)) {
                    throw e;
                }
                rows = Math.ceilDiv(rows, 2);
                listener.accept(
                        new TrainingEvent.Note(
                                "step %d did not fit into memory: batches have %d rows from now on, a step as many as before"
                                        .formatted(number, rows)));
            }
        }
    }
}
