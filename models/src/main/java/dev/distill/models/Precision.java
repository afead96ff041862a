package dev.distill.models;

/**
 * The number format of a program's matrix products. Weights, statistics, softmax, logits and losses
 * are float32 in either case.
 */
public enum Precision {
    /** Every product in float32. */
    FP32,
    /** Both factors of each product rounded to bfloat16, sums in float32. */
    BF16
}
