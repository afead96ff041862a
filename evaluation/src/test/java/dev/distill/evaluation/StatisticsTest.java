package dev.distill.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The formulas against published examples and against what must hold for any data. */
class StatisticsTest {
    private static final Offset<Double> FOUR_DIGITS = within(0.00005);

    /** scipy.stats.norm.ppf. */
    @Tag("golden")
    @ParameterizedTest
    @CsvSource({"0.975, 1.959963984540054", "0.8, 0.8416212335729143", "1e-10, -6.361340902404056"})
    void normalQuantilesAreThoseOfScipy(double p, double expected) {
        assertThat(Normal.quantile(p)).isCloseTo(expected, within(1e-13));
        assertThat(Normal.probability(expected)).isCloseTo(p, within(1e-14));
    }

    /** R. G. Newcombe, Statistics in Medicine 17, 1998, 857-872, table I, method 3. */
    @Tag("golden")
    @ParameterizedTest
    @CsvSource({
        "81, 263, 0.2553, 0.3662",
        "15, 148, 0.0624, 0.1605",
        "0, 20, 0, 0.1611",
        "1, 29, 0.0061, 0.1718"
    })
    void wilsonIntervalsAreThePublishedOnes(int successes, int n, double low, double high) {
        Interval interval = Wilson.interval(successes, n, 0.95);
        assertThat(interval.low()).isCloseTo(low, FOUR_DIGITS);
        assertThat(interval.high()).isCloseTo(high, FOUR_DIGITS);
    }

    /**
     * Cavo et al. 2012, 161 patients before and after therapy, as evaluated in Fagerland, Lydersen,
     * Laake, Statistical Analysis of Contingency Tables, 2017, chapter 8 (R package
     * contingencytables).
     */
    @Tag("golden")
    @Test
    void thePairedDifferenceIsThePublishedOne() {
        Estimate difference = Newcombe.difference(new PairedTable(59, 16, 6, 80), 0.95);
        assertThat(difference.value()).isCloseTo(-10 / 161.0, within(1e-15));
        assertThat(difference.interval().low()).isCloseTo(-0.1186, FOUR_DIGITS);
        assertThat(difference.interval().high()).isCloseTo(-0.0046, FOUR_DIGITS);
        assertThat(difference.n()).isEqualTo(161);
    }

    /** Fagerland, Lydersen, Laake, BMC Medical Research Methodology 13:91, 2013, table 4. */
    @Tag("golden")
    @ParameterizedTest
    @CsvSource({"1, 7, 0.0391", "16, 6, 0.0347", "0, 0, 1", "5, 5, 1"})
    void mcNemarMidPIsThePublishedOne(int onlyTeacher, int onlyStudent, double expected) {
        double p = McNemar.midP(new PairedTable(30, onlyTeacher, onlyStudent, 10));
        assertThat(p).isCloseTo(expected, FOUR_DIGITS);
    }

    /** Ranks by brute force over scipy.stats.binom.cdf; 0 stands for no upper limit. */
    @Tag("golden")
    @ParameterizedTest
    @CsvSource({
        "20, 19, 17, 0",
        "60, 57, 53, 0",
        "72, 69, 64, 72",
        "100, 95, 90, 100",
        "200, 190, 184, 197",
        "1000, 950, 936, 964"
    })
    void theIntervalOfP95RunsBetweenTheRightObservations(int n, int rank, int low, int high) {
        double[] ranks = IntStream.rangeClosed(1, n).asDoubleStream().toArray();
        Estimate p95 = Percentile.of(ranks, 95, 0.95);
        assertThat(p95.value()).isEqualTo(rank);
        assertThat(p95.interval().low()).isEqualTo(low);
        assertThat(p95.interval().high()).isEqualTo(high == 0 ? Double.POSITIVE_INFINITY : high);
    }

    @Test
    void aPercentileOfOneObservationIsThatObservationWithNoLimits() {
        Estimate p50 = Percentile.of(new double[] {7}, 50, 0.95);
        assertThat(p50.value()).isEqualTo(7);
        assertThat(p50.interval()).isEqualTo(new Interval(0, Double.POSITIVE_INFINITY, 0.95));
    }

    @Tag("golden")
    @Test
    void sampleSizesAreThoseOfTheTextbookFormula() {
        assertThat(SampleSize.paired(0.10, 0, 0.01, 0.90)).isEqualTo(6183);
        assertThat(SampleSize.paired(0.10, 0, 0.05, 0.90)).isEqualTo(248);
        assertThat(SampleSize.paired(0.10, 0, 0.01, 0.95)).isEqualTo(7849);
        assertThat(SampleSize.paired(0.10, 0, 0.05, 0.95)).isEqualTo(314);
        assertThat(SampleSize.power(0.10, 0.01, 0.95, 7849)).isCloseTo(0.80, within(0.001));
    }

    @Property
    void aWilsonIntervalHoldsTheShareAndMirrorsWithIt(
            @ForAll @IntRange(min = 0, max = 500) int successes,
            @ForAll @IntRange(min = 0, max = 500) int failures,
            @ForAll @IntRange(min = 60, max = 99) int percent) {
        int n = Math.max(1, successes + failures);
        int right = Math.min(successes, n);
        Interval interval = Wilson.interval(right, n, percent / 100.0);
        Interval mirrored = Wilson.interval(n - right, n, percent / 100.0);
        assertThat((double) right / n).isBetween(interval.low(), interval.high());
        assertThat(interval.low()).isBetween(0.0, 1.0).isCloseTo(1 - mirrored.high(), within(1e-9));
    }

    @Property
    void exchangingTheModelsTurnsThePairedIntervalRound(
            @ForAll @IntRange(min = 0, max = 300) int bothRight,
            @ForAll @IntRange(min = 0, max = 300) int onlyTeacher,
            @ForAll @IntRange(min = 0, max = 300) int onlyStudent,
            @ForAll @IntRange(min = 1, max = 300) int bothWrong) {
        Estimate one =
                Newcombe.difference(
                        new PairedTable(bothRight, onlyTeacher, onlyStudent, bothWrong), 0.95);
        Estimate other =
                Newcombe.difference(
                        new PairedTable(bothRight, onlyStudent, onlyTeacher, bothWrong), 0.95);
        assertThat(one.value()).isBetween(one.interval().low(), one.interval().high());
        assertThat(one.interval().low()).isBetween(-1.0, 1.0);
        assertThat(one.interval().low()).isCloseTo(-other.interval().high(), within(1e-9));
    }

    /** What a gate's false-pass rate rests on, by simulation with a fixed seed. */
    @Test
    void aStudentWorseByExactlyTheMarginIsFoundNonInferiorInAboutATailOfTheTrials() {
        SplittableRandom random = new SplittableRandom(11);
        int trials = 4000;
        int passes = 0;
        for (int trial = 0; trial < trials; trial++) {
            int[] cells = new int[4];
            for (int item = 0; item < 400; item++) {
                double u = random.nextDouble(); // 84 % both, 7 % and 4 % one, 5 % none: -3 points
                cells[u < 0.84 ? 0 : u < 0.91 ? 1 : u < 0.95 ? 2 : 3]++;
            }
            PairedTable table = new PairedTable(cells[0], cells[1], cells[2], cells[3]);
            passes += Newcombe.difference(table, 0.95).interval().low() > -0.03 ? 1 : 0;
        }
        assertThat((double) passes / trials).isBetween(0.015, 0.035);
    }
}
