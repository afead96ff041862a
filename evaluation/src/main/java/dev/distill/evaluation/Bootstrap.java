package dev.distill.evaluation;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/**
 * How intervals of macro-F1 are found: the items are drawn again with replacement, teacher and
 * student together, and the middle of the results is the interval. It is the percentile bootstrap
 * (B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13); with 1,999
 * resamples the limits of the usual levels are themselves results and need no interpolation (A. C.
 * Davison, D. V. Hinkley, Bootstrap Methods and their Application, 1997, section 5.3).
 *
 * @param resamples how many
 * @param seed of the random generator (L64X128MixRandom): same seed, same interval
 */
public record Bootstrap(int resamples, long seed) {
    static final int RESAMPLES = 1999;

    /** Macro-F1 of both models and of their difference, student minus teacher. */
    record MacroF1(Estimate teacher, Estimate student, Estimate difference) {}

    MacroF1 macroF1(Answers teacher, Answers student, double confidence) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        int n = teacher.n();
        double[] teachers = new double[resamples];
        double[] students = new double[resamples];
        double[] differences = new double[resamples];
        int[] sample = new int[n];
        for (int b = 0; b < resamples; b++) {
            Arrays.setAll(sample, i -> random.nextInt(n));
            teachers[b] = teacher.macroF1(sample);
            students[b] = student.macroF1(sample);
            differences[b] = students[b] - teachers[b];
        }
        int[] all = IntStream.range(0, n).toArray();
        double teacherF1 = teacher.macroF1(all);
        double studentF1 = student.macroF1(all);
        return new MacroF1(
                new Estimate(teacherF1, middle(teachers, confidence), n),
                new Estimate(studentF1, middle(students, confidence), n),
                new Estimate(studentF1 - teacherF1, middle(differences, confidence), n));
    }

    private static Interval middle(double[] results, double confidence) {
        Arrays.sort(results);
        int rank = Math.max(1, (int) Math.round((results.length + 1) * (1 - confidence) / 2));
        return new Interval(results[rank - 1], results[results.length - rank], confidence);
    }
}
