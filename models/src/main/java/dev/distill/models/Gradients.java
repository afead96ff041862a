package dev.distill.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;

/**
 * Computes gradients and hands them out, where DJL's gradient collector adds them up inside the
 * weights: nothing has to be set to zero and read again, a tenth of a step for a small encoder.
 *
 * <p>Not thread-safe. Owns its program; whoever made it closes it.
 */
public final class Gradients implements AutoCloseable {
    private final Program program;

    /** Compiles the program in {@code manager}. */
    public Gradients(NDManager manager) {
        program = Program.load(manager, Gradients.class, "gradients.py", "Gradients");
    }

    /**
     * The gradient of a loss by each weight, in the order of the weights; zeros for a weight on
     * which the loss does not depend. What was recorded for the loss is used up.
     *
     * @param loss one number that came out of {@link Program.Call#record}; what Java computes from
     *     such a result, outside a gradient collector, is not recorded
     * @param weights never empty, all requiring gradients
     */
    public NDList of(NDManager manager, NDArray loss, List<NDArray> weights) {
        return program.call("forward").tensor(loss).tensors("p", weights).record(manager);
    }

    @Override
    public void close() {
        program.close();
    }
}
