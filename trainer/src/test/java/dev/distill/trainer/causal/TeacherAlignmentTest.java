package dev.distill.trainer.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.models.Tokenizer;
import dev.distill.trainer.causal.Sample.Hint;
import dev.distill.trainer.causal.TeacherToken.Alternative;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The student's tokenizer writes "shipping" as 515 "sh" and 348 "ipping". */
class TeacherAlignmentTest {
    private final Tokenizer tokenizer =
            Tokenizer.load(CausalTrainings.LLAMA.resolve("tokenizer.json"));
    private final long[] shipping = tokenizer.plain("shipping");

    @AfterEach
    void close() {
        tokenizer.close();
    }

    @Test
    void aTokenOfTheSameBytesHasTheTeachersAlternatives() {
        assertThat(shipping).hasSize(2);
        String first = tokenizer.text(new long[] {shipping[0]});
        String rest = "shipping".substring(first.length());

        List<Hint> hints = hints(token(first, first, 0.7, "re", 0.2), token(rest, rest, 0.9));

        assertThat(hints).hasSize(2);
        assertThat(hints.get(0).ids()).containsExactly(shipping[0], tokenizer.plain("re")[0]);
        assertThat(hints.get(0).mass()).isCloseTo(0.9, within(1e-6));
        assertThat(hints.get(1).ids()).containsExactly(shipping[1]);
    }

    @Test
    void aTokenWithinALongerOneOfTheTeacherHasAHintWhereThatBegins() {
        List<Hint> hints = hints(token("shipping", "shipping", 0.6, "shop", 0.1, "refund", 0.2));

        assertThat(hints.get(0).ids())
                .startsWith(shipping[0])
                .contains(tokenizer.plain("refund")[0]);
        assertThat(hints.get(0).mass()).isCloseTo(0.9, within(1e-6));
        assertThat(hints.get(1).ids()).isEmpty();
    }

    @Test
    void tokensThatBeginElsewhereOrGoOnForLongerHaveNoHint() {
        List<Hint> hints = hints(token("s", "s", 0.9), token("hipping", "hipping", 0.9));

        assertThat(hints).allMatch(hint -> hint.ids().length == 0);
    }

    @Test
    void anEmptyTokenOfTheTeacherIsPassedOver() {
        List<Hint> hints = hints(token("", "", 0.9), token("shipping", "shipping", 0.6));

        assertThat(hints.get(0).mass()).isCloseTo(0.6, within(1e-6));
    }

    @Test
    void alternativesThatBeginWithTheSameTokenAddUp() {
        String first = tokenizer.text(new long[] {shipping[0]});
        List<Hint> hints = hints(token(first, first, 0.5, "shipping", 0.3));

        assertThat(hints.getFirst().ids()).containsExactly(shipping[0]);
        assertThat(hints.getFirst().mass()).isCloseTo(0.8, within(1e-6));
    }

    @Test
    void aPartOfACharacterIsLeftToTheTail() {
        String first = tokenizer.text(new long[] {shipping[0]});
        List<Alternative> top = new ArrayList<>(token(first, first, 0.5).top());
        top.add(new Alternative(new byte[] {(byte) 0xc3}, Math.log(0.4)));

        List<Hint> hints = hints(new TeacherToken(first.getBytes(StandardCharsets.UTF_8), top));

        assertThat(hints.getFirst().mass()).isCloseTo(0.5, within(1e-6));
    }

    /** Three bytes, and as many tokens of a tokenizer that never saw the character. */
    @Test
    void tokensInsideOfACharacterHaveNoHint() {
        long[] accented = tokenizer.plain("語");
        assertThat(accented).hasSizeGreaterThan(1);

        List<Hint> hints =
                new TeacherAlignment(tokenizer).hints(List.of(token("語", "語", 0.9)), accented);

        assertThat(hints).hasSameSizeAs(accented);
        assertThat(hints).allMatch(hint -> hint.ids().length == 0);
    }

    private List<Hint> hints(TeacherToken... tokens) {
        return new TeacherAlignment(tokenizer).hints(List.of(tokens), shipping);
    }

    /** A token and its alternatives: text and probability in turns. */
    private static TeacherToken token(String text, Object... top) {
        List<Alternative> alternatives = new ArrayList<>();
        for (int i = 0; i < top.length; i += 2) {
            alternatives.add(
                    new Alternative(
                            ((String) top[i]).getBytes(StandardCharsets.UTF_8),
                            Math.log((double) top[i + 1])));
        }
        return new TeacherToken(text.getBytes(StandardCharsets.UTF_8), alternatives);
    }
}
