package dev.distill.evaluation;

/**
 * A two-sided confidence interval.
 *
 * @param low lower limit; negative infinity when the data give none
 * @param high upper limit; positive infinity when the data give none
 * @param confidence the level, such as 0.95: each side misses with at most half of the rest
 */
public record Interval(double low, double high, double confidence) {
    public Interval {
        if (!(low <= high)) {
            throw new IllegalArgumentException(
                    "an interval needs low <= high, got " + low + " and " + high);
        }
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException(
                    "confidence must be between 0 and 1, got " + confidence);
        }
    }
}
