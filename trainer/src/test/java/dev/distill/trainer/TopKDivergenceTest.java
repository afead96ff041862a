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
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A teacher that tells its likeliest tokens alone. */
class TopKDivergenceTest {
    private static final float[] TEACHER = {2, 1, 0, -1, -2};
    private static final float[] STUDENT = {1, 1.5f, 0, 0, -1};

    private final NDManager manager = Torch.newManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Tag("golden")
    @Test
    void theTailIsOneBucketOnBothSides() {
        assertThat(topK(TEACHER, STUDENT, 2)).isCloseTo(0.267012, within(1e-6));
    }

    /** Dropped, the tail would leave 0.350895 here and pull a perfect student away. */
    @Tag("golden")
    @Test
    void aPerfectStudentHasNoLossAndNoGradient() {
        assertThat(topK(TEACHER, TEACHER, 2)).isCloseTo(0, within(1e-6));
        for (float slope : gradient(TEACHER, TEACHER, 2)) {
            assertThat(slope).isCloseTo(0f, within(1e-6f));
        }
    }

    @Test
    void itIsNeverNegativeAndNeverMoreThanTheFullDivergence() {
        Random random = new Random(9);
        for (int i = 0; i < 50; i++) {
            float[] p = gaussian(random);
            float[] q = gaussian(random);
            double full = topK(p, q, 5);
            for (int k = 1; k < 5; k++) {
                assertThat(topK(p, q, k)).isBetween(-1e-6, full + 1e-5);
            }
        }
    }

    @Test
    void allTokensTogetherAreTheFullDivergence() {
        assertThat(topK(TEACHER, STUDENT, 5)).isCloseTo(0.282501, within(1e-6));
    }

    @Test
    void aStudentThatIsSureOfTheTokensNamedKeepsAFiniteTail() {
        float[] sure = {60, 1, 0, -1, -2};

        assertThat(topK(TEACHER, sure, 2)).isFinite().isGreaterThan(10);
        for (float slope : gradient(TEACHER, sure, 2)) {
            assertThat(slope).isFinite();
        }
    }

    @Test
    void aPlaceThatIsNotUsedChangesNothing() {
        double[] p = softmax(TEACHER);
        long[] ids = {0, 1, 0, 0};
        float unused = Float.NEGATIVE_INFINITY;
        float[] top = {(float) Math.log(p[0]), (float) Math.log(p[1]), unused, unused};

        assertThat(loss(teacher(ids, top, 1), STUDENT)).isCloseTo(0.267012, within(1e-6));
    }

    @Test
    void whereTheTeacherSaidNothingTheAnswerAloneCounts() {
        float unused = Float.NEGATIVE_INFINITY;
        double answer = -Math.log(softmax(STUDENT)[3]);

        assertThat(loss(teacher(new long[] {0}, new float[] {unused}, 0), STUDENT))
                .isCloseTo(answer, within(1e-6));
    }

    @Test
    void theGradientIsThatOfFiniteDifferences() {
        float[] gradient = gradient(TEACHER, STUDENT, 2);
        float h = 1e-2f;
        for (int i = 0; i < gradient.length; i++) {
            float[] up = STUDENT.clone();
            float[] down = STUDENT.clone();
            up[i] += h;
            down[i] -= h;
            double slope = (topK(TEACHER, up, 2) - topK(TEACHER, down, 2)) / (2 * h);
            assertThat((double) gradient[i]).isCloseTo(slope, within(3e-4));
        }
    }

    private double topK(float[] teacher, float[] student, int k) {
        return loss(teacher(teacher, k), student);
    }

    private double loss(TokenTeacher teacher, float[] student) {
        try (TokenLosses losses = losses()) {
            return losses.train(manager, position(student), teacher, 1, Output.FROZEN).loss();
        }
    }

    private float[] gradient(float[] teacher, float[] student, int k) {
        try (TokenLosses losses = losses()) {
            return losses.train(manager, position(student), teacher(teacher, k), 1, Output.FROZEN)
                    .ofHidden()
                    .toFloatArray();
        }
    }

    private TokenLosses losses() {
        return new TokenLosses(manager, Divergence.of(new Kd(Loss.TOPK_KL, 1, 1, 0.5, 0.1)), 0, 1);
    }

    /** The first k tokens, which are the likeliest of {@link #TEACHER}. */
    private TokenTeacher teacher(float[] logits, int k) {
        double[] p = softmax(logits);
        float[] top = new float[k];
        for (int i = 0; i < k; i++) {
            top[i] = (float) Math.log(p[i]);
        }
        return teacher(IntStream.range(0, k).asLongStream().toArray(), top, 1);
    }

    private TokenTeacher teacher(long[] ids, float[] top, float weight) {
        return new TokenTeacher.TopK(
                manager.create(ids, new Shape(1, ids.length)),
                manager.create(top, new Shape(1, top.length)),
                manager.create(new float[] {weight}));
    }

    private Positions position(float[] logits) {
        NDArray row = manager.create(logits, new Shape(1, logits.length));
        return new Positions(
                row,
                manager.create(new long[] {0}),
                manager.eye(logits.length),
                manager.create(new long[] {3}));
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
