package dev.distill.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.config.TrainConfig.Kd;
import dev.distill.models.Gradients;
import dev.distill.models.Torch;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LossesTest {
    private static final float[] TEACHER_LOGITS = {2, 1, 0, -1, -2};
    private static final float[] STUDENT_LOGITS = {1, 1.5f, 0, 0, -1};

    private final NDManager manager = Torch.newManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Tag("golden")
    @ParameterizedTest
    @CsvSource({"1, 0.282501", "2, 0.309407"})
    void forwardKlHasTheReferenceValues(double temperature, double expected) {
        assertThat(loss(temperature, 1, STUDENT_LOGITS, 0, softmax(TEACHER_LOGITS)))
                .isCloseTo(expected, within(1e-6));
    }

    @Tag("golden")
    @Test
    void hardCrossEntropyIsTheNegativeLogProbabilityOfTheLabel() {
        float[] q = softmax(STUDENT_LOGITS);

        assertThat(loss(2, 0, STUDENT_LOGITS, 1, softmax(TEACHER_LOGITS)))
                .isCloseTo(-Math.log(q[1]), within(1e-6));
    }

    @Test
    void smoothingSpreadsAShareOfTheLabelOverAllClassesAndLeavesTheTeacherAlone() {
        float[] q = softmax(STUDENT_LOGITS);
        double mean = 0;
        for (float share : q) {
            mean -= Math.log(share) / q.length;
        }
        float[] teacher = softmax(TEACHER_LOGITS);
        double soft = loss(2, 1, STUDENT_LOGITS, 1, teacher);

        try (Losses losses = new Losses(manager, new Kd(2, 0.3), 0.1)) {
            double loss =
                    losses.train(manager, row(STUDENT_LOGITS), batch(1, teacher), 1).getFloat();

            assertThat(loss)
                    .isCloseTo(
                            0.7 * (0.9 * -Math.log(q[1]) + 0.1 * mean) + 0.3 * soft, within(1e-6));
        }
    }

    @Test
    void alphaWeighsTheTeacherAgainstTheLabel() {
        float[] teacher = softmax(TEACHER_LOGITS);
        double hard = loss(2, 0, STUDENT_LOGITS, 0, teacher);
        double soft = loss(2, 1, STUDENT_LOGITS, 0, teacher);

        assertThat(loss(2, 0.3, STUDENT_LOGITS, 0, teacher))
                .isCloseTo(0.7 * hard + 0.3 * soft, within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 1, 2, 4})
    void forwardKlIsZeroWhenTheStudentEqualsTheTeacher(double temperature) {
        assertThat(loss(temperature, 1, TEACHER_LOGITS, 0, softmax(TEACHER_LOGITS)))
                .isCloseTo(0, within(2e-6));
    }

    @Test
    void forwardKlIsNeverNegativeAndIgnoresAShiftOfTheLogits() {
        Random random = new Random(3);
        for (int i = 0; i < 50; i++) {
            float[] teacher = softmax(gaussian(random));
            float[] student = gaussian(random);
            float[] shifted = student.clone();
            for (int j = 0; j < shifted.length; j++) {
                shifted[j] += 7;
            }
            double kl = loss(2, 1, student, 0, teacher);

            assertThat(kl).isGreaterThanOrEqualTo(-1e-6);
            assertThat(loss(2, 1, shifted, 0, teacher)).isCloseTo(kl, within(1e-5));
        }
    }

    @Test
    void aTeacherThatIsCertainGivesAFiniteLoss() {
        float[] certain = {1, 0, 0, 0, 0};
        double expected = -Math.log(softmax(STUDENT_LOGITS)[0]);

        assertThat(loss(1, 1, STUDENT_LOGITS, 0, certain)).isCloseTo(expected, within(1e-6));
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "1, 1", "2, 0.5", "4, 0.9"})
    void theGradientIsThatOfFiniteDifferences(double temperature, double alpha) {
        float[] teacher = softmax(TEACHER_LOGITS);
        float[] gradient = gradient(temperature, alpha, STUDENT_LOGITS, 2, teacher);
        float h = 1e-2f;

        for (int i = 0; i < gradient.length; i++) {
            float[] up = STUDENT_LOGITS.clone();
            float[] down = STUDENT_LOGITS.clone();
            up[i] += h;
            down[i] -= h;
            double difference =
                    (loss(temperature, alpha, up, 2, teacher)
                                    - loss(temperature, alpha, down, 2, teacher))
                            / (2 * h);
            assertThat((double) gradient[i]).isCloseTo(difference, within(2e-4));
        }
    }

    @Test
    void aStepsLossesAddUpToItsMean() {
        float[] teacher = softmax(TEACHER_LOGITS);
        try (Losses losses = new Losses(manager, new Kd(2, 0.5), 0)) {
            double one = loss(2, 0.5, STUDENT_LOGITS, 0, teacher);
            double share =
                    losses.train(manager, row(STUDENT_LOGITS), batch(0, teacher), 4).getFloat();

            assertThat(share).isCloseTo(one / 4, within(1e-6));
        }
    }

    @Test
    void validationSumsTheLossAndCountsRightAnswers() {
        float[] teacher = softmax(TEACHER_LOGITS);
        try (Losses losses = new Losses(manager, new Kd(2, 0.5), 0)) {
            Losses.Sums right = losses.validate(manager, row(STUDENT_LOGITS), batch(1, teacher));
            Losses.Sums wrong = losses.validate(manager, row(STUDENT_LOGITS), batch(0, teacher));

            assertThat(right.correct()).isEqualTo(1);
            assertThat(wrong.correct()).isEqualTo(0);
            assertThat(wrong.loss())
                    .isCloseTo(loss(2, 0.5, STUDENT_LOGITS, 0, teacher), within(1e-6));
        }
    }

    private double loss(
            double temperature, double alpha, float[] logits, int label, float[] teacher) {
        try (Losses losses = new Losses(manager, new Kd(temperature, alpha), 0)) {
            return losses.train(manager, row(logits), batch(label, teacher), 1).getFloat();
        }
    }

    private float[] gradient(
            double temperature, double alpha, float[] logits, int label, float[] teacher) {
        try (Losses losses = new Losses(manager, new Kd(temperature, alpha), 0);
                Gradients gradients = new Gradients(manager)) {
            NDArray row = row(logits);
            row.setRequiresGradient(true);
            NDArray loss = losses.train(manager, row, batch(label, teacher), 1);
            return gradients.of(manager, loss, List.of(row)).getFirst().toFloatArray();
        }
    }

    private NDArray row(float[] logits) {
        return manager.create(logits, new Shape(1, logits.length));
    }

    private Batch batch(int label, float[] teacher) {
        return Batch.of(manager, List.of(Trainings.encoded("row", 3, label, teacher)));
    }

    private static float[] gaussian(Random random) {
        float[] values = new float[5];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() * 3;
        }
        return values;
    }

    private static float[] softmax(float[] logits) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        float[] p = new float[logits.length];
        for (int i = 0; i < p.length; i++) {
            p[i] = (float) (Math.exp(logits[i]) / sum);
        }
        return p;
    }
}
