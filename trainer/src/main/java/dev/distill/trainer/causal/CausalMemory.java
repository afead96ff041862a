package dev.distill.trainer.causal;

import dev.distill.config.CausalTrainConfig.Method;
import dev.distill.models.Precision;
import dev.distill.models.causal.CausalConfig;
import dev.distill.trainer.MemoryPlan;

/** How much memory the training of a language model takes. */
final class CausalMemory {
    /** What to do where there is too little of it. */
    static final String HINT =
            "lower student.max_length, set student.causal_lm.gradient_checkpointing: true or method: lora, or take a smaller base";

    /** What each token leaves in a layer, in numbers of the hidden and of the inner size. */
    private static final int HIDDEN_NUMBERS = 14;

    private static final int INNER_NUMBERS = 5;

    /** Logits, softmaxes and their gradient in float32; the cross-entropy alone needs half. */
    private static final long CHUNK = 4 * (1L << 27);

    private CausalMemory() {}

    /**
     * The plan of a training.
     *
     * @param trained how many weights are trained
     * @param tokens of a batch, padding included
     */
    static MemoryPlan plan(
            CausalConfig student,
            Method method,
            Precision precision,
            long trained,
            long tokens,
            CausalLearner.Settings settings,
            long teacherWeights) {
        long all = student.parameterCount();
        int product = precision == Precision.BF16 ? 2 : 4;
        long frozen = method == Method.FULL ? 0 : all * product;
        long copies = precision == Precision.BF16 ? trained * product : 0;
        long layer =
                ((long) HIDDEN_NUMBERS * student.size().hidden()
                                + (long) INNER_NUMBERS * student.size().intermediate())
                        * product;
        long kept = (long) student.size().hidden() * product;
        int layers = student.layers().size();
        long perToken = settings.checkpointing() ? layer + kept * layers : layer * layers;
        long output = (long) student.size().vocabulary() * student.size().hidden();
        return new MemoryPlan(
                4 * trained + copies + frozen + teacherWeights * product,
                12 * trained,
                tokens * perToken,
                CHUNK + (method == Method.FULL ? 4 * output : 0));
    }
}
