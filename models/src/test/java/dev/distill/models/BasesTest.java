package dev.distill.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.distill.config.UserError;
import dev.distill.models.Encoder.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BasesTest {
    @TempDir static Path shared;
    @TempDir Path folder;
    private static Base miniLm;

    @BeforeAll
    static void unpack() {
        miniLm = new Bases(shared).resolve(Bases.MINILM);
    }

    @Test
    void paraphrasesAreNearerThanUnrelatedSentences() {
        List<String> texts =
                List.of(
                        "How do I get my money back?",
                        "I would like a refund, please.",
                        "The glacier melts faster every summer.");
        EncoderConfig config = miniLm.config();
        try (NDManager manager = Torch.newManager();
                Weights weights = miniLm.newStudent(manager, config, 7);
                Encoder encoder = new Encoder(manager, config, Precision.FP32);
                Tokenizer tokenizer = Tokenizer.load(miniLm.tokenizerFile())) {
            TokenBatch batch = TokenBatch.of(manager, tokenizer.encode(texts, 128));
            NDArray states =
                    encoder.lastHiddenState(weights, batch.ids(), batch.mask(), Mode.INFERENCE);
            NDArray seen = batch.mask().toType(states.getDataType(), false).expandDims(-1);
            NDArray means = states.mul(seen).sum(new int[] {1}).div(seen.sum(new int[] {1}));
            NDArray unit = means.normalize(2, 1);
            NDArray cosines = unit.matMul(unit.transpose());

            assertThat(cosines.getFloat(0, 1)).isGreaterThan(0.5f);
            assertThat(cosines.getFloat(0, 2)).isLessThan(0.2f);
            assertThat(cosines.getFloat(1, 2)).isLessThan(0.2f);
        }
    }

    @Test
    void theEmbeddedTokenizerNeitherPadsNorCuts() {
        try (Tokenizer tokenizer = Tokenizer.load(miniLm.tokenizerFile())) {
            Tokens few = tokenizer.encode(List.of("hello world"), 512).getFirst();
            Tokens many = tokenizer.encode(List.of("hello ".repeat(600)), 1000).getFirst();

            assertThat(few.ids()).containsExactly(101, 7592, 2088, 102);
            assertThat(many.length()).isEqualTo(602);
        }
    }

    @Test
    void theEmbeddedBaseHasEveryWeightAndALicence() {
        try (NDManager manager = Torch.newManager();
                Weights weights = miniLm.newStudent(manager, miniLm.config(), 7)) {
            assertThat(weights.parameterCount()).isEqualTo(22_565_376L);
        }
        assertThat(miniLm.licence()).isEqualTo("apache-2.0");
    }

    @Test
    void aNewHeadDependsOnTheSeedAlone() {
        EncoderConfig config = miniLm.config().withHead(Head.MEAN, List.of("a", "b"), 64);
        try (NDManager manager = Torch.newManager();
                Weights first = miniLm.newStudent(manager, config, 1);
                Weights again = miniLm.newStudent(manager, config, 1);
                Weights other = miniLm.newStudent(manager, config, 2)) {
            float[] head = first.get("classifier.weight").toFloatArray();

            assertThat(again.get("classifier.weight").toFloatArray()).containsExactly(head);
            assertThat(other.get("classifier.weight").toFloatArray()).isNotEqualTo(head);
            assertThat(first.get("classifier.bias").toFloatArray()).containsOnly(0f);
        }
    }

    /** transformers, too, takes over the layers that a language model has below its decoder. */
    @Test
    void aModernBertsPredictionHeadIsTakenFromTheBaseWhereItHasOne() throws IOException {
        Path golden = GoldenEncoderTest.folder("modernbert");
        Files.copy(golden.resolve("config.json"), folder.resolve("config.json"));
        Base bare = new Base("bare", folder);
        EncoderConfig config = bare.config().withHead(Head.PREDICTION_MEAN, List.of("a", "b"), 64);
        try (NDManager manager = Torch.newManager();
                Weights all = Weights.read(manager, golden.resolve("model.safetensors"));
                Weights with = new Base("golden", golden).newStudent(manager, config, 7)) {
            assertThat(with.get("head.dense.weight")).isEqualTo(all.get("head.dense.weight"));
            assertThat(with.get("classifier.weight").getShape().get(0)).isEqualTo(2);

            all.remove("head.dense.weight");
            all.remove("head.norm.weight");
            all.write(folder.resolve("model.safetensors"));
            try (Weights without = bare.newStudent(manager, config, 7)) {
                assertThat(without.get("head.norm.weight").toFloatArray()).containsOnly(1f);
                assertThat(without.get("head.dense.weight").getFloat(3, 3)).isNotZero();
            }
        }
    }

    @Test
    void theSecondTimeNothingIsUnpacked() throws IOException {
        Path weights = miniLm.folder().resolve("model.safetensors");
        var before = Files.getLastModifiedTime(weights);

        assertThat(new Bases(shared).resolve(Bases.MINILM)).isEqualTo(miniLm);

        assertThat(Files.getLastModifiedTime(weights)).isEqualTo(before);
    }

    @Test
    void aFolderInTheHuggingFaceLayoutIsABase() {
        Path bert = GoldenEncoderTest.folder("bert");

        Base base = new Bases(shared).resolve(bert.toString());

        assertThat(base.folder()).isEqualTo(bert);
        assertThat(base.config().size().hidden()).isEqualTo(32);
        assertThat(base.licence()).isEqualTo("unknown");
    }

    @Test
    void aReadmeThatIsNotTextIsAUserError() throws IOException {
        Path readme = folder.resolve("README.md");
        Files.write(readme, new byte[] {(byte) 0xff, '\n'});

        assertThatThrownBy(() -> new Base("own", folder).licence())
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(readme + ": cannot read: it is not UTF-8");
    }

    @Test
    void anUnknownBaseIsAUserError() {
        assertThatThrownBy(() -> new Bases(shared).resolve(folder.resolve("none").toString()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("none: there is no such base")
                .hasMessageContaining("hint: use minilm-l6 or a folder in the Hugging Face layout");
    }

    @Test
    void everyMissingFileIsNamed() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");

        assertThatThrownBy(() -> new Bases(shared).resolve(folder.toString()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("model.safetensors: a base needs this file")
                .hasMessageContaining("tokenizer.json: a base needs this file")
                .hasMessageNotContaining("config.json");
    }
}
