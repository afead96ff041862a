package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.trainer.TrainingEvent.Piece;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MaskedTextTest {
    private static final List<Piece> ROW =
            List.of(
                    new Piece("<|user|>where?\n<|bot|>", false),
                    new Piece("\"here\"\u001b[2J\u009b2J<|end|>", true));

    @Test
    void withoutColoursWhatIsLearnedStandsInBrackets() {
        assertThat(new MaskedText(false).text(ROW))
                .isEqualTo(
                        "\"<|user|>where?\\n<|bot|>\" [\"\\\"here\\\"\\u001B[2J\\u009B2J<|end|>\"]");
    }

    @Test
    void withColoursWhatIsLearnedIsGreenAndTheRestDimAndTheTextPaintsNothingItself() {
        assertThat(new MaskedText(true).text(ROW))
                .isEqualTo(
                        "\u001b[2m<|user|>where?\\n<|bot|>\u001b[0m\u001b[32m\\\"here\\\"\\u001B[2J\\u009B2J<|end|>\u001b[0m");
    }

    @Test
    void theMiddleOfALongPartIsLeftOut() {
        String text = "a".repeat(500) + "b".repeat(500);

        assertThat(new MaskedText(false).text(List.of(new Piece(text, false))))
                .isEqualTo("\"" + "a".repeat(200) + " ... " + "b".repeat(400) + "\"");
    }

    @Test
    void coloursAreForTerminalsWhoseUsersWantThem() {
        Map<String, String> xterm = Map.of("TERM", "xterm-256color");

        assertThat(Terminal.takesColours(true, xterm)).isTrue();
        assertThat(Terminal.takesColours(false, xterm)).isFalse();
        assertThat(Terminal.takesColours(true, Map.of("TERM", "dumb"))).isFalse();
        assertThat(Terminal.takesColours(true, Map.of())).isFalse();
        assertThat(Terminal.takesColours(true, Map.of("TERM", "xterm", "NO_COLOR", "1"))).isFalse();
        assertThat(Terminal.takesColours(true, Map.of("TERM", "xterm", "NO_COLOR", ""))).isTrue();
    }
}
