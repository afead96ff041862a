package dev.distill.models.causal;

/**
 * How the next token is chosen from its logits.
 *
 * @param temperature what logits are divided by; 0 takes the most probable token
 * @param topK only so many of the most probable tokens are drawn from; 0 for all
 * @param topP only the most probable tokens that together have this probability, in (0, 1]
 * @param repetitionPenalty what makes tokens of the prompt and the answer so far less probable
 *     (Keskar et al. 2019, arXiv 1909.05858); 1 for nothing
 * @param seed of the draws
 */
public record Sampling(
        double temperature, int topK, double topP, double repetitionPenalty, long seed) {
    /** Always the most probable token. */
    public static final Sampling GREEDY = new Sampling(0, 0, 1, 1, 0);

    public Sampling {
        if (!(temperature >= 0)) {
            throw new IllegalArgumentException("temperature must be >= 0, got " + temperature);
        }
        if (topK < 0) {
            throw new IllegalArgumentException("top_k must be >= 0, got " + topK);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("top_p must be in (0, 1], got " + topP);
        }
        if (!(repetitionPenalty > 0)) {
            throw new IllegalArgumentException(
                    "repetition_penalty must be > 0, got " + repetitionPenalty);
        }
    }

    /** All tokens by their probability at a temperature. */
    public static Sampling at(double temperature, long seed) {
        return new Sampling(temperature, 0, 1, 1, seed);
    }
}
