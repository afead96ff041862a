package dev.distill.evaluation;

/**
 * The score interval of a share (E. B. Wilson, "Probable inference, the law of succession, and
 * statistical inference", JASA 22, 1927, 209-212). Unlike the textbook interval it keeps its level
 * for few items and for shares near 0 and 1, and never leaves 0..1; recommended by Brown, Cai and
 * DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16, 2001, 101-133.
 */
final class Wilson {
    private Wilson() {}

    static Interval interval(int successes, int n, double confidence) {
        double z = Normal.critical(confidence);
        double share = (double) successes / n;
        double shrink = 1 + z * z / n;
        double centre = (share + z * z / (2 * n)) / shrink;
        double half = z / shrink * Math.sqrt(share * (1 - share) / n + z * z / (4.0 * n * n));
        return new Interval(
                successes == 0 ? 0 : Math.max(0, centre - half),
                successes == n ? 1 : Math.min(1, centre + half),
                confidence);
    }

    static Estimate share(int successes, int n, double confidence) {
        return new Estimate((double) successes / n, interval(successes, n, confidence), n);
    }
}
