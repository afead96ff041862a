package dev.distill.models;

import java.util.List;

/**
 * Where ModernBERT's tokens look: some layers attend to the whole text, the others to a window
 * around each token, and each kind turns queries and keys by angles of its own (RoPE,
 * https://arxiv.org/abs/2104.09864). See https://arxiv.org/abs/2412.13663, section 2.1.
 *
 * @param full for each layer whether it attends to the whole text
 * @param window tokens that a token of another layer sees, half of them on each side; at least 2
 * @param fullTheta base of the angles in layers that see the whole text
 * @param slidingTheta base of the angles in the others
 */
public record LocalAttention(
        List<Boolean> full, int window, double fullTheta, double slidingTheta) {
    public LocalAttention {
        full = List.copyOf(full);
        if (window < 2) {
            throw new IllegalArgumentException("local_attention must be >= 2, got " + window);
        }
    }
}
