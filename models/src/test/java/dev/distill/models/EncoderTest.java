package dev.distill.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.models.Encoder.Mode;
import dev.distill.models.EncoderConfig.Dropout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EncoderTest {
    private static final EncoderConfig CONFIG =
            EncoderConfig.read(GoldenEncoderTest.folder("bert").resolve("config.json"));

    private NDManager manager;
    private Weights weights;
    private NDArray ids;
    private NDArray mask;

    @BeforeEach
    void load() {
        manager = Torch.newManager();
        weights =
                Weights.read(
                        manager, GoldenEncoderTest.folder("bert").resolve("model.safetensors"));
        ids = manager.create(new long[] {2, 30, 40, 3, 2, 50, 3, 0}, new Shape(2, 4));
        mask = manager.create(new long[] {1, 1, 1, 1, 1, 1, 1, 0}, new Shape(2, 4));
    }

    @AfterEach
    void close() {
        weights.close();
        manager.close();
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void dropoutWorksInTrainingOnlyAndFollowsTheSeed(Precision precision) {
        EncoderConfig config = CONFIG.withDropout(new Dropout(0.1, 0.1, 0.1));
        weights.requireGradients();
        try (Encoder encoder = new Encoder(manager, config, precision)) {
            Torch.seed(1);
            float[] first = logits(encoder, Mode.TRAINING);
            float[] next = logits(encoder, Mode.TRAINING);
            Torch.seed(1);
            float[] again = logits(encoder, Mode.TRAINING);

            assertThat(again).containsExactly(first).isNotEqualTo(next);
            assertThat(logits(encoder, Mode.INFERENCE))
                    .containsExactly(logits(encoder, Mode.INFERENCE));
        }
    }

    @Test
    void theMeanOfManyDropoutsIsNearTheValueWithout() {
        EncoderConfig config = CONFIG.withDropout(new Dropout(0, 0, 0.3));
        weights.requireGradients();
        try (Encoder encoder = new Encoder(manager, config, Precision.FP32)) {
            Torch.seed(3);
            double sum = 0;
            for (int i = 0; i < 2000; i++) {
                sum += logits(encoder, Mode.TRAINING)[0];
            }

            assertThat(sum / 2000).isCloseTo(logits(encoder, Mode.INFERENCE)[0], within(0.01));
        }
    }

    @Test
    void paddingDoesNotChangeAText() {
        try (Encoder encoder =
                new Encoder(
                        manager, CONFIG.withHead(Head.MEAN, CONFIG.labels(), 64), Precision.FP32)) {
            NDArray alone = manager.create(new long[] {2, 50, 3}, new Shape(1, 3));
            NDArray ones = manager.ones(alone.getShape());

            float[] padded = logits(encoder, Mode.INFERENCE);
            float[] unpadded = encoder.logits(weights, alone, ones, Mode.INFERENCE).toFloatArray();

            for (int i = 0; i < 3; i++) {
                assertThat(padded[3 + i]).isCloseTo(unpadded[i], within(1e-6f));
            }
        }
    }

    /** Its last tokens are padding whose whole window is padding. */
    @Test
    void aWindowWithNothingButPaddingLeavesAllGradientsFinite() {
        Path folder = GoldenEncoderTest.folder("modernbert");
        EncoderConfig config = EncoderConfig.read(folder.resolve("config.json"));
        try (Weights modern = Weights.read(manager, folder.resolve("model.safetensors"));
                Encoder encoder = new Encoder(manager, config, Precision.FP32);
                Gradients gradients = new Gradients(manager);
                Program sums = Program.load(manager, EncoderTest.class, "sums.py", "Sums")) {
            modern.requireGradients();
            long[] text = new long[40];
            long[] seen = new long[40];
            Arrays.setAll(text, i -> i < 20 ? 5 + i : i < 23 ? 2 : 0);
            Arrays.setAll(seen, i -> i < 23 ? 1 : 0);
            NDArray logits =
                    encoder.logits(
                            modern,
                            manager.create(text, new Shape(2, 20)),
                            manager.create(seen, new Shape(2, 20)),
                            Mode.TRAINING);
            NDArray loss = sums.call("total").tensor(logits).record(manager).get(0);

            for (NDArray gradient :
                    gradients.of(manager, loss, List.copyOf(modern.asMap().values()))) {
                assertThat(gradient.sum().getFloat()).isFinite();
            }
        }
    }

    /** From the activations' definitions: they differ, by as much as they should. */
    @ParameterizedTest
    @CsvSource({"GELU_TANH, 1e-8, 1e-3", "RELU, 1e-6, 1"})
    void activationsAreThoseOfTheConfig(Activation activation, double least, double most) {
        EncoderConfig other =
                new EncoderConfig(
                        CONFIG.architecture(),
                        CONFIG.size(),
                        activation,
                        CONFIG.layerNormEps(),
                        CONFIG.dropout(),
                        CONFIG.head(),
                        CONFIG.labels(),
                        64);
        try (Encoder gelu = new Encoder(manager, CONFIG, Precision.FP32);
                Encoder changed = new Encoder(manager, other, Precision.FP32)) {
            NDArray difference =
                    gelu.lastHiddenState(weights, ids, mask, Mode.INFERENCE)
                            .sub(changed.lastHiddenState(weights, ids, mask, Mode.INFERENCE));

            assertThat((double) difference.abs().max().getFloat()).isBetween(least, most);
        }
    }

    @Test
    void stepsLeaveNoArraysBehind() {
        weights.requireGradients();
        List<NDArray> parameters = List.copyOf(weights.asMap().values());
        try (Encoder encoder = new Encoder(manager, CONFIG, Precision.BF16);
                Gradients gradients = new Gradients(manager);
                Program sums = Program.load(manager, EncoderTest.class, "sums.py", "Sums")) {
            int before = ((BaseNDManager) manager).getManagedArrays().size();
            for (int i = 0; i < 20; i++) {
                try (NDManager step = manager.newSubManager()) {
                    NDArray stepIds = ids.duplicate();
                    stepIds.attach(step);
                    NDArray logits = encoder.logits(weights, stepIds, mask, Mode.TRAINING);
                    NDArray loss = sums.call("total").tensor(logits).record(step).get(0);
                    gradients.of(step, loss, parameters);
                }
            }

            assertThat(((BaseNDManager) manager).getManagedArrays()).hasSize(before);
        }
    }

    private float[] logits(Encoder encoder, Mode mode) {
        return encoder.logits(weights, ids, mask, mode).toFloatArray();
    }
}
