package dev.distill.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.distill.models.Program;
import java.util.Map;

/**
 * The loss of a language model over the tokens that it is trained on: at each position {@code (1 -
 * a) ce + a divergence}, where {@code a} is alpha, or 0 where the teacher said nothing. It is
 * computed from the model's last vectors and its output matrix a few positions at a time, so that
 * the logits of all positions never exist at once; {@code token_losses.py} has the arithmetic.
 *
 * <p>Shapes: hidden (.., D) of any leading dimensions, rows and targets (N) int64, output (V, D).
 * The products are computed in the type of {@code hidden}, float32 or bfloat16, everything else in
 * float32.
 *
 * <p>Not thread-safe; whoever made it closes it.
 */
public final class TokenLosses implements AutoCloseable {
    /** Memory for the logits of a chunk in float32, of which a divergence needs several. */
    private static final long CHUNK_BYTES = 1L << 27;

    private final NDManager manager;
    private final Program program;
    private final Map<String, NDArray> numbers;

    /**
     * @param cap at which the student's logits are capped, 0 for none
     * @param vocabulary of the student, which decides how many positions make a chunk
     */
    public TokenLosses(NDManager parent, Divergence divergence, double cap, long vocabulary) {
        this(
                parent,
                divergence,
                cap,
                Math.toIntExact(Math.max(1, bytes(divergence, cap) / (vocabulary * Float.BYTES))));
    }

    /** The cross-entropy alone works in place, and each chunk costs a sum of output gradients. */
    private static long bytes(Divergence divergence, double cap) {
        return divergence.code() == Divergence.NONE.code() && cap == 0
                ? 2 * CHUNK_BYTES
                : CHUNK_BYTES;
    }

    /** With as many positions in a chunk as {@code chunk} says. */
    TokenLosses(NDManager parent, Divergence divergence, double cap, int chunk) {
        this.manager = parent.newSubManager();
        this.program = Program.load(manager, TokenLosses.class, "token_losses.py", "TokenLosses");
        this.numbers = divergence.numbers(manager);
        numbers.put("cap", manager.create(cap));
        numbers.put("chunk", manager.create((double) chunk));
    }

    /**
     * A student's last vectors at the positions of interest.
     *
     * @param hidden (.., D)
     * @param rows (N) int64, the numbers of the positions among the flattened leading dimensions
     * @param output (V, D), of the type of {@code hidden}
     * @param targets (N) int64, the tokens to come after those positions
     */
    public record Positions(NDArray hidden, NDArray rows, NDArray output, NDArray targets) {}

    /**
     * A loss and its gradients.
     *
     * @param loss over the normaliser; the shares of a step add up to its mean
     * @param ofHidden gradient by {@code hidden}, in its shape and type
     * @param ofOutput gradient by {@code output}, float32 or in the type of {@code hidden}; empty
     *     where it was not asked for
     */
    public record Gradient(double loss, NDArray ofHidden, NDArray ofOutput) {}

    /** Whether the gradient of the output matrix is needed. */
    public enum Output {
        FROZEN,
        TRAINED
    }

    /** A loss over the normaliser, and how many targets were the likeliest token. */
    public record Sums(double loss, long hits) {}

    /**
     * The loss of some of a step's positions.
     *
     * @param normaliser positions of the whole optimiser step, over all its batches: the one
     *     normaliser
     */
    public Gradient train(
            NDManager step,
            Positions positions,
            TokenTeacher teacher,
            long normaliser,
            Output output) {
        NDList results =
                call("train", step, positions, teacher, normaliser)
                        .number(step, output == Output.TRAINED ? 1L : 0L)
                        .record(step);
        return new Gradient(results.get(0).getFloat(), results.get(1), results.get(2));
    }

    /** The same loss without gradients. */
    public Sums validate(
            NDManager step, Positions positions, TokenTeacher teacher, long normaliser) {
        NDList sums = call("validate", step, positions, teacher, normaliser).run(step);
        return new Sums(sums.get(0).getFloat(), sums.get(1).getLong());
    }

    private Program.Call call(
            String method,
            NDManager step,
            Positions positions,
            TokenTeacher teacher,
            long normaliser) {
        numbers.put("normaliser", step.create((double) normaliser));
        return program.call(method)
                .tensor(positions.hidden)
                .tensor(positions.rows)
                .tensor(positions.output)
                .tensor(positions.targets)
                .dictionary("c", numbers)
                .dictionary("teacher", teacher.arrays(step));
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
