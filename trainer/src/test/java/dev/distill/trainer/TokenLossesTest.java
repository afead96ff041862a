package dev.distill.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.config.TrainConfig.Kd;
import dev.distill.config.TrainConfig.Loss;
import dev.distill.models.Torch;
import dev.distill.trainer.TokenLosses.Gradient;
import dev.distill.trainer.TokenLosses.Output;
import dev.distill.trainer.TokenLosses.Positions;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Chunks, masks, normalisers and the gradients of vectors and output matrix. */
class TokenLossesTest {
    private static final int ROWS = 3;
    private static final int TOKENS = 6;
    private static final int HIDDEN = 8;
    private static final int VOCABULARY = 40;

    private final NDManager manager = Torch.newManager();
    private final NDArray hidden = gaussian(1, ROWS, TOKENS, HIDDEN);
    private final NDArray output = gaussian(2, VOCABULARY, HIDDEN);
    private final long[] rows = {1, 2, 3, 7, 8, 12, 16, 17};
    private final long[] targets = {5, 39, 0, 3, 3, 21, 8, 9};

    @AfterEach
    void close() {
        manager.close();
    }

    static Divergence[] divergences() {
        return new Divergence[] {
            Divergence.NONE, Divergence.of(new Kd(Loss.JSD, 1.5, 0.7, 0.5, 0.1))
        };
    }

    @ParameterizedTest
    @MethodSource("divergences")
    void howManyPositionsMakeAChunkDoesNotMatter(Divergence divergence) {
        Gradient whole = gradient(divergence, 0, 100, rows, targets, 8);
        for (int chunk : new int[] {1, 3, 8}) {
            Gradient chunks = gradient(divergence, 0, chunk, rows, targets, 8);

            assertThat(chunks.loss()).isCloseTo(whole.loss(), within(1e-6));
            assertClose(chunks.ofHidden(), whole.ofHidden());
            assertClose(chunks.ofOutput(), whole.ofOutput());
        }
    }

    @ParameterizedTest
    @MethodSource("divergences")
    void theSharesOfAStepAddUpToItsMean(Divergence divergence) {
        Gradient whole = gradient(divergence, 0, 3, rows, targets, 8);
        Gradient first = gradient(divergence, 0, 3, head(rows, 3), head(targets, 3), 8);
        Gradient rest = gradient(divergence, 0, 3, tail(rows, 3), tail(targets, 3), 8);

        assertThat(first.loss() + rest.loss()).isCloseTo(whole.loss(), within(1e-6));
        assertClose(first.ofHidden().add(rest.ofHidden()), whole.ofHidden());
        assertClose(first.ofOutput().add(rest.ofOutput()), whole.ofOutput());
    }

    @ParameterizedTest
    @MethodSource("divergences")
    void theGradientsAreThoseOfFiniteDifferences(Divergence divergence) {
        for (double cap : new double[] {0, 4}) {
            Gradient gradient = gradient(divergence, cap, 3, rows, targets, 8);
            try (TokenLosses losses = new TokenLosses(manager, divergence, cap, 3)) {
                for (int i : new int[] {8, 20, 100, 130}) {
                    assertThat((double) gradient.ofHidden().toFloatArray()[i])
                            .isCloseTo(slope(losses, hidden, i), within(3e-4));
                }
                for (int i : new int[] {0, 41, 200}) {
                    assertThat((double) gradient.ofOutput().toFloatArray()[i])
                            .isCloseTo(slope(losses, output, i), within(3e-4));
                }
            }
        }
    }

    @Test
    void positionsThatAreNotTrainedOnHaveNoGradient() {
        float[] gradient =
                gradient(Divergence.NONE, 0, 3, rows, targets, 8).ofHidden().toFloatArray();
        for (int position = 0; position < ROWS * TOKENS; position++) {
            int at = position;
            boolean trained = IntStream.range(0, rows.length).anyMatch(i -> rows[i] == at);
            boolean zero = true;
            for (int d = 0; d < HIDDEN; d++) {
                zero &= gradient[position * HIDDEN + d] == 0;
            }
            assertThat(zero).as("position %d", position).isEqualTo(!trained);
        }
    }

    @Test
    void aFrozenOutputMatrixCostsNoGradient() {
        try (TokenLosses losses = new TokenLosses(manager, Divergence.NONE, 0, 3)) {
            Gradient gradient =
                    losses.train(
                            manager,
                            positions(rows, targets),
                            new TokenTeacher.Silent(),
                            8,
                            Output.FROZEN);

            assertThat(gradient.ofOutput().size()).isZero();
        }
    }

    @Test
    void hitsAreTargetsThatAreTheLikeliestToken() {
        NDArray likeliest =
                hidden.reshape(-1, HIDDEN)
                        .get(manager.create(rows))
                        .matMul(output.transpose())
                        .argMax(1);
        long[] right = likeliest.toLongArray();
        right[0] = (right[0] + 1) % VOCABULARY;
        try (TokenLosses losses = new TokenLosses(manager, Divergence.NONE, 0, 3)) {
            assertThat(
                            losses.validate(
                                            manager,
                                            positions(rows, right),
                                            new TokenTeacher.Silent(),
                                            8)
                                    .hits())
                    .isEqualTo(7);
        }
    }

    private Gradient gradient(
            Divergence divergence,
            double cap,
            int chunk,
            long[] someRows,
            long[] someTargets,
            long normaliser) {
        try (TokenLosses losses = new TokenLosses(manager, divergence, cap, chunk)) {
            return losses.train(
                    manager,
                    positions(someRows, someTargets),
                    teacher(divergence, someRows),
                    normaliser,
                    Output.TRAINED);
        }
    }

    private double slope(TokenLosses losses, NDArray array, int i) {
        float h = 1e-2f;
        float[] numbers = array.toFloatArray();
        float before = numbers[i];
        double[] values = new double[2];
        for (int side = 0; side < 2; side++) {
            numbers[i] = before + (side == 0 ? -h : h);
            array.set(numbers);
            values[side] =
                    losses.validate(
                                    manager,
                                    positions(rows, targets),
                                    teacher(Divergence.of(new Kd(1, 1)), rows),
                                    8)
                            .loss();
        }
        numbers[i] = before;
        array.set(numbers);
        return (values[1] - values[0]) / (2 * h);
    }

    private Positions positions(long[] someRows, long[] someTargets) {
        return new Positions(hidden, manager.create(someRows), output, manager.create(someTargets));
    }

    /** Another model of another width, whose vocabulary is padded. */
    private TokenTeacher teacher(Divergence divergence, long[] someRows) {
        if (divergence.code() == 0) {
            return new TokenTeacher.Silent();
        }
        NDArray all = gaussian(3, ROWS * TOKENS, 5);
        return new TokenTeacher.Whole(
                all.get(manager.create(someRows)),
                gaussian(4, VOCABULARY + 2, 5),
                0,
                manager.ones(new Shape(someRows.length)));
    }

    private NDArray gaussian(long seed, long... shape) {
        Random random = new Random(seed);
        float[] numbers = new float[Math.toIntExact(new Shape(shape).size())];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return manager.create(numbers, new Shape(shape));
    }

    private static long[] head(long[] values, int count) {
        return java.util.Arrays.copyOf(values, count);
    }

    private static long[] tail(long[] values, int from) {
        return java.util.Arrays.copyOfRange(values, from, values.length);
    }

    private static void assertClose(NDArray actual, NDArray expected) {
        assertThat(actual.sub(expected).abs().max().getFloat()).isLessThan(1e-6f);
    }
}
