package dev.distill.trainer;

import dev.distill.config.UserError;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * How many rows a batch has: half as many where, by plan, the memory is not enough, and whenever a
 * batch did not fit. A step learns from as many rows as before, in more batches.
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

        /** Bytes that there are before the first step; empty where nobody knows. */
        default OptionalLong free() {
            return FreeMemory.now();
        }
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
     * Begins with as many rows as a plan says that memory is enough for.
     *
     * @param plan of the training in batches of so many rows
     * @param hint what to do where single rows do not fit
     * @throws UserError with the figures, where single rows do not fit
     */
    public void fit(IntFunction<MemoryPlan> plan, String hint) {
        OptionalLong free = memory.free();
        MemoryPlan first = plan.apply(rows);
        int fitting = rows;
        for (MemoryPlan next = first; !next.fits(free); next = plan.apply(fitting)) {
            if (fitting == 1) {
                throw next.refused(free, hint);
            }
            fitting = Math.ceilDiv(fitting, 2);
        }
        if (fitting < rows) {
            lower("batches of %d rows need %s".formatted(rows, first.against(free)), fitting);
        }
    }

    /**
     * Computes a step in batches that fit into memory.
     *
     * @param number of the step, from 1
     * @param step takes the rows of a batch; when it fails, nothing was changed
     */
    public <T> T fitting(int number, IntFunction<T> step) {
        return fitting(
                "step " + number,
                size -> {
                    memory.claim(number, size);
                    return step.apply(size);
                });
    }

    /** The same for something else than a step. */
    public <T> T fitting(String what, IntFunction<T> work) {
        while (true) {
            try {
                return work.apply(rows);
            } catch (RuntimeException | OutOfMemoryError e) {
                if (rows == 1 || !OutOfMemory.is(e)) {
                    throw e;
                }
                System.gc(); // a draw of dropout is memory until Java has noticed that it is over
                lower(what + " did not fit into memory", Math.ceilDiv(rows, 2));
            }
        }
    }

    private void lower(String reason, int fewer) {
        rows = fewer;
        listener.accept(
                new TrainingEvent.Note(
                        "%s: batches have at most %d from now on, a step as many rows as before"
                                .formatted(reason, rows)));
    }
}
