package dev.distill.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.distill.files.Json;
import dev.distill.models.Encoder.Mode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our encoders against numbers that transformers 5.18 computed in float32. */
@Tag("golden")
class GoldenEncoderTest {
    @ParameterizedTest
    @ValueSource(strings = {"bert", "distilbert", "modernbert"})
    void logitsLossAndEveryGradientAreThoseOfTransformers(String name) throws IOException {
        Path folder = folder(name);
        try (NDManager manager = Torch.newManager()) {
            Golden golden = Golden.read(manager, folder);
            EncoderConfig config = EncoderConfig.read(folder.resolve("config.json"));
            Weights weights = Weights.read(manager, folder.resolve("model.safetensors"));
            weights.requireGradients();
            try (Encoder encoder = new Encoder(manager, config, Precision.FP32);
                    GradientCollector collector = Torch.newGradientCollector()) {
                NDArray logits =
                        encoder.logits(
                                weights,
                                golden.get("input_ids"),
                                golden.get("attention_mask"),
                                Mode.TRAINING);
                NDArray ofLabel =
                        logits.logSoftmax(1)
                                .mul(golden.get("labels").oneHot(config.labels().size()));
                NDArray loss = ofLabel.sum().div(-golden.get("labels").size());
                collector.backward(loss);

                assertThat(difference(logits, golden.get("logits"))).isLessThan(1e-5);
                assertThat(loss.getFloat()).isCloseTo(golden.get("loss").getFloat(), within(1e-5f));
            }

            assertThat(weights.names()).isNotEmpty();
            for (String weight : weights.names()) {
                NDArray expected = golden.get("grad." + weight);
                double scale = expected.abs().max().getFloat();
                // A key's bias shifts all scores of a query alike: its true gradient is zero.
                double allowed = Math.max(1e-4 * scale, 1e-7);
                assertThat(difference(weights.get(weight).getGradient(), expected))
                        .as(weight)
                        .isLessThanOrEqualTo(allowed);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert", "distilbert", "modernbert"})
    void theLastHiddenStateIsThatOfTransformers(String name) throws IOException {
        Path folder = folder(name);
        try (NDManager manager = Torch.newManager()) {
            Golden golden = Golden.read(manager, folder);
            EncoderConfig config = EncoderConfig.read(folder.resolve("config.json"));
            Weights weights = Weights.read(manager, folder.resolve("model.safetensors"));
            try (Encoder encoder = new Encoder(manager, config, Precision.FP32)) {
                NDArray state =
                        encoder.lastHiddenState(
                                weights,
                                golden.get("input_ids"),
                                golden.get("attention_mask"),
                                Mode.INFERENCE);

                NDArray seen = golden.get("attention_mask").expandDims(-1);
                assertThat(difference(state.mul(seen), golden.get("last_hidden_state").mul(seen)))
                        .isLessThan(1e-5);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert", "distilbert", "modernbert"})
    void bfloat16StaysNearFloat32(String name) throws IOException {
        Path folder = folder(name);
        try (NDManager manager = Torch.newManager()) {
            Golden golden = Golden.read(manager, folder);
            EncoderConfig config = EncoderConfig.read(folder.resolve("config.json"));
            Weights weights = Weights.read(manager, folder.resolve("model.safetensors"));
            try (Encoder encoder = new Encoder(manager, config, Precision.BF16)) {
                NDArray logits =
                        encoder.logits(
                                weights,
                                golden.get("input_ids"),
                                golden.get("attention_mask"),
                                Mode.INFERENCE);

                double scale = golden.get("logits").abs().max().getFloat();
                assertThat(difference(logits, golden.get("logits")) / scale).isBetween(1e-6, 1e-2);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert", "distilbert", "modernbert"})
    void tokenNumbersAreThoseOfTransformers(String name) throws IOException {
        Path folder = folder(name);
        List<String> texts = new ArrayList<>();
        Json.parse(Files.readString(folder.resolve("golden.json")))
                .get("texts")
                .forEach(text -> texts.add(text.asText()));
        try (NDManager manager = Torch.newManager();
                Tokenizer tokenizer = Tokenizer.load(folder.resolve("tokenizer.json"))) {
            Golden golden = Golden.read(manager, folder);

            TokenBatch batch = TokenBatch.of(manager, tokenizer.encode(texts, 64));

            assertThat(batch.ids()).isEqualTo(golden.get("input_ids"));
            assertThat(batch.mask()).isEqualTo(golden.get("attention_mask"));
        }
    }

    static Path folder(String name) {
        return Path.of("src/test/resources/golden", name);
    }

    /** The reference results by name. */
    private record Golden(Map<String, NDArray> arrays) {
        static Golden read(NDManager manager, Path folder) throws IOException {
            try (InputStream in = Files.newInputStream(folder.resolve("golden.safetensors"))) {
                return new Golden(
                        NDList.decode(manager, in).stream()
                                .collect(Collectors.toMap(NDArray::getName, array -> array)));
            }
        }

        NDArray get(String name) {
            return Objects.requireNonNull(arrays.get(name), name);
        }
    }

    private static double difference(NDArray actual, NDArray expected) {
        assertThat(actual.getShape()).isEqualTo(expected.getShape());
        return actual.sub(expected).abs().max().getFloat();
    }
}
