package dev.distill.models.causal;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The families of decoders that are understood, by the names that config.json has for them. */
public enum Family {
    /** Llama 2 and 3, SmolLM2 and what is built like them. */
    LLAMA("llama", "llama", "LlamaForCausalLM"),
    /** Qwen2 and Qwen2.5: biases on queries, keys and values. */
    QWEN2("qwen2", "qwen2", "Qwen2ForCausalLM"),
    /** Qwen3: norms on queries and keys. */
    QWEN3("qwen3", "qwen3", "Qwen3ForCausalLM"),
    /** Gemma 3: norms around each block, sliding windows, scaled embeddings. */
    GEMMA3("gemma3_text", "gemma3", "Gemma3ForCausalLM"),
    /** Qwen3.5: layers of gated delta rule between layers of gated attention. */
    QWEN3_5("qwen3_5_text", "qwen3_5", "Qwen3_5ForCausalLM");

    private final String modelType;
    private final String nestingType;
    private final String architecture;

    Family(String modelType, String nestingType, String architecture) {
        this.modelType = modelType;
        this.nestingType = nestingType;
        this.architecture = architecture;
    }

    /** {@code model_type} of the decoder itself. */
    public String modelType() {
        return modelType;
    }

    /** transformers' class, as {@code architectures} in config.json names it. */
    public String architecture() {
        return architecture;
    }

    /** Whether the scale of norms is kept minus one. */
    boolean normsFromOne() {
        return this == GEMMA3 || this == QWEN3_5;
    }

    /** Whether queries and keys have norms. */
    boolean queryKeyNorms() {
        return this == QWEN3 || this == GEMMA3 || this == QWEN3_5;
    }

    /** Whether blocks have a norm before and after. */
    boolean sandwichNorms() {
        return this == GEMMA3;
    }

    /**
     * The family of a {@code model_type}, which may also be that of a model for texts and images
     * whose decoder is described under {@code text_config}.
     */
    public static Optional<Family> of(String type) {
        return Arrays.stream(values())
                .filter(family -> type.equals(family.modelType) || type.equals(family.nestingType))
                .findFirst();
    }

    /** All values of {@code model_type} that are understood. */
    public static List<String> modelTypes() {
        return Arrays.stream(values())
                .flatMap(f -> List.of(f.nestingType, f.modelType).stream())
                .distinct()
                .toList();
    }
}
