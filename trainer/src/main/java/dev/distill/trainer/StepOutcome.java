package dev.distill.trainer;

/**
 * What an optimiser step came to.
 *
 * @param loss mean over what the step learned from; when it is not finite, nothing was changed
 * @param gradientNorm global norm before clipping; when it is not finite, nothing was changed
 */
public record StepOutcome(double loss, double gradientNorm) {
    /** Whether both are numbers. */
    public boolean isFinite() {
        return Double.isFinite(loss) && Double.isFinite(gradientNorm);
    }
}
