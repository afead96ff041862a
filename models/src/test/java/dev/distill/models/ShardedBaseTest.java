package dev.distill.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import dev.distill.config.UserError;
import dev.distill.models.head.Embedder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Encoders whose weights are in several files. */
class ShardedBaseTest {
    private static final List<String> TEXTS = List.of("where is my order", "a refund please");

    @TempDir private Path folder;
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
    @ValueSource(strings = {"bert", "distilbert", "modernbert"})
    void aPackageInTwoFilesAnswersAsTheSameInOne(String name) throws IOException {
        split(name);
        try (EncoderClassifier whole = EncoderClassifier.load(GoldenEncoderTest.folder(name));
                EncoderClassifier parts = EncoderClassifier.load(folder)) {
            assertThat(parts.classify(TEXTS)).isEqualTo(whole.classify(TEXTS));
        }
    }

    @Test
    void aBaseInTwoFilesGivesTheSameStudentAndTheSameEmbeddings() throws IOException {
        split("bert");
        Base whole = new Bases(folder).resolve(GoldenEncoderTest.folder("bert").toString());
        Base parts = new Bases(folder).resolve(folder.toString());
        EncoderConfig config = whole.config().withHead(Head.MEAN, List.of("a", "b"), 64);
        try (Weights first = whole.newStudent(manager, config, 7);
                Weights second = parts.newStudent(manager, config, 7)) {
            assertThat(second.names()).isEqualTo(first.names());
            first.names().forEach(n -> assertThat(second.get(n)).isEqualTo(first.get(n)));
        }
        try (Tokenizer tokenizer = Tokenizer.load(whole.tokenizerFile());
                Embedder first = new Embedder(manager, whole, config, Precision.FP32);
                Embedder second = new Embedder(manager, parts, config, Precision.FP32)) {
            List<Tokens> tokens = tokenizer.encode(TEXTS, 64);
            assertThat(second.embed(tokens)).isEqualTo(first.embed(tokens));
        }
    }

    @Test
    void theDigestIsOfAllFiles() throws IOException {
        split("bert");
        Base base = new Bases(folder).resolve(folder.toString());
        assertThat(base.hasWeights()).isTrue();
        var before = base.digest();
        Path last = folder.resolve("model-00002-of-00002.safetensors");
        byte[] bytes = Files.readAllBytes(last);
        bytes[bytes.length - 1] ^= 1;
        Files.write(last, bytes);

        assertThat(base.digest()).isNotEqualTo(before);
    }

    @Test
    void aFileThatIsMissingIsNamed() throws IOException {
        split("bert");
        Files.delete(folder.resolve("model-00002-of-00002.safetensors"));

        assertThatThrownBy(() -> EncoderClassifier.load(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "model-00002-of-00002.safetensors: there is no such file, but"
                                + " model.safetensors.index.json names it");
    }

    @Test
    void aWeightThatNoFileHasAlthoughTheIndexSaysSoIsNamed() throws IOException {
        split("bert");
        Path index = folder.resolve("model.safetensors.index.json");
        Files.writeString(
                index, Files.readString(index).replace("model-00002-of", "model-00001-of"));

        assertThatThrownBy(() -> EncoderClassifier.load(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "model-00001-of-00002.safetensors: classifier.weight is missing");
    }

    @Test
    void aWeightOfAnotherShapeIsNamedWithItsFile() throws IOException {
        split("bert");
        Path config = folder.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config).replaceAll("\"vocab_size\": *\\d+", "\"vocab_size\": 7"));

        assertThatThrownBy(() -> EncoderClassifier.load(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "model-00001-of-00002.safetensors:"
                                + " bert.embeddings.word_embeddings.weight has shape")
                .hasMessageContaining("config.json asks for (7, 32)");
    }

    @Test
    void aBaseWithoutWeightsIsAskedForOneFile() throws IOException {
        split("bert");
        Files.delete(folder.resolve("model.safetensors.index.json"));

        assertThatThrownBy(() -> new Bases(folder).resolve(folder.toString()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("model.safetensors: a base needs this file");
    }

    /** A golden folder with its weights in two files. */
    private void split(String name) throws IOException {
        Path golden = GoldenEncoderTest.folder(name);
        for (String file : List.of("config.json", "tokenizer.json")) {
            Files.copy(golden.resolve(file), folder.resolve(file));
        }
        try (Weights weights = Weights.read(manager, golden.resolve("model.safetensors"))) {
            Shards.write(folder, weights, weights.parameterCount() * Float.BYTES * 2 / 3);
        }
        assertThat(folder.resolve("model-00002-of-00002.safetensors")).exists();
    }
}
