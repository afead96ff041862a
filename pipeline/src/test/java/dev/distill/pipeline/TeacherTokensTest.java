package dev.distill.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.datasets.TokenLogprob;
import dev.distill.trainer.causal.TeacherToken;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TeacherTokensTest {
    @Test
    void theTokensOfTheWholeAnswerAreTakenAsTheyAre() {
        assertThat(spelling("refund", token("re", "re", "ca"), token("fund", "fund")))
                .containsExactly("re: re ca", "fund: fund");
    }

    @Test
    void whatStandsAroundTheTextIsLeftOut() {
        assertThat(
                        spelling(
                                "label",
                                token("{\"label", "{\"label"),
                                token("\":\"", "\":\""),
                                token("label", "label", "card"),
                                token("\"}", "\"}")))
                .containsExactly("label: label card");
    }

    @Test
    void aTokenThatBeginsBeforeTheTextLosesThatPartAndItsAlternativesThatHaveNoSuchPart() {
        assertThat(spelling("refund", token(" re", " re", " ca", "re", " "), token("fund", "fund")))
                .containsExactly("re: re ca", "fund: fund");
    }

    @Test
    void aTokenThatIsNotAmongItsOwnAlternativesIsAddedToThem() {
        assertThat(spelling("refund", token("refund", "card")))
                .containsExactly("refund: card refund");
    }

    @Test
    void partsOfCharactersStayWhatTheyAre() {
        byte[] bytes = "ż".getBytes(StandardCharsets.UTF_8);
        List<TokenLogprob> halves =
                List.of(
                        new TokenLogprob(ByteBuffer.wrap(bytes, 0, 1), -1, List.of()),
                        new TokenLogprob(ByteBuffer.wrap(bytes, 1, 1), -1, List.of()));

        assertThat(TeacherTokens.spelling("ż", halves))
                .extracting(TeacherToken::bytes)
                .containsExactly(new byte[] {bytes[0]}, new byte[] {bytes[1]});
    }

    @Test
    void anotherSpellingHasNoTokens() {
        assertThat(spelling("refund", token("Refund", "Refund"))).isEmpty();
        assertThat(spelling("refund")).isEmpty();
    }

    /** Each token with its alternatives. */
    private static List<String> spelling(String text, TokenLogprob... answer) {
        return TeacherTokens.spelling(text, List.of(answer)).stream()
                .map(
                        token ->
                                utf8(token.bytes())
                                        + ":"
                                        + token.top().stream()
                                                .map(other -> " " + utf8(other.bytes()))
                                                .reduce("", String::concat))
                .toList();
    }

    private static TokenLogprob token(String text, String... top) {
        return new TokenLogprob(
                bytes(text),
                -1,
                Arrays.stream(top)
                        .map(other -> new TokenLogprob.Alternative(bytes(other), -1))
                        .toList());
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
