package dev.distill.trainer.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.distill.config.TrainConfig;
import dev.distill.models.Torch;
import dev.distill.trainer.Divergence;
import dev.distill.trainer.StepOutcome;
import dev.distill.trainer.causal.CausalLearner.Source;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients of a step, however it is computed. */
class CausalLearnerTest {
    @TempDir private Path folder;
    private final NDManager manager = Torch.newManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Tag("golden")
    @ParameterizedTest
    @ValueSource(strings = {"packed", "apart", "checkpointed"})
    void lossAndEveryGradientAreThoseOfTransformers(String how) throws IOException {
        Map<String, NDArray> golden = golden();
        List<Sample> samples = goldenSamples(golden);
        CausalTrainings config = CausalTrainings.config();
        Step step =
                switch (how) {
                    case "packed" -> step(config, samples, 2);
                    case "apart" -> step(config.unpacked(), samples, 2);
                    default -> step(config.checkpointing(), samples, 2);
                };

        assertThat(step.loss).isCloseTo(of(golden, "loss").getFloat(), within(1e-5));
        assertThat(step.gradients).isNotEmpty();
        step.gradients.forEach(
                (name, gradient) -> {
                    NDArray expected = of(golden, "grad." + name);
                    double scale = expected.abs().max().getFloat();
                    assertThat(difference(gradient, expected.toFloatArray()))
                            .as(name)
                            .isLessThanOrEqualTo(Math.max(1e-3 * scale, 1e-7));
                });
    }

    @Test
    void documentsOfAPackedRowDoNotSeeEachOther() {
        List<Sample> samples = samples(12);
        Step apart = step(CausalTrainings.config().unpacked(), samples, 12);
        Step packed = step(CausalTrainings.config().maxLength(200), samples, 12);

        assertThat(Packing.rows(samples, 200)).hasSizeLessThan(samples.size() / 2);
        assertThat(packed.loss).isCloseTo(apart.loss, within(1e-5));
        assertSame(packed, apart, 1e-5);
    }

    @Test
    void oneBatchOf32IsEightOf4() {
        List<Sample> samples = samples(32);
        Step whole = step(CausalTrainings.config(), samples, 32);
        Step parts = step(CausalTrainings.config(), samples, 4);

        assertThat(parts.loss).isCloseTo(whole.loss, within(1e-5));
        assertSame(parts, whole, 1e-5);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.2})
    void layersComputedAgainLearnTheSameAdapters(double dropout) {
        List<Sample> samples = samples(6);
        CausalTrainings lora = CausalTrainings.config().lora(dropout);
        Step again = step(lora.checkpointing(), samples, 3);
        Step once = step(CausalTrainings.config().lora(dropout), samples, 3);

        assertThat(again.gradients.keySet()).allMatch(name -> name.contains(".lora_"));
        if (dropout == 0) {
            assertSame(again, once, 1e-6);
        } else {
            assertThat(again.loss).isCloseTo(once.loss, within(0.1));
        }
        assertSame(step(lora, samples, 3), again, 0); // the same seeds draw the same masks
    }

    @Test
    void bfloat16StaysNearFloat32() {
        List<Sample> samples = samples(8);
        Step exact = step(CausalTrainings.config(), samples, 4);
        Step rounded =
                step(CausalTrainings.config().precision(TrainConfig.Precision.BF16), samples, 4);

        assertThat(rounded.loss).isCloseTo(exact.loss, within(1e-2)).isNotEqualTo(exact.loss);
        exact.gradients.forEach(
                (name, gradient) -> {
                    double scale = max(gradient);
                    assertThat(difference(of(rounded.gradients, name), gradient))
                            .as(name)
                            .isLessThanOrEqualTo(0.1 * scale + 1e-5);
                });
    }

    @Test
    void validationDividesByAllTargetsAsTrainingDoes() {
        List<Sample> samples = samples(10);
        try (CausalLearner learner = learner(CausalTrainings.config())) {
            double validation = learner.validate(samples, 3).loss();
            double training = learner.step(samples, 1, 0, 4, Source.ROWS).loss();

            assertThat(validation).isCloseTo(training, within(1e-5));
        }
    }

    private record Step(double loss, Map<String, float[]> gradients) {}

    /** The gradients of a step of no learning rate and a norm that is never clipped. */
    private Step step(CausalTrainings config, List<Sample> samples, int microBatch) {
        try (CausalLearner learner = learner(config)) {
            StepOutcome outcome = learner.step(samples, 1, 0, microBatch, Source.ROWS);
            double divisor = Math.max(1, outcome.gradientNorm() + 1e-6); // of clipping to 1
            Map<String, float[]> gradients = new LinkedHashMap<>();
            learner.gradients()
                    .forEach(
                            (name, array) -> {
                                float[] numbers = array.toFloatArray();
                                for (int i = 0; i < numbers.length; i++) {
                                    numbers[i] *= (float) divisor;
                                }
                                gradients.put(name, numbers);
                            });
            return new Step(outcome.loss(), gradients);
        }
    }

    private CausalLearner learner(CausalTrainings config) {
        CausalJob job = config.job(folder);
        CausalLearner.Settings settings =
                new CausalLearner.Settings(
                        job.train(),
                        job.causal().packing() ? job.maxLength() : 0,
                        job.causal().gradientCheckpointing());
        return new CausalStudent(job)
                .learner(manager, settings, Optional.empty(), Divergence.NONE, Optional.empty());
    }

    private List<Sample> samples(int count) {
        CausalJob job =
                CausalTrainings.config()
                        .rows(CausalTrainings.rows(count, 3), CausalTrainings.rows(1, 4))
                        .job(folder);
        return CausalRows.read(job, _ -> {}).training();
    }

    private Map<String, NDArray> golden() throws IOException {
        Map<String, NDArray> golden = new LinkedHashMap<>();
        Path file = CausalTrainings.LLAMA.resolve("golden.safetensors");
        try (InputStream in = Files.newInputStream(file)) {
            NDList.decode(manager, in).forEach(array -> golden.put(array.getName(), array));
        }
        return golden;
    }

    /** The rows of the golden loss, which also trains on the line's end behind the end token. */
    private static List<Sample> goldenSamples(Map<String, NDArray> golden) {
        long[] ids = of(golden, "input_ids").toLongArray();
        long[] labels = of(golden, "labels").toLongArray();
        long[] mask = of(golden, "attention_mask").toLongArray();
        int width = ids.length / 2;
        List<Sample> samples = new ArrayList<>();
        for (int row = 0; row < 2; row++) {
            int length = 0;
            int learned = 0;
            for (int i = row * width; i < (row + 1) * width; i++) {
                length += (int) mask[i];
                learned += mask[i] == 1 && labels[i] < 0 ? 1 : 0;
            }
            long[] tokens = java.util.Arrays.copyOfRange(ids, row * width, row * width + length);
            samples.add(new Sample("golden-" + row, tokens, learned, false, List.of()));
        }
        return samples;
    }

    private static void assertSame(Step actual, Step expected, double tolerance) {
        assertThat(actual.gradients.keySet()).isEqualTo(expected.gradients.keySet());
        expected.gradients.forEach(
                (name, gradient) ->
                        assertThat(difference(of(actual.gradients, name), gradient))
                                .as(name)
                                .isLessThanOrEqualTo(tolerance));
    }

    private static <T> T of(Map<String, T> arrays, String name) {
        return Objects.requireNonNull(arrays.get(name), name);
    }

    private static double max(float[] numbers) {
        return difference(numbers, new float[numbers.length]);
    }

    private static double difference(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double most = 0;
        for (int i = 0; i < actual.length; i++) {
            most = Math.max(most, Math.abs((double) actual[i] - expected[i]));
        }
        return most;
    }
}
