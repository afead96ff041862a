package dev.distill.models.causal;

import java.util.Map;

/**
 * What a decoder must know about adapters beside their weights, which are among the weights under
 * PEFT's names: {@code NAME.lora_A.weight} (rank, inputs) and {@code NAME.lora_B.weight} (outputs,
 * rank).
 *
 * @param dropout before the adapter while training, in [0, 1)
 * @param byModule what the adapter of each linear layer is multiplied by, by the layer's name
 *     without {@code .weight}
 */
public record LoraScaling(double dropout, Map<String, Double> byModule) {
    /** No adapters. */
    public static final LoraScaling NONE = new LoraScaling(0, Map.of());

    public LoraScaling {
        byModule = Map.copyOf(byModule);
    }
}
