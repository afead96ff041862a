package dev.distill.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.models.Encoder.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EncoderClassifierTest {
    private static final List<String> LABELS = List.of("refund", "order", "other");
    private static final ModelCard CARD =
            new ModelCard(
                    "intents",
                    "Says what a customer wants.",
                    "tiny",
                    "apache-2.0",
                    Map.of("training", 900L),
                    List.of(new ModelCard.Metric("accuracy", 0.91, 0.89, 0.93, 500)),
                    Map.of("dataset", "sha256:abc"));

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
    @EnumSource(
            value = Head.class,
            names = {"CLS", "MEAN", "POOLER", "PREDICTION_CLS", "PREDICTION_MEAN"})
    void theExportedFolderReloadsToIdenticalProbabilities(Head head) throws IOException {
        Base base = base(head.name().startsWith("PREDICTION") ? "modernbert" : "bert");
        EncoderConfig config = base.config().withHead(head, LABELS, 16);
        try (Weights student = base.newStudent(manager, config, 7);
                Encoder encoder = new Encoder(manager, config, Precision.FP32);
                Tokenizer tokenizer = Tokenizer.load(base.tokenizerFile())) {
            String text = "where is my order";
            TokenBatch batch = TokenBatch.of(manager, tokenizer.encode(List.of(text), 16));
            NDArray logits = encoder.logits(student, batch.ids(), batch.mask(), Mode.INFERENCE);
            float[] before = logits.softmax(1).toFloatArray();
            StudentPackage.write(folder, config, student, base.tokenizerFile(), CARD);

            try (EncoderClassifier classifier = EncoderClassifier.load(folder);
                    Weights reloaded = Weights.read(manager, folder.resolve("model.safetensors"))) {
                Prediction prediction = classifier.classify(List.of(text)).getFirst();

                assertThat(classifier.config()).isEqualTo(config);
                for (String name : student.names()) {
                    assertThat(reloaded.get(name)).as(name).isEqualTo(student.get(name));
                }
                for (int i = 0; i < before.length; i++) {
                    assertThat(prediction.probabilities().get(i))
                            .isCloseTo(before[i], within(1e-7));
                }
            }
        }
    }

    @Test
    void aCheckpointOfTransformersIsLoadedAsItIs() {
        try (EncoderClassifier classifier =
                EncoderClassifier.load(GoldenEncoderTest.folder("distilbert"))) {
            assertThat(classifier.labels()).containsExactly("LABEL_0", "LABEL_1", "LABEL_2");
            assertThat(classifier.config().head()).isEqualTo(Head.PRE_CLASSIFIER);
            assertThat(classifier.classify(List.of("hi")).getFirst().probabilities()).hasSize(3);
        }
    }

    @Test
    void aTextGetsTheSamePredictionAloneAndAmongOthersInAnyOrder() {
        List<String> texts =
                IntStream.range(0, 70).mapToObj(i -> "order ".repeat(i % 9 + 1) + i).toList();
        try (EncoderClassifier classifier =
                EncoderClassifier.load(GoldenEncoderTest.folder("bert"))) {
            List<Prediction> together = classifier.classify(texts);

            assertThat(together).hasSize(70);
            for (int i : new int[] {0, 8, 33, 69}) {
                Prediction alone = classifier.classify(List.of(texts.get(i))).getFirst();
                assertThat(together.get(i).label()).isEqualTo(alone.label());
                assertThat(together.get(i).tokens()).isEqualTo(alone.tokens());
                assertThat(together.get(i).confidence())
                        .isCloseTo(alone.confidence(), within(1e-6));
            }
        }
    }

    @Test
    void probabilitiesAddUpToOneAndTheLabelIsTheMostProbable() {
        try (EncoderClassifier classifier =
                EncoderClassifier.load(GoldenEncoderTest.folder("bert"))) {
            Prediction prediction = classifier.classify(List.of("refund the mug")).getFirst();

            assertThat(prediction.probabilities().stream().mapToDouble(p -> p).sum())
                    .isCloseTo(1, within(1e-12));
            int label = classifier.labels().indexOf(prediction.label());
            assertThat(prediction.probabilities().get(label)).isEqualTo(prediction.confidence());
        }
    }

    @Test
    void noTextsGiveNoPredictions() {
        try (EncoderClassifier classifier =
                EncoderClassifier.load(GoldenEncoderTest.folder("bert"))) {
            assertThat(classifier.classify(List.of())).isEmpty();
        }
    }

    @Test
    void aTextThatIsTooLongIsCutAndSaysSo() throws IOException {
        Base base = base("bert");
        EncoderConfig config = base.config().withHead(Head.MEAN, LABELS, 8);
        write(base, config);

        try (EncoderClassifier classifier = EncoderClassifier.load(folder)) {
            Prediction cut = classifier.classify(List.of("order ".repeat(50))).getFirst();

            assertThat(cut.truncated()).isTrue();
            assertThat(cut.tokens()).isEqualTo(8);
        }
    }

    @Test
    void onlyHeadsThatTransformersKnowsAreDeclaredAsItsClasses() throws IOException {
        Base base = base("bert");
        write(base, base.config().withHead(Head.MEAN, LABELS, 8));
        var mean = Json.parse(Files.readString(folder.resolve("config.json")));
        write(base, base.config().withHead(Head.POOLER, LABELS, 8));
        var pooler = Json.parse(Files.readString(folder.resolve("config.json")));

        assertThat(mean.at("/architectures/0").asText()).isEqualTo("BertModel");
        assertThat(mean.at("/distill/pooling").asText()).isEqualTo("mean");
        assertThat(pooler.at("/architectures/0").asText())
                .isEqualTo("BertForSequenceClassification");
        assertThat(pooler.at("/label2id/order").asInt()).isEqualTo(1);
    }

    @Test
    void theModelCardNamesLicenceFiguresItemsAndLineage() throws IOException {
        Base base = base("bert");
        write(base, base.config().withHead(Head.MEAN, LABELS, 8));

        assertThat(folder.resolve("README.md"))
                .content()
                .startsWith("---\nlicense: apache-2.0\n")
                .contains("| accuracy | 0.9100 | 0.8900 to 0.9300 | 500 |")
                .contains("| training | 900 |")
                .contains("| dataset | sha256:abc |")
                .contains("pooled = (states * seen).sum(1) / seen.sum(1)");
    }

    @Test
    void aPackageWrittenTwiceHasTheSameDigest() throws IOException {
        Base base = base("distilbert");
        EncoderConfig config = base.config().withHead(Head.CLS, LABELS, 8);
        write(base, config);
        var first = PackageDigest.of(folder);

        write(base, config);

        assertThat(PackageDigest.of(folder)).isEqualTo(first);
    }

    @Test
    void weightsThatDoNotFitTheConfigAreNamedWithBothShapes() throws IOException {
        Base base = base("bert");
        EncoderConfig config = base.config().withHead(Head.MEAN, LABELS, 8);
        write(base, config);
        Files.writeString(
                folder.resolve("config.json"),
                config.withHead(Head.POOLER, List.of("a", "b"), 8).toJson());

        assertThatThrownBy(() -> EncoderClassifier.load(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("model.safetensors: bert.pooler.dense.weight is missing")
                .hasMessageContaining(
                        "classifier.weight has shape (3, 32), config.json asks for (2, 32)");
    }

    @Test
    void aBaseWithoutLabelsIsNoClassifier() throws IOException {
        Base base = base("bert");
        Files.writeString(
                folder.resolve("config.json"),
                base.config().withHead(Head.MEAN, List.of(), 8).toJson());

        assertThatThrownBy(() -> EncoderClassifier.load(folder))
                .isInstanceOf(UserError.class)
                .hasMessageEndingWith("config.json: id2label is missing: no classifier");
    }

    private Base base(String name) {
        return new Bases(folder).resolve(GoldenEncoderTest.folder(name).toString());
    }

    private void write(Base base, EncoderConfig config) throws IOException {
        try (Weights student = base.newStudent(manager, config, 7)) {
            StudentPackage.write(folder, config, student, base.tokenizerFile(), CARD);
        }
    }
}
