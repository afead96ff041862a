package dev.distill.trainer.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.config.TrainConfig.Kd;
import dev.distill.trainer.Score;
import dev.distill.trainer.TrainingRow;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The numbers are hand-computed, natural logarithms. */
class DistillationLossTest {
    private static final IActivation NONE = Activation.IDENTITY.getActivationFunction();
    private static final double[] TEACHER = {2, 1, 0, -1, -2};
    private static final float[] STUDENT = {1, 1.5f, 0, 0, -1};

    @ParameterizedTest
    @CsvSource({"1, 0.282501", "2, 0.309407"})
    void theTeachersPartIsForwardKlTimesTheSquareOfTheTemperature(double temperature, double kl) {
        assertThat(loss(new Kd(temperature, 1), STUDENT)).isCloseTo(kl, within(1e-6));
    }

    @Test
    void theLabelsPartIsCrossEntropyAtTemperatureOne() {
        double sum = 0;
        for (float logit : STUDENT) {
            sum += Math.exp(logit);
        }

        assertThat(loss(new Kd(2, 0), STUDENT)).isCloseTo(Math.log(sum) - 1.5, within(1e-6));
    }

    @Test
    void smoothingSpreadsAShareOfTheLabelOverAllClasses() {
        float[] targets = Targets.of(List.of(row()), STUDENT.length, new Kd(1, 0), 0.1);

        assertThat(Arrays.copyOf(targets, STUDENT.length))
                .containsExactly(new float[] {0.02f, 0.92f, 0.02f, 0.02f, 0.02f}, within(1e-6f));
    }

    @Test
    void isNothingForAStudentThatSaysWhatTheTeacherSays() {
        assertThat(loss(new Kd(3, 1), new float[] {12, 11, 10, 9, 8})).isCloseTo(0, within(1e-6));
    }

    @Test
    void logitsTooGreatForAnExponentialAreNoProblem() {
        assertThat(loss(new Kd(1, 0), new float[] {0, -500, 0, 0, 0}))
                .isCloseTo(500 + Math.log(4), within(1e-3));
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "1, 1", "2, 0.5", "4, 0.9"})
    void theGradientIsThatOfFiniteDifferences(double temperature, double alpha) {
        Kd kd = new Kd(temperature, alpha);
        INDArray gradient =
                new DistillationLoss(kd)
                        .computeGradient(
                                targets(kd), Nd4j.create(new float[][] {STUDENT}), NONE, null);

        for (int i = 0; i < STUDENT.length; i++) {
            float[] more = STUDENT.clone();
            float[] less = STUDENT.clone();
            more[i] += 1e-2f;
            less[i] -= 1e-2f;
            double slope = (loss(kd, more) - loss(kd, less)) / 2e-2;
            assertThat(gradient.getDouble(0, i)).isCloseTo(slope, within(2e-4));
        }
    }

    @Test
    void validationMeasuresWhatTheTrainingMinimises() {
        Kd kd = new Kd(2, 0.3);
        Embeddings none = new Embeddings(1, 1, 1, List.of(new float[] {0}));
        Examples examples =
                new Examples(
                        List.of(row()),
                        none,
                        new Standardizer(new float[1], new float[1]),
                        STUDENT.length,
                        kd,
                        0);

        Score score = Validation.score((_, _) -> STUDENT, examples);

        assertThat(score.loss()).isCloseTo(loss(kd, STUDENT), within(1e-6));
        assertThat(score.accuracy()).isEqualTo(1);
    }

    private static double loss(Kd kd, float[] student) {
        return new DistillationLoss(kd)
                .computeScore(targets(kd), Nd4j.create(new float[][] {student}), NONE, null, true);
    }

    private static INDArray targets(Kd kd) {
        return Nd4j.create(new float[][] {Targets.of(List.of(row()), STUDENT.length, kd, 0)});
    }

    /** The label is the second. */
    private static TrainingRow row() {
        float[] teacher = new float[TEACHER.length];
        double sum = 0;
        for (double logit : TEACHER) {
            sum += Math.exp(logit);
        }
        for (int i = 0; i < teacher.length; i++) {
            teacher[i] = (float) (Math.exp(TEACHER[i]) / sum);
        }
        return new TrainingRow("row", "a text", 1, teacher);
    }
}
