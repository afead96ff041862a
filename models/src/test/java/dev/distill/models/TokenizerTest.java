package dev.distill.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {
    private static final Path GOLDEN = GoldenEncoderTest.folder("bert").resolve("tokenizer.json");

    @TempDir Path folder;

    @Test
    void aLongTextKeepsItsBeginningAndTheLastToken() {
        try (Tokenizer tokenizer = Tokenizer.load(GOLDEN)) {
            String text = "where is my order ".repeat(10);
            long[] whole = tokenizer.encode(List.of(text), 1000).getFirst().ids();
            Tokens cut = tokenizer.encode(List.of(text), 6).getFirst();

            assertThat(cut.cut()).isTrue();
            assertThat(cut.ids())
                    .containsExactly(
                            whole[0],
                            whole[1],
                            whole[2],
                            whole[3],
                            whole[4],
                            whole[whole.length - 1]);
        }
    }

    @Test
    void aTextThatJustFitsIsNotCut() {
        try (Tokenizer tokenizer = Tokenizer.load(GOLDEN)) {
            int length = tokenizer.encode(List.of("hi"), 1000).getFirst().length();

            assertThat(tokenizer.encode(List.of("hi"), length).getFirst().cut()).isFalse();
            assertThat(tokenizer.encode(List.of("hi"), length - 1).getFirst().cut()).isTrue();
        }
    }

    @Test
    void paddingAndTruncationOfTheFileAreOff() throws IOException {
        ObjectNode json = (ObjectNode) Json.parse(Files.readString(GOLDEN));
        json.set(
                "truncation",
                Json.parse(
                        "{\"direction\":\"Right\",\"max_length\":4,"
                                + "\"strategy\":\"LongestFirst\",\"stride\":0}"));
        json.set(
                "padding",
                Json.parse(
                        "{\"strategy\":{\"Fixed\":32},\"direction\":\"Right\","
                                + "\"pad_to_multiple_of\":null,\"pad_id\":0,\"pad_type_id\":0,"
                                + "\"pad_token\":\"[PAD]\"}"));
        Path file = folder.resolve("tokenizer.json");
        Files.writeString(file, Json.line(json));
        List<String> texts = List.of("hi", "where is my order, please?");

        try (Tokenizer plain = Tokenizer.load(GOLDEN);
                Tokenizer padding = Tokenizer.load(file)) {
            assertThat(numbers(padding, texts)).isEqualTo(numbers(plain, texts));
        }
    }

    @Test
    void noTextsGiveNoTokensAndAnEmptyTextHasItsTwoOwn() {
        try (Tokenizer tokenizer = Tokenizer.load(GOLDEN)) {
            assertThat(tokenizer.encode(List.of(), 8)).isEmpty();
            assertThat(tokenizer.encode(List.of(""), 8).getFirst().length()).isEqualTo(2);
        }
    }

    @Test
    void aFileThatIsNoTokenizerIsAUserError() throws IOException {
        Path file = folder.resolve("tokenizer.json");
        Files.writeString(file, "{}");

        assertThatThrownBy(() -> Tokenizer.load(file))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(file + ": not a tokenizer that can be read");
        assertThatThrownBy(() -> Tokenizer.load(folder.resolve("none")))
                .isInstanceOf(UserError.class)
                .hasMessageEndingWith("none: there is no such file");
    }

    private static List<String> numbers(Tokenizer tokenizer, List<String> texts) {
        return tokenizer.encode(texts, 64).stream().map(t -> Arrays.toString(t.ids())).toList();
    }
}
