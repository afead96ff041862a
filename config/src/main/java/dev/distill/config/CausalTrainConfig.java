package dev.distill.config;

import java.util.List;
import java.util.Optional;

/** What only a causal language model is trained with; the rest is in {@link TrainConfig}. */
public record CausalTrainConfig(
        @Doc("Adapters beside frozen weights (lora), or all weights (full).") @Default("lora")
                Method method,
        @Doc("The adapters of method lora; names and meanings are those of peft's LoraConfig.")
                @Default("{}")
                Lora lora,
        @Doc("Start from random weights instead of the base's.") @Default("false")
                boolean fromScratch,
        @Doc("Put several rows side by side instead of padding; they do not see each other.")
                @Default("true")
                boolean packing,
        @Doc("Compute layers again on the way back instead of keeping what they computed.")
                @Default("false")
                boolean gradientCheckpointing,
        @Doc("A language model that teaches from within the process; a folder or hf://, as base.")
                Optional<String> teacher,
        @Doc("Distillation on what the student itself writes; needs a teacher in the process.")
                @Default("{}")
                OnPolicy onPolicy,
        @Doc("Epochs without a better validation loss after which the training ends.") @AtLeast(1)
                Optional<Integer> earlyStoppingPatience) {

    /** What is trained. */
    public enum Method {
        LORA,
        FULL
    }

    /** Low-rank adapters (Hu et al. 2021, arXiv 2106.09685). */
    public record Lora(
            @Doc("Rank of the adapters.") @Default("16") @AtLeast(1) int r,
            @Doc("The adapters are multiplied by lora_alpha / r.") @Default("32") @Above(0)
                    double loraAlpha,
            @Doc("Dropout before the adapters.") @Default("0.0") @AtLeast(0) @AtMost(0.9)
                    double loraDropout,
            @Doc("Last words of the names of the layers that get one, or all-linear.")
                    @Default("[all-linear]")
                    List<String> targetModules) {
        public Lora {
            targetModules = List.copyOf(targetModules);
        }
    }

    /** Generalised knowledge distillation (Agarwal et al. 2024, arXiv 2306.13649). */
    public record OnPolicy(
            @Doc("Share of the steps that learn from the student's own answers; 0 for none.")
                    @Default("0.0")
                    @AtLeast(0)
                    @AtMost(1)
                    double lambda,
            @Doc("Most tokens of such an answer.") @Default("128") @AtLeast(1) int maxNewTokens,
            @Doc("Softmax temperature of such answers.") @Default("0.9") @Above(0)
                    double temperature) {}
}
