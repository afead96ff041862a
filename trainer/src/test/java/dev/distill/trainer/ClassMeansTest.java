package dev.distill.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ClassMeansTest {
    @Test
    void scoresAreThoseOfNormalDistributionsAroundTheMeans() {
        // Label 0 around (1, 0), label 1 around (-1, 2), variance 1: b is its inverse.
        Random random = new Random(7);
        int[] targets = new int[400];
        double[][] vectors = new double[400][];
        for (int i = 0; i < 400; i++) {
            targets[i] = i % 2;
            vectors[i] =
                    new double[] {
                        (i % 2 == 0 ? 1 : -1) + random.nextGaussian(),
                        (i % 2 == 0 ? 0 : 2) + random.nextGaussian()
                    };
        }
        ClassMeans means = new ClassMeans(2, targets, vectors);
        double sharpness = means.sharpness();

        assertThat(sharpness).isBetween(0.7, 1.4);
        // Half way between the means both labels score the same, at a mean its own label wins by
        // b |m_0 - m_1|^2 / 2 = b 8 / 2.
        assertThat(margin(means, sharpness, 0, 1)).isCloseTo(0, within(0.5));
        assertThat(margin(means, sharpness, 1, 0)).isCloseTo(4 * sharpness, within(1.0));
    }

    @Test
    void noRowCountsTowardsTheMeanThatItIsComparedWith() {
        // Labels mean nothing here: with its own mean each row would be explained the sharper the
        // better.
        Random random = new Random(7);
        int[] targets = new int[60];
        double[][] vectors = new double[60][20];
        for (int i = 0; i < 60; i++) {
            targets[i] = i / 2;
            for (int d = 0; d < 20; d++) {
                vectors[i][d] = random.nextGaussian();
            }
        }

        assertThat(new ClassMeans(30, targets, vectors).sharpness()).isLessThan(0.05);
    }

    @Test
    void labelsFarApartDoNotMakeItSharperThanTheirOwnVariance() {
        double[][] vectors = {{99, 0}, {101, 0}, {-99, 0}, {-101, 0}};

        // Without itself each row is 2 from its mean: two numbers each, 4 in all.
        assertThat(new ClassMeans(2, new int[] {0, 0, 1, 1}, vectors).sharpness())
                .isLessThanOrEqualTo(0.5 + 1e-9);
    }

    @Test
    void saysNothingWhereNoLabelHasTwoRows() {
        double[][] vectors = {{1, 0}, {0, 1}};

        assertThat(new ClassMeans(2, new int[] {0, 1}, vectors).sharpness()).isZero();
    }

    @Test
    void aLabelWithoutRowsIsNoLikelierInOnePlaceThanInAnother() {
        double[][] vectors = {{1, 0}, {1.5, 0}, {0, 1}, {0, 1.5}};
        ClassMeans means = new ClassMeans(3, new int[] {0, 0, 1, 1}, vectors);

        float[] weight = means.weight(1);
        assertThat(new float[] {weight[4], weight[5], means.bias(1)[2]})
                .containsExactly(new float[3], within(0f));
    }

    /** By how much label 0 scores more than label 1. */
    private static double margin(ClassMeans means, double sharpness, double x, double y) {
        float[] w = means.weight(sharpness);
        float[] b = means.bias(sharpness);
        return (w[0] - w[2]) * x + (w[1] - w[3]) * y + b[0] - b[1];
    }
}
