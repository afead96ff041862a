package dev.distill.evaluation;

/**
 * A figure that never travels without its uncertainty.
 *
 * @param value the point estimate
 * @param interval what else it could be
 * @param n how many items it rests on
 */
public record Estimate(double value, Interval interval, int n) {
    public Estimate {
        if (n < 1) {
            throw new IllegalArgumentException("an estimate rests on at least one item, got " + n);
        }
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("an estimate is a finite number, got " + value);
        }
    }
}
