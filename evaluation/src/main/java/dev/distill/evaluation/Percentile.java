package dev.distill.evaluation;

/**
 * Percentiles of a sample, and what they say about where the sample came from.
 *
 * <p>The percentile is the nearest-rank one, the smallest observation that at least p % do not
 * exceed: always a latency that was really seen. Its interval runs between two other observations
 * and assumes no shape of the distribution: the number of observations below the true percentile is
 * binomial (H. A. David, H. N. Nagaraja, Order Statistics, 3rd ed. 2003, section 7.1; G. J. Hahn,
 * W. Q. Meeker, Statistical Intervals, 1991, section 5.2). Each side misses with at most half of 1
 * - confidence. Too few observations give no upper limit: p95 at 95 % needs 72 of them, p99 needs
 * 368.
 */
final class Percentile {
    private Percentile() {}

    /**
     * Estimates a percentile.
     *
     * @param sorted observations, none negative, ascending, at least one
     * @param percent 1 to 99
     */
    static Estimate of(double[] sorted, int percent, double confidence) {
        int n = sorted.length;
        int rank = Math.ceilDiv(percent * n, 100);
        double tail = (1 - confidence) / 2;
        double[] atMost = Binomial.cumulative(n, percent / 100.0);
        // Ranks from 1: [X(lower), X(upper)]; P(fewer than lower below) and P(upper or more) <=
        // tail.
        int lower = 0;
        while (lower < n && atMost[lower] <= tail) {
            lower++;
        }
        int upper = lower + 1;
        while (upper <= n && atMost[upper - 1] < 1 - tail) {
            upper++;
        }
        return new Estimate(
                sorted[rank - 1],
                new Interval(
                        lower == 0 ? 0 : sorted[lower - 1],
                        upper > n ? Double.POSITIVE_INFINITY : sorted[upper - 1],
                        confidence),
                n);
    }
}
