package dev.distill.models.causal;

/**
 * Rotary positions (Su et al. 2021, arXiv 2104.09864): which frequencies turn which pairs of
 * numbers of a query and a key.
 *
 * @param theta the base of the frequencies, > 1
 * @param dimensions how many numbers of a head are turned, even
 * @param scaling how the frequencies were changed for longer texts
 */
public record Rope(double theta, int dimensions, Scaling scaling) {
    /** How frequencies are changed. */
    public sealed interface Scaling {
        /** Not at all. */
        record None() implements Scaling {}

        /** Each frequency divided by a factor. */
        record Linear(double factor) implements Scaling {}

        /**
         * Llama 3.1's: low frequencies divided by the factor, high ones kept, those between
         * interpolated; see {@code _compute_llama3_parameters} of
         * https://github.com/huggingface/transformers/blob/v5.18.0/src/transformers/modeling_rope_utils.py
         */
        record Llama3(
                double factor,
                double lowFrequencyFactor,
                double highFrequencyFactor,
                double originalPositions)
                implements Scaling {}
    }

    /** Radians per position for each turned pair; rounded as transformers rounds them. */
    float[] inverseFrequencies() {
        float[] frequencies = new float[dimensions / 2];
        for (int i = 0; i < frequencies.length; i++) {
            float exponent = (float) (2 * i) / dimensions;
            frequencies[i] = scaled(1f / (float) Math.pow(theta, exponent));
        }
        return frequencies;
    }

    private float scaled(float frequency) {
        return switch (scaling) {
            case Scaling.None() -> frequency;
            case Scaling.Linear(double factor) -> (float) (frequency / factor);
            case Scaling.Llama3 llama3 -> {
                double wavelength = 2 * Math.PI / frequency;
                double turns = llama3.originalPositions / wavelength;
                double share =
                        (turns - llama3.lowFrequencyFactor)
                                / (llama3.highFrequencyFactor - llama3.lowFrequencyFactor);
                double kept = Math.clamp(share, 0, 1);
                yield (float) ((1 - kept) * frequency / llama3.factor + kept * frequency);
            }
        };
    }
}
