package dev.distill.trainer.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.models.Encoder.Mode;
import dev.distill.models.Precision;
import dev.distill.models.causal.CausalBase;
import dev.distill.models.causal.CausalConfig;
import dev.distill.models.causal.CausalLm;
import dev.distill.models.causal.HeldWeights;
import dev.distill.trainer.TokenTeacher;
import java.util.List;

/**
 * A teacher in the process: another checkpoint, without dropout and without gradients, that reads
 * the very tokens that the student reads. Only its last vectors and its output matrix leave it;
 * its logits are made beside the student's, a few positions at a time.
 *
 * <p>Not thread-safe; whoever made it closes it.
 */
final class LocalTeacher implements AutoCloseable {
    private final Learning learning;
    private final CausalLm lm;
    private final HeldWeights weights;

    private LocalTeacher(Learning learning, CausalLm lm, HeldWeights weights) {
        this.learning = learning;
        this.lm = lm;
        this.weights = weights;
    }

    /**
     * Loads a teacher for a student of the same tokenizer.
     *
     * @throws UserError when the tokenizers differ, or a file is missing or damaged
     */
    static LocalTeacher load(
            NDManager manager, CausalBase teacher, CausalBase student, Precision precision) {
        Vocabulary.same(student.tokenizerFile(), teacher.tokenizerFile());
        CausalConfig config = teacher.config();
        Vocabulary.fits(student.tokenizerFile(), config, Location.of(teacher.folder()));
        HeldWeights weights = HeldWeights.read(manager, teacher.folder(), config, precision);
        return new LocalTeacher(
                new Learning(manager), new CausalLm(manager, config, precision), weights);
    }

    /** What it thinks of the trained positions of a batch; {@code step} owns the arrays. */
    TokenTeacher thinks(NDManager step, CausalBatch batch) {
        try (NDArray hidden = lm.hiddenStates(weights.asMap(), batch.rows(), Mode.INFERENCE)) {
            NDArray output = weights.asMap().get(lm.config().outputName());
            if (output == null) {
                throw new IllegalStateException("a decoder has an output matrix");
            }
            float[] all = new float[Math.toIntExact(batch.positions())];
            java.util.Arrays.fill(all, 1);
            return new TokenTeacher.Whole(
                    learning.select(step, hidden, batch.places()),
                    output,
                    lm.config().finalLogitSoftcapping(),
                    step.create(all));
        }
    }

    @Override
    public void close() {
        weights.close();
        lm.close();
        learning.close();
    }
}
