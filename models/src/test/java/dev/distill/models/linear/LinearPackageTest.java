package dev.distill.models.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.UserError;
import dev.distill.models.Calibration;
import dev.distill.models.ModelCard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinearPackageTest {
    private static final ModelCard CARD =
            new ModelCard(
                    "intents",
                    "Says what is wanted.",
                    "none",
                    "mit",
                    Map.of(),
                    List.of(),
                    Map.of());
    private static final LinearModel MODEL =
            new LinearModel(
                    List.of("refund", "order", "other"),
                    new Vectorizer(
                            new Ngrams(2, 2, 3),
                            Vocabulary.of(List.of("my", "my card"), new float[] {1, 1.5f}),
                            Vocabulary.of(List.of(" m", "\u00e9 ", "rd "), new float[] {1, 2, 3})),
                    LinearWeights.of(
                            new float[][] {{1, 0, 0, 2, 0}, {0, 3, 0, 0, 0}, {0, 0, 0, 0, -1}},
                            new float[] {-1, -0.5f, 0.25f}));
    private static final Calibration CALIBRATION = new Calibration(0.5, 10, 1, 0.5, 0.2, 0.1);

    @TempDir private Path folder;

    @BeforeEach
    void write() {
        LinearPackage.write(folder, MODEL, CALIBRATION, CARD);
    }

    @Test
    void aPackageReadsBackAsTheModelThatWasWritten() {
        LinearModel read = LinearPackage.read(folder);

        assertThat(read)
                .usingRecursiveComparison()
                .ignoringFields("vectorizer.words.index", "vectorizer.characters.index")
                .isEqualTo(MODEL);
        assertThat(Calibration.read(folder)).isEqualTo(CALIBRATION);
    }

    @Test
    void theLoadedStudentSaysWhatTheOneInMemorySays() {
        List<String> texts = List.of("my card", "caf\u00e9", "", "MY CARD my");
        try (LinearClassifier loaded = LinearClassifier.load(folder);
                LinearClassifier inMemory = new LinearClassifier(MODEL, CALIBRATION)) {
            assertThat(loaded.classify(texts)).isEqualTo(inMemory.classify(texts));
            assertThat(loaded.labels()).containsExactly("refund", "order", "other");
            assertThat(loaded.parameterCount()).isEqualTo(4 + 3 + 5);
        }
    }

    @Test
    void aTextWithoutAnythingKnownGetsWhatTheBiasSays() {
        try (LinearClassifier student = LinearClassifier.load(folder)) {
            assertThat(student.classify(List.of("xyz")).getFirst().label()).isEqualTo("other");
        }
    }

    @Test
    void theCardTellsHowToComputeTheScoresElsewhere() throws IOException {
        assertThat(Files.readString(folder.resolve("README.md")))
                .contains("2 word n-grams and 3 character n-grams")
                .contains("TfidfVectorizer")
                .contains(".split(\"\\n\")");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "config.json | distill-linear | bert | model_type must be distill-linear, got 'bert'",
                "config.json | \"word_terms\" : 2 | \"word_terms\" : 2000000000 | distill.word_terms must be 0 to 100000000, got 2000000000",
                "config.json | max_char_ngram | maximum | distill.max_char_ngram is missing",
                "config.json | \"max_char_ngram\" : 3 | \"max_char_ngram\" : 99 | character n-grams must be 0 to 16 long, got 99",
                "config.json | \"2\" : | \"7\" : | id2label has 3 members, but none for 2",
                "config.json | { | [ | not JSON at line 2",
                "config.json | \"char_terms\" : 3 | \"char_terms\" : 4 | 5 terms, config.json says 6",
                "vocabulary.txt | my card | my | 'my' and 'my' are one term",
                "calibration.json | temperature\" : 0.5 | temperature\" : -1 | temperature must be > 0, got -1.0",
            })
    void aDamagedTextIsNamed(String file, String from, String to, String message)
            throws IOException {
        Path damaged = folder.resolve(file);
        String text = Files.readString(damaged);
        assertThat(text).contains(from);
        Files.writeString(damaged, text.replace(from, to));

        assertThatThrownBy(() -> LinearClassifier.load(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "F32 | F16 | word.idf must be F32 [2], got F16 [2]",
                "classifier.bias | classifier.bits | classifier.bias is missing",
                "\"shape\":[3] | \"shape\":[2] | char.idf must be F32 [3], got F32 [2]",
                "data_offsets\":[0,8] | data_offsets\":[0,4] | word.idf: bytes 0 to 4 of",
                "{ | [ | the header is not JSON",
            })
    void aDamagedHeaderIsNamed(String from, String to, String message) throws IOException {
        Path file = folder.resolve("model.safetensors");
        String all = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(all).contains(from);
        Files.writeString(
                file,
                all.substring(0, 8)
                        + all.substring(8).replaceFirst(java.util.regex.Pattern.quote(from), to),
                StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> LinearClassifier.load(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("model.safetensors")
                .hasMessageContaining(message);
    }

    @Test
    void aFileThatEndsEarlyIsNamed() throws IOException {
        Path file = folder.resolve("model.safetensors");
        byte[] all = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(all, all.length - 4));
        assertThatThrownBy(() -> LinearClassifier.load(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("do not hold 3 numbers");

        Files.write(file, Arrays.copyOf(all, 100));
        assertThatThrownBy(() -> LinearClassifier.load(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("a header of");

        Files.write(file, new byte[3]);
        assertThatThrownBy(() -> LinearClassifier.load(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("3 bytes are no linear student");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-4 | 2143289344 | classifier.bias[2] is NaN",
                "-44 | 9 | classifier.classes must be 0 to 2 throughout",
                "-48 | 9 | classifier.starts must rise from 0 to 4",
            })
    void numbersThatCannotBeAreNamed(int fromEnd, int bits, String message) throws IOException {
        Path file = folder.resolve("model.safetensors");
        byte[] all = Files.readAllBytes(file);
        ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).putInt(all.length + fromEnd, bits);
        Files.write(file, all);

        assertThatThrownBy(() -> LinearClassifier.load(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({"config.json", "vocabulary.txt", "model.safetensors"})
    void aMissingFileIsNamed(String file) throws IOException {
        Files.delete(folder.resolve(file));

        assertThatThrownBy(() -> LinearClassifier.load(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(file)
                .hasMessageContaining("there is no such file");
    }
}
