package dev.distill.models.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.models.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextStreamTest {
    @Test
    void piecesAddUpToTheTextAndNoneEndsInsideACharacter() {
        String text = "  Größe: 25 °C \u4e2d\u6587 \ud83d\ude00 done";
        try (Tokenizer tokenizer =
                Tokenizer.load(Path.of("src/test/resources/golden/llama/tokenizer.json"))) {
            TextStream stream = new TextStream(tokenizer::text, List.of());
            StringBuilder pieces = new StringBuilder();
            for (long id : tokenizer.plain(text)) {
                String piece = stream.add(id);
                assertThat(piece).doesNotContain("\uFFFD");
                pieces.append(piece);
            }

            assertThat(pieces + stream.end()).isEqualTo(text);
        }
    }

    @Test
    void whatMayBecomeAStopStringIsHeldBackUntilItIsClear() {
        TextStream stream = new TextStream(TextStreamTest::bytes, List.of("END", "\n\n"));

        assertThat(pieces(stream, "a E")).containsExactly("a", " ", "");
        assertThat(pieces(stream, "Nx")).containsExactly("", "ENx");
        assertThat(stream.stopped()).isFalse();
        assertThat(pieces(stream, "\nEND more")).startsWith("", "\n", "", "").endsWith("");
        assertThat(stream.stopped()).isTrue();
        assertThat(stream.end()).isEmpty();
    }

    @Test
    void whatWasHeldBackComesAtTheEnd() {
        TextStream stream = new TextStream(TextStreamTest::bytes, List.of("END"));

        assertThat(pieces(stream, "xEN")).containsExactly("x", "", "");
        assertThat(stream.end()).isEqualTo("EN");
        TextStream broken = new TextStream(TextStreamTest::bytes, List.of());
        assertThat(broken.add(0xC3)).isEmpty();
        assertThat(broken.end()).isEqualTo("\uFFFD");
    }

    @Test
    void anEmptyStopStringIsRefused() {
        assertThatThrownBy(() -> new TextStream(TextStreamTest::bytes, List.of("")))
                .hasMessage("a stop string must not be empty");
    }

    private static List<String> pieces(TextStream stream, String text) {
        List<String> pieces = new ArrayList<>();
        text.chars().forEach(c -> pieces.add(stream.add(c)));
        return pieces;
    }

    /** Each token is a byte of UTF-8. */
    private static String bytes(long[] ids) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Arrays.stream(ids).forEach(id -> out.write((int) id));
        return out.toString(StandardCharsets.UTF_8);
    }
}
