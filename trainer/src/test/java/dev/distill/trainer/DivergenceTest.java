package dev.distill.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.config.TrainConfig.Kd;
import dev.distill.config.TrainConfig.Loss;
import dev.distill.models.Torch;
import dev.distill.trainer.TokenLosses.Output;
import dev.distill.trainer.TokenLosses.Positions;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every divergence over one position whose logits are the vector itself: the output matrix is the
 * identity. The reference values were computed by hand with numpy in float64.
 */
class DivergenceTest {
    private static final float[] TEACHER = {2, 1, 0, -1, -2};
    private static final float[] STUDENT = {1, 1.5f, 0, 0, -1};

    private final NDManager manager = Torch.newManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Tag("golden")
    @ParameterizedTest
    @CsvSource({
        "FORWARD_KL, 1, 0.5, 0.282501",
        "FORWARD_KL, 2, 0.5, 0.309407",
        "REVERSE_KL, 1, 0.5, 0.286572",
        "JSD, 1, 0.5, 0.068980",
        "JSD, 1, 0.1, 0.025183",
        "JSD, 1, 0.9, 0.025443",
        "JSD, 2, 0.5, 0.018851",
        "JSD, 2, 0.1, 0.006915",
        "JSD, 2, 0.9, 0.006740",
        "JSD, 1, 0, 0.282501",
        "JSD, 1, 1, 0.286572",
        "JSD, 2, 0, 0.077352",
        "JSD, 2, 1, 0.074894",
        "SKEW_KL, 1, 0.1, 0.224779",
        "SKEW_KL, 1, 0, 0.282501",
        "SKEW_REVERSE_KL, 1, 0.1, 0.226289",
        "TVD, 1, 0.5, 0.352303",
        "TVD, 2, 0.5, 0.170684",
        "ULD, 1, 0.5, 0.335995"
    })
    void eachHasTheReferenceValues(
            Loss loss, double temperature, double parameter, double expected) {
        assertThat(divergence(loss, temperature, parameter, TEACHER, STUDENT))
                .isCloseTo(expected, within(1e-6));
    }

    /** 4 KL(q || p) at temperature 2, of which the table has 0.074894 six digits. */
    @Tag("golden")
    @Test
    void reverseKlHasTheFactorOfTheTemperatureToo() {
        assertThat(divergence(Loss.REVERSE_KL, 2, 0.5, TEACHER, STUDENT))
                .isCloseTo(4 * 0.074894, within(3e-6));
    }

    @Tag("golden")
    @Test
    void crossEntropyIsThatOfTheAnswer() {
        assertThat(loss(Divergence.NONE, new TokenTeacher.Silent(), STUDENT, 1))
                .isCloseTo(-Math.log(softmax(STUDENT)[1]), within(1e-6));
    }

    @ParameterizedTest
    @EnumSource(
            value = Loss.class,
            names = {"TOPK_KL"},
            mode = EnumSource.Mode.EXCLUDE)
    void eachIsZeroForEqualsNeverNegativeAndIgnoresAShift(Loss loss) {
        Random random = new Random(5);
        for (int i = 0; i < 20; i++) {
            float[] p = gaussian(random);
            float[] q = gaussian(random);
            double value = divergence(loss, 1.5, 0.3, p, q);

            assertThat(divergence(loss, 1.5, 0.3, p, p)).isCloseTo(0, within(2e-6));
            assertThat(value).isGreaterThanOrEqualTo(-1e-6);
            assertThat(divergence(loss, 1.5, 0.3, p, shifted(q))).isCloseTo(value, within(1e-5));
            assertThat(divergence(loss, 1.5, 0.3, shifted(p), q)).isCloseTo(value, within(1e-5));
        }
    }

    /** Near the ends of beta, jsd is small although the KL that it becomes is not: a cliff. */
    @Test
    void jsdFallsOffACliffNextToItsEnds() {
        assertThat(divergence(Loss.JSD, 1, 1e-3, TEACHER, STUDENT)).isLessThan(1e-3);
        assertThat(divergence(Loss.JSD, 1, 0, TEACHER, STUDENT)).isGreaterThan(0.28);
    }

    @ParameterizedTest
    @EnumSource(
            value = Loss.class,
            names = {"TOPK_KL"},
            mode = EnumSource.Mode.EXCLUDE)
    void theGradientIsThatOfFiniteDifferences(Loss loss) {
        Divergence half = Divergence.of(new Kd(loss, 1.3, 0.6, 0.3, 0.2));
        try (TokenLosses losses = new TokenLosses(manager, half, 0, 2)) {
            TokenTeacher teacher = whole(TEACHER);
            float[] gradient =
                    losses.train(manager, position(STUDENT, 2), teacher, 1, Output.FROZEN)
                            .ofHidden()
                            .toFloatArray();
            float h = 1e-2f;
            for (int i = 0; i < STUDENT.length; i++) {
                float[] up = STUDENT.clone();
                float[] down = STUDENT.clone();
                up[i] += h;
                down[i] -= h;
                double slope =
                        (losses.validate(manager, position(up, 2), teacher, 1).loss()
                                        - losses.validate(manager, position(down, 2), teacher, 1)
                                                .loss())
                                / (2 * h);
                assertThat((double) gradient[i]).isCloseTo(slope, within(3e-4));
            }
        }
    }

    @Test
    void uldComparesVocabulariesOfDifferentSizes() {
        float[] longer = {2, 1, 0, -1, -2, -40, -40};

        assertThat(divergence(Loss.ULD, 1, 0.5, longer, STUDENT))
                .isCloseTo(0.335995, within(1e-6));
    }

    @Test
    void paddingOfTheTeachersVocabularyTakesNoPart() {
        float[] padded = {2, 1, 0, -1, -2, 9, 9};

        assertThat(divergence(Loss.FORWARD_KL, 1, 0.5, padded, STUDENT))
                .isCloseTo(0.282501, within(1e-6));
    }

    private double divergence(
            Loss loss, double temperature, double parameter, float[] teacher, float[] student) {
        Kd kd = new Kd(loss, temperature, 1, parameter, parameter);
        return loss(Divergence.of(kd), whole(teacher), student, 0);
    }

    private double loss(Divergence divergence, TokenTeacher teacher, float[] student, int target) {
        try (TokenLosses losses = new TokenLosses(manager, divergence, 0, 2)) {
            Positions position = position(student, target);
            double trained =
                    losses.train(manager, position, teacher, 1, Output.FROZEN).loss();
            assertThat(losses.validate(manager, position, teacher, 1).loss())
                    .isCloseTo(trained, within(1e-6));
            return trained;
        }
    }

    private Positions position(float[] logits, int target) {
        return new Positions(
                row(logits),
                manager.create(new long[] {0}),
                manager.eye(logits.length),
                manager.create(new long[] {target}));
    }

    private TokenTeacher whole(float[] logits) {
        return new TokenTeacher.Whole(
                row(logits), manager.eye(logits.length), 0, manager.create(new float[] {1}));
    }

    private NDArray row(float[] logits) {
        return manager.create(logits, new Shape(1, logits.length));
    }

    private static float[] shifted(float[] logits) {
        float[] shifted = logits.clone();
        for (int i = 0; i < shifted.length; i++) {
            shifted[i] += 7;
        }
        return shifted;
    }

    private static float[] gaussian(Random random) {
        float[] values = new float[5];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() * 3;
        }
        return values;
    }

    private static double[] softmax(float[] logits) {
        double[] p = new double[logits.length];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        for (int i = 0; i < p.length; i++) {
            p[i] = Math.exp(logits[i]) / sum;
        }
        return p;
    }
}
