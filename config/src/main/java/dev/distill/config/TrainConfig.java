package dev.distill.config;

import dev.distill.config.StudentConfig.Kind;
import java.util.Optional;

/** How the student is trained; names and meanings are those of transformers' TrainingArguments. */
public record TrainConfig(
        @Doc("Passes over the training rows.")
                @OnlyFor({Kind.ENCODER, Kind.CAUSAL_LM})
                @Default("5")
                @AtLeast(1)
                int numTrainEpochs,
        @Doc("Peak learning rate; of an encoder, without its head.")
                @OnlyFor({Kind.ENCODER, Kind.CAUSAL_LM})
                @Default("1e-4")
                @Above(0)
                double learningRate,
        @Doc("Peak learning rate of the classification head.")
                @OnlyFor(Kind.ENCODER)
                @Default("1e-3")
                @Above(0)
                double headLearningRate,
        @Doc("Rows in a batch.") @OnlyFor({Kind.ENCODER, Kind.CAUSAL_LM}) @Default("32") @AtLeast(1)
                int perDeviceTrainBatchSize,
        @Doc("Batches whose gradients are added before a step.")
                @OnlyFor({Kind.ENCODER, Kind.CAUSAL_LM})
                @Default("1")
                @AtLeast(1)
                int gradientAccumulationSteps,
        @Doc("Weight decay of AdamW; biases and norms are exempt.")
                @OnlyFor({Kind.ENCODER, Kind.CAUSAL_LM})
                @Default("0.01")
                @AtLeast(0)
                double weightDecay,
        @Doc("Share of the steps in which the learning rate rises.")
                @OnlyFor({Kind.ENCODER, Kind.CAUSAL_LM})
                @Default("0.1")
                @AtLeast(0)
                @AtMost(1)
                double warmupRatio,
        @Doc("How the learning rate falls after the warm-up.")
                @OnlyFor({Kind.ENCODER, Kind.CAUSAL_LM})
                @Default("linear")
                LrSchedulerType lrSchedulerType,
        @Doc("Greatest global norm of the gradient.")
                @OnlyFor({Kind.ENCODER, Kind.CAUSAL_LM})
                @Default("1.0")
                @Above(0)
                double maxGradNorm,
        @Doc("Dropout probability; without one, the base's own.")
                @OnlyFor(Kind.ENCODER)
                @AtLeast(0)
                @AtMost(0.9)
                Optional<Double> dropout,
        @Doc(
                        "Share of a label that is spread evenly over all labels; 0.1 helps where some labels are wrong. The teacher's probabilities stay as they are.")
                @OnlyFor({Kind.HEAD, Kind.ENCODER})
                @Default("0")
                @AtLeast(0)
                @AtMost(0.9)
                double labelSmoothingFactor,
        @Doc("Arithmetic of the matrix products: auto is bf16 where the processor has it.")
                @OnlyFor({Kind.HEAD, Kind.ENCODER, Kind.CAUSAL_LM})
                @Default("auto")
                Precision precision,
        @Doc("Distillation from the teacher's probabilities.")
                @OnlyFor({Kind.HEAD, Kind.ENCODER, Kind.CAUSAL_LM})
                @Default("{}")
                Kd kd,
        @Doc("Steps between checkpoints.")
                @OnlyFor({Kind.ENCODER, Kind.CAUSAL_LM})
                @Default("50")
                @AtLeast(1)
                int saveSteps,
        @Doc("Seed of weights, batches and dropout.") @Default("7") long seed,
        @Doc("Epochs without a better validation result after which the training ends.")
                @OnlyFor(Kind.ENCODER)
                @AtLeast(1)
                Optional<Integer> earlyStoppingPatience,
        @Doc(
                        "Where it is trained and measured: auto (a GPU where libtorch sees one), cpu, or cuda:0 and so on; see docs/gpu.md.")
                @OnlyFor({Kind.HEAD, Kind.ENCODER, Kind.CAUSAL_LM})
                @Default("auto")
                String device) {
    /** Rows of an optimiser step, over all of its batches. */
    public int rowsPerStep() {
        return perDeviceTrainBatchSize * gradientAccumulationSteps;
    }

    /**
     * Distillation: (1 - alpha) hard + alpha divergence(teacher, student), after Hinton et al. 2015
     * with the divergences that were proposed since.
     */
    public record Kd(
            @Doc(
                            "How far the student is from the teacher. From the probabilities of labels: a head learns by forward_kl, an encoder by all but uld and topk_kl. A causal-lm with a teacher in the process (student.causal_lm.teacher) learns by all but topk_kl, uld being the one for another tokenizer; with the log-probabilities of an API (teacher.top_logprobs) by topk_kl, on the answers as the teacher wrote them; without either it learns the answers alone.")
                    @Default("forward_kl")
                    Loss loss,
            @Doc("Softmax temperature of teacher and student; topk_kl has 1.")
                    @Default("2.0")
                    @Above(0)
                    double temperature,
            @Doc("Weight of the teacher's probabilities; 0 trains on its label alone.")
                    @Default("0.5")
                    @AtLeast(0)
                    @AtMost(1)
                    double alpha,
            @Doc("Place of jsd between forward (0) and reverse KL (1).")
                    @Default("0.5")
                    @AtLeast(0)
                    @AtMost(1)
                    double beta,
            @Doc("Share of the one distribution in the other, for skew_kl and skew_reverse_kl.")
                    @Default("0.1")
                    @AtLeast(0)
                    @AtMost(0.9)
                    double skew) {
        /** Forward KL. */
        public Kd(double temperature, double alpha) {
            this(Loss.FORWARD_KL, temperature, alpha, 0.5, 0.1);
        }
    }

    /** Divergences of the student's distribution from the teacher's. */
    public enum Loss {
        FORWARD_KL,
        REVERSE_KL,
        JSD,
        SKEW_KL,
        SKEW_REVERSE_KL,
        TVD,
        ULD,
        TOPK_KL
    }

    /** Shapes of the learning rate after the warm-up. */
    public enum LrSchedulerType {
        LINEAR,
        COSINE,
        CONSTANT
    }

    /** Arithmetic of the matrix products; weights, norms, softmax and losses are always fp32. */
    public enum Precision {
        AUTO,
        BF16,
        FP32
    }
}
