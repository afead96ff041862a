package dev.distill.evaluation;

/**
 * How many items would settle a question, with 80 % power: the normal approximation n = (z(1 -
 * alpha/2) + z(0.8))^2 variance / distance^2, for paired shares with the variance of the difference
 * (J.-P. Liu, H.-M. Hsueh, E. Hsieh, J. J. Chen, "Tests for equivalence or non-inferiority for
 * paired binary data", Statistics in Medicine 21, 2002, 231-245). A margin of 1 point with 10 %
 * discordant items needs about 6,200 items at 90 % confidence (a one-sided test at 5 %) and 7,800
 * at 95 %; a margin of 5 points about 250 and 310.
 */
final class SampleSize {
    static final double POWER = 0.8;

    private SampleSize() {}

    /**
     * Items that show non-inferiority of a student whose true difference is {@code difference}.
     *
     * @param discordantRate share of items on which exactly one model is right
     */
    static double paired(
            double discordantRate, double difference, double margin, double confidence) {
        double variance = discordantRate - difference * difference;
        return items(variance, difference + margin, confidence);
    }

    /** Items that tell a true share from a threshold. */
    static double share(double share, double threshold, double confidence) {
        return items(share * (1 - share), share - threshold, confidence);
    }

    /**
     * The chance that {@code n} items show non-inferiority of a student that equals the teacher.
     */
    static double power(double discordantRate, double margin, double confidence, int n) {
        if (discordantRate == 0) {
            return 1;
        }
        return Normal.probability(
                margin * Math.sqrt(n / discordantRate) - Normal.critical(confidence));
    }

    private static double items(double variance, double distance, double confidence) {
        double z = Normal.critical(confidence) + Normal.quantile(POWER);
        return Math.ceil(z * z * variance / (distance * distance));
    }
}
