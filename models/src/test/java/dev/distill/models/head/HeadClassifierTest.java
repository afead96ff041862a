package dev.distill.models.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.config.UserError;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.models.Base;
import dev.distill.models.Calibration;
import dev.distill.models.Head;
import dev.distill.models.ModelCard;
import dev.distill.models.PackageDigest;
import dev.distill.models.Precision;
import dev.distill.models.Prediction;
import dev.distill.models.Tokenizer;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadClassifierTest {
    private static final List<String> LABELS = List.of("refund", "order", "other");
    private static final ModelCard CARD =
            new ModelCard(
                    "intents",
                    "Says what a customer wants.",
                    "tiny",
                    "apache-2.0",
                    Map.of("training", 900L),
                    List.of(new ModelCard.Metric("accuracy", 0.91, 0.89, 0.93, 500)),
                    Map.of());

    @TempDir Path folder;
    private NDManager manager;

    @BeforeEach
    void open() {
        manager = Torch.newManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert", "distilbert"})
    void aPackageAnswersAsItsArraysSayByHand(String encoder) {
        Base base = base(encoder);
        HeadShape shape = shape(base, List.of(5, 4));
        List<String> texts = List.of("where is my order", "hi", "a refund for the broken mug");
        write(base, shape);

        float[] x;
        try (Embedder embedder = new Embedder(manager, base, shape.encoder(), Precision.FP32);
                Tokenizer tokenizer = Tokenizer.load(base.tokenizerFile())) {
            x = embedder.embed(tokenizer.encode(texts, 16));
        }
        try (HeadClassifier classifier = HeadClassifier.load(folder);
                Weights head = Weights.read(manager, folder.resolve("head.safetensors"))) {
            List<Prediction> predictions = classifier.classify(texts);

            assertThat(classifier.shape()).isEqualTo(shape);
            assertThat(classifier.labels()).isEqualTo(LABELS);
            assertThat(classifier.parameterCount()).isEqualTo(shape.parameterCount());
            for (int text = 0; text < texts.size(); text++) {
                double[] expected = byHand(head, x, text * 32);
                for (int label = 0; label < 3; label++) {
                    assertThat(predictions.get(text).probabilities().get(label))
                            .isCloseTo(expected[label], within(1e-5));
                }
            }
        }
    }

    /** Standardised, two hidden layers with relu, the last layer, softmax. */
    private static double[] byHand(Weights head, float[] embeddings, int offset) {
        float[] mean = head.get("standardize.mean").toFloatArray();
        float[] scale = head.get("standardize.scale").toFloatArray();
        double[] x = new double[mean.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = (embeddings[offset + i] - mean[i]) * scale[i];
        }
        for (String layer : List.of("layers.0", "layers.1", "classifier")) {
            float[] weight = head.get(layer + ".weight").toFloatArray();
            float[] bias = head.get(layer + ".bias").toFloatArray();
            double[] y = new double[bias.length];
            for (int out = 0; out < y.length; out++) {
                y[out] = bias[out];
                for (int in = 0; in < x.length; in++) {
                    y[out] += weight[out * x.length + in] * x[in];
                }
                y[out] = layer.equals("classifier") ? y[out] : Math.max(0, y[out]);
            }
            x = y;
        }
        double[] exponentials = new double[x.length];
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            exponentials[i] = Math.exp(x[i]);
            sum += exponentials[i];
        }
        for (int i = 0; i < x.length; i++) {
            exponentials[i] /= sum;
        }
        return exponentials;
    }

    @Test
    void anEmbeddingIsTheMeanOfTheTokensThatAreNotPadding() {
        Base base = base("bert");
        HeadShape shape = shape(base, List.of());
        try (Embedder embedder = new Embedder(manager, base, shape.encoder(), Precision.FP32);
                Tokenizer tokenizer = Tokenizer.load(base.tokenizerFile())) {
            List<String> texts =
                    IntStream.range(0, 50).mapToObj(i -> "order ".repeat(i % 12 + 1) + i).toList();
            float[] together = embedder.embed(tokenizer.encode(texts, 16));

            for (int text : new int[] {0, 11, 30, 49}) {
                float[] alone =
                        embedder.embed(tokenizer.encode(List.of(texts.get(text)), 16));
                for (int i = 0; i < 32; i++) {
                    assertThat(together[text * 32 + i]).isCloseTo(alone[i], within(1e-5f));
                }
            }
        }
    }

    @Test
    void theCalibrationOfThePackageCoolsTheProbabilities() {
        write(base("bert"), shape(base("bert"), List.of(5)));
        Prediction plain;
        try (HeadClassifier classifier = HeadClassifier.load(folder)) {
            plain = classifier.classify(List.of("order")).getFirst();
        }
        new Calibration(0.5, 10, 1, 1, 0, 0).write(folder);

        try (HeadClassifier classifier = HeadClassifier.load(folder)) {
            Prediction cooled = classifier.classify(List.of("order")).getFirst();
            assertThat(cooled.label()).isEqualTo(plain.label());
            assertThat(cooled.confidence()).isGreaterThan(plain.confidence());
        }
    }

    @Test
    void aTextThatIsTooLongIsCutAndSaysSoAndNoTextsGiveNoPredictions() {
        write(base("bert"), shape(base("bert"), List.of(5)));

        try (HeadClassifier classifier = HeadClassifier.load(folder)) {
            Prediction cut = classifier.classify(List.of("order ".repeat(50))).getFirst();
            assertThat(cut.truncated()).isTrue();
            assertThat(cut.tokens()).isEqualTo(16);
            assertThat(classifier.classify(List.of())).isEmpty();
        }
    }

    @Test
    void aPackageWrittenTwiceHasTheSameDigestAndItsCardSaysHowToLoadIt() throws IOException {
        Base base = base("distilbert");
        HeadShape shape = shape(base, List.of(5));
        write(base, shape);
        Digest first = PackageDigest.of(folder);
        write(base, shape);

        assertThat(PackageDigest.of(folder)).isEqualTo(first);
        assertThat(folder.resolve("README.md"))
                .content()
                .startsWith("---\nlicense: apache-2.0\n")
                .contains("| accuracy | 0.9100 | 0.8900 to 0.9300 | 500 |")
                .contains("hidden layers of 5 over the embeddings of `tiny`")
                .contains("load_file(\"PATH/head.safetensors\")");
        var json = Json.parse(Files.readString(folder.resolve("config.json")));
        assertThat(json.at("/model_type").asText()).isEqualTo("distill-head");
        assertThat(json.at("/encoder/model_type").asText()).isEqualTo("distilbert");
        assertThat(json.at("/encoder/distill/pooling").asText()).isEqualTo("mean");
    }

    @Test
    void arraysThatDoNotFitTheConfigAreNamedWithBothShapes() throws IOException {
        Base base = base("bert");
        write(base, shape(base, List.of(5)));
        HeadShape other =
                new HeadShape(shape(base, List.of()).encoder(), List.of(6, 2), List.of("a", "b"));
        Files.writeString(folder.resolve("config.json"), other.toJson());

        assertThatThrownBy(() -> HeadClassifier.load(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "head.safetensors: layers.0.weight has shape (5, 32), config.json asks for"
                                + " (6, 32)")
                .hasMessageContaining("layers.1.weight is missing")
                .hasMessageContaining(
                        "classifier.bias has shape (3), config.json asks for (2)");
    }

    @Test
    void anEncoderOfAnotherSizeIsNamedWithBothShapes() throws IOException {
        Base base = base("bert");
        write(base, shape(base, List.of(5)));
        Path config = folder.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config).replace("\"hidden_size\" : 32", "\"hidden_size\" : 64"));

        assertThatThrownBy(() -> HeadClassifier.load(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "standardize.mean has shape (32), config.json asks for (64)");
    }

    @Test
    void aPackageWithoutTheEncodersWeightsNamesThem() throws IOException {
        Base base = base("bert");
        write(base, shape(base, List.of(5)));
        try (Weights weights = Weights.read(manager, folder.resolve("model.safetensors"))) {
            weights.remove("bert.embeddings.LayerNorm.bias");
            weights.write(folder.resolve("model.safetensors"));
        }
        assertThatThrownBy(() -> HeadClassifier.load(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("bert.embeddings.LayerNorm.bias is missing");

        Files.delete(folder.resolve("model.safetensors"));
        assertThatThrownBy(() -> HeadClassifier.load(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("model.safetensors");
    }

    @Test
    void everyProblemOfTheConfigIsNamed() throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                """
                {"model_type": "distill-head", "hidden_act": "gelu", "hidden_sizes": [0],
                 "id2label": {"0": "a", "2": "c"}}
                """);

        assertThatThrownBy(() -> HeadClassifier.load(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("hidden_act must be relu, got \"gelu\"")
                .hasMessageContaining("hidden_sizes must be a list of whole numbers >= 1, got [0]")
                .hasMessageContaining("id2label has 2 members, but none for 1")
                .hasMessageContaining("encoder is missing: it is the encoder's own config");
    }

    private void write(Base base, HeadShape shape) {
        Random random = new Random(5);
        Path file = folder.resolve("arrays.safetensors");
        try (Weights head = new Weights(manager)) {
            shape.shapes()
                    .forEach(
                            (name, size) -> {
                                float[] numbers = new float[Math.toIntExact(size.size())];
                                for (int i = 0; i < numbers.length; i++) {
                                    numbers[i] = (float) random.nextGaussian();
                                }
                                head.put(name, manager.create(numbers, new Shape(size.getShape())));
                            });
            head.write(file);
        }
        HeadPackage.write(folder, shape, file, base, Calibration.NONE, CARD);
    }

    private static HeadShape shape(Base base, List<Integer> hiddenSizes) {
        return new HeadShape(
                base.config().withHead(Head.MEAN, List.of(), 16), hiddenSizes, LABELS);
    }

    private static Base base(String name) {
        try {
            var config =
                    Objects.requireNonNull(
                            HeadClassifierTest.class.getResource(
                                    "/golden/" + name + "/config.json"));
            return new Base(name, Objects.requireNonNull(Path.of(config.toURI()).getParent()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException("a resource has a place", e);
        }
    }
}
