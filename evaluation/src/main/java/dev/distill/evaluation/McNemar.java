package dev.distill.evaluation;

/**
 * McNemar's test that two models are equally often right, from the items where exactly one is (Q.
 * McNemar, Psychometrika 12, 1947, 153-157).
 *
 * <p>Under that hypothesis each discordant item favours either model like a fair coin. The mid-p
 * value counts the observed split half: M. W. Fagerland, S. Lydersen, P. Laake, "The McNemar test
 * for binary matched-pairs data: mid-p and asymptotic are better than exact conditional", BMC
 * Medical Research Methodology 13:91, 2013, find that it keeps its level and is much less
 * conservative.
 */
final class McNemar {
    private McNemar() {}

    /** The two-sided mid-p value; 1 when no item is discordant. */
    static double midP(PairedTable table) {
        int discordant = table.onlyTeacher() + table.onlyStudent();
        int fewer = Math.min(table.onlyTeacher(), table.onlyStudent());
        double[] atMost = Binomial.cumulative(discordant, 0.5);
        double observed = fewer == 0 ? atMost[0] : atMost[fewer] - atMost[fewer - 1];
        return Math.min(1, 2 * atMost[fewer] - observed);
    }
}
