package dev.distill.trainer.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.models.Program;
import java.util.List;
import java.util.Optional;

/**
 * The door to {@code learning.py}: rounding, gradients and their sums, of arrays whose type Java
 * does not know. What takes part in a recorded computation is itself made by {@link
 * Program.Call#record}: libtorch cannot go back through arrays that were made without recording.
 *
 * <p>Not thread-safe; whoever made it closes it.
 */
final class Learning implements AutoCloseable {
    private final Program program;

    Learning(NDManager manager) {
        this.program = Program.load(manager, Learning.class, "learning.py", "Learning");
    }

    /** Copies in bfloat16 that {@code manager} owns. */
    NDList rounded(NDManager manager, List<NDArray> arrays) {
        return program.call("rounded").tensors("p", arrays).record(manager);
    }

    /** Arrays of the same numbers, in the same memory, to which gradients flow. */
    NDList leaves(NDManager manager, List<NDArray> arrays) {
        return program.call("leaves").tensors("p", arrays).record(manager);
    }

    /** One such array. */
    NDArray leaf(NDManager manager, NDArray array) {
        return leaves(manager, List.of(array)).singletonOrThrow();
    }

    /** Rounds {@code arrays} into copies that {@link #rounded} made. */
    void refresh(NDManager step, List<NDArray> copies, List<NDArray> arrays) {
        program.call("refresh").tensors("copies", copies).tensors("p", arrays).run(step);
    }

    /** Some of the vectors of (.., D), by their numbers among all: (N, D). */
    NDArray select(NDManager manager, NDArray vectors, NDArray rows) {
        return program.call("select").tensor(vectors).tensor(rows).run(manager).singletonOrThrow();
    }

    /** Whether gradients are what a sum begins with or are added to it. */
    enum Onto {
        NOTHING,
        SUM
    }

    /**
     * Goes back from {@code y}, whose gradient is known.
     *
     * @param from a leaf that {@code y} was computed from, whose gradient is asked for
     * @param leaves the weights that {@code y} was computed from, if any are trained
     * @param sums float32, one for each leaf: takes its gradient
     * @return the gradient by {@code from}, without numbers when there is no such leaf
     */
    NDArray backward(
            NDManager step,
            NDArray y,
            NDArray ofY,
            Optional<NDArray> from,
            List<NDArray> leaves,
            List<NDArray> sums,
            Onto onto) {
        if (leaves.isEmpty()) { // a program's list is never empty: one that y does not depend on
            leaves = List.of(leaf(step, step.zeros(new Shape(1))));
            sums = List.of(step.zeros(new Shape(1)));
        }
        return program.call("backward")
                .tensor(y)
                .tensor(ofY)
                .tensor(from.orElseGet(() -> step.create(new float[0])))
                .tensors("p", leaves)
                .tensors("sums", sums)
                .number(step, onto == Onto.NOTHING ? 1L : 0L)
                .record(step)
                .singletonOrThrow();
    }

    /** Begins a sum with some numbers or adds them. */
    void take(NDManager step, NDArray sum, NDArray more, Onto onto) {
        program.call("take")
                .tensor(sum)
                .tensor(more)
                .number(step, onto == Onto.NOTHING ? 1L : 0L)
                .run(step);
    }

    @Override
    public void close() {
        program.close();
    }
}
