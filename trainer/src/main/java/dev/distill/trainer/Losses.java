package dev.distill.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.TrainConfig.Kd;
import dev.distill.config.UserError;
import dev.distill.models.Program;
import java.util.Locale;
import java.util.Map;

/**
 * What a student that classifies minimises: {@code (1 - alpha) ce + alpha divergence(p, q)}, where
 * {@code p} and {@code q} are the teacher's and the student's distributions at temperature {@code
 * T} and {@code ce} is the cross-entropy of the label. By default the divergence is {@code T^2 KL(p
 * || q)} (Hinton, Vinyals and Dean 2015, arXiv 1503.02531).
 *
 * <p>The arithmetic is in {@code losses.py} and {@code divergences.py}, in float32. Shapes: logits
 * and teacher (rows, classes), labels (rows) int64. The teacher's rows are probabilities at
 * temperature 1.
 *
 * <p>Not thread-safe; whoever made it closes it.
 */
final class Losses implements AutoCloseable {
    private final Program program;
    private final Map<String, NDArray> numbers;

    /**
     * Compiles the program in {@code manager}.
     *
     * @param labelSmoothing share of a label that is spread evenly over all classes
     */
    Losses(NDManager manager, Kd kd, double labelSmoothing) {
        this.program = Program.load(manager, Losses.class, "losses.py", "Losses");
        this.numbers = divergence(kd).numbers(manager);
        numbers.put("label_smoothing", manager.create(labelSmoothing));
    }

    private static Divergence divergence(Kd kd) {
        Divergence divergence = Divergence.of(kd);
        if (divergence.code() == Divergence.TOP_K || divergence.code() == Divergence.ULD) {
            throw new UserError(
                    ExitCode.INVALID_INPUT,
                    Problem.of(
                                    "train.kd.loss must not be %s for a student that classifies"
                                            .formatted(kd.loss().name().toLowerCase(Locale.ROOT)))
                            .withHint("teacher and student have the same labels: use forward_kl"));
        }
        return divergence;
    }

    /** Loss and number of right answers, both summed over rows. */
    record Sums(double loss, long correct) {}

    /**
     * The loss of some rows of an optimiser step, recorded for gradients.
     *
     * @param stepRows rows of the whole step, over all its batches: the one normaliser
     * @return a scalar that {@code manager} owns; a step's losses add up to its mean loss
     */
    NDArray train(NDManager manager, NDArray logits, Batch batch, int stepRows) {
        return call("train", logits, batch)
                .number(manager, (double) stepRows)
                .record(manager)
                .singletonOrThrow();
    }

    /** The same loss and the right answers among some validation rows. */
    Sums validate(NDManager manager, NDArray logits, Batch batch) {
        NDList sums = call("validate", logits, batch).run(manager);
        return new Sums(sums.get(0).getFloat(), sums.get(1).getLong());
    }

    private Program.Call call(String method, NDArray logits, Batch batch) {
        return program.call(method)
                .tensor(logits)
                .tensor(batch.labels())
                .tensor(batch.teacher())
                .dictionary("c", numbers);
    }

    @Override
    public void close() {
        program.close();
    }
}
