package dev.distill.config;

import java.util.Optional;

/** What is trained. */
public record StudentConfig(
        @Doc("The kind of student; auto tries one after another until the gate passes.")
                @Default("encoder")
                Kind kind,
        @Doc(
                        "minilm-l6 (comes with distill), a folder in the Hugging Face layout, or hf://org/name@revision from the hub.")
                @OnlyFor({Kind.HEAD, Kind.ENCODER, Kind.CAUSAL_LM})
                @Default("minilm-l6")
                String base,
        @Doc("How token vectors become one vector.") @OnlyFor(Kind.ENCODER) @Default("mean")
                Pooling pooling,
        @Doc(
                        "Most tokens of a request, of a causal-lm with its answer; longer ones are cut, and the report says how many.")
                @OnlyFor({Kind.HEAD, Kind.ENCODER, Kind.CAUSAL_LM})
                @Default("128")
                @AtLeast(8)
                @AtMost(131072)
                int maxLength,
        @Doc("Settings of a linear student.") @OnlyFor(Kind.LINEAR) Optional<LinearConfig> linear,
        @Doc("Settings of a head.") @OnlyFor(Kind.HEAD) Optional<HeadConfig> head,
        @Doc("Settings of a causal-lm.") @OnlyFor(Kind.CAUSAL_LM)
                Optional<CausalTrainConfig> causalLm,
        @Doc("The base of a causal-lm, which auto then tries last; a folder or hf://, as base.")
                @OnlyFor(Kind.AUTO)
                Optional<String> causalBase) {
    /** The settings of a causal-lm, written or not. */
    public CausalTrainConfig causalLmSettings() {
        return causalLm.orElseGet(() -> ConfigFile.defaults(CausalTrainConfig.class));
    }

    /** The settings of a head, written or not. */
    public HeadConfig headSettings() {
        return head.orElseGet(() -> ConfigFile.defaults(HeadConfig.class));
    }

    /** The settings of a linear student, written or not. */
    public LinearConfig linearSettings() {
        return linear.orElseGet(() -> ConfigFile.defaults(LinearConfig.class));
    }

    /** The kinds of student. */
    public enum Kind {
        LINEAR,
        HEAD,
        ENCODER,
        @Word("causal-lm")
        CAUSAL_LM,
        /** One kind after another, from the smallest on, until the gate passes. */
        AUTO;

        /** As it is written in a file. */
        public String word() {
            return Scalars.word(this);
        }
    }

    /** How the token vectors of a text become one vector. */
    public enum Pooling {
        MEAN,
        CLS
    }
}
