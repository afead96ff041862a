package dev.distill.evaluation;

/** The binomial distribution: how many of {@code n} independent trials succeed. */
final class Binomial {
    private Binomial() {}

    /**
     * Probabilities of at most 0, 1, ..., n successes.
     *
     * <p>Terms follow from one another, on the logarithmic scale so that none underflows before its
     * time: P(k + 1) / P(k) = (n - k) / (k + 1) * p / (1 - p).
     */
    static double[] cumulative(int n, double p) {
        double[] cumulative = new double[n + 1];
        double odds = Math.log(p) - Math.log1p(-p);
        double logTerm = n * Math.log1p(-p);
        double sum = 0;
        for (int k = 0; k <= n; k++) {
            sum += Math.exp(logTerm);
            cumulative[k] = Math.min(sum, 1);
            logTerm += Math.log(n - k) - Math.log(k + 1.0) + odds;
        }
        return cumulative;
    }
}
