package dev.distill.models.linear;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TermsTest {
    private static List<String> words(String text, int most) {
        List<String> terms = new ArrayList<>();
        Terms.words(text, most, collect(terms));
        return terms;
    }

    private static List<String> characters(String text, int fewest, int most) {
        List<String> terms = new ArrayList<>();
        Terms.characters(text, fewest, most, collect(terms));
        return terms;
    }

    /** Also checks that an n-gram found in a text has the hash of its text. */
    private static Terms.Sink collect(List<String> terms) {
        return (hash, codePoints, from, to) -> {
            String term = new String(codePoints, from, to - from);
            assertThat(hash).as(term).isEqualTo(Terms.hash(term));
            terms.add(term);
        };
    }

    @Test
    void wordsAreRunsOfLettersNumbersAndUnderscores() {
        assertThat(words("Where's my_card?  No. 42!", 1))
                .containsExactly("where", "s", "my_card", "no", "42");
    }

    @Test
    void wordNgramsAreJoinedByOneSpace() {
        assertThat(words("a - b\tc", 2)).containsExactly("a", "a b", "b", "b c", "c");
    }

    @Test
    void characterNgramsLieWithinWhatWhiteSpaceSeparates() {
        assertThat(characters("ab c!", 2, 3))
                .containsExactlyInAnyOrder(
                        " a", "ab", "b ", " ab", "ab ", " c", "c!", "! ", " c!", "c! ");
    }

    @Test
    void aPieceShorterThanAnNgramCountsOnceAsAWhole() {
        assertThat(characters("a bcd", 4, 5))
                .containsExactlyInAnyOrder(" a ", " bcd", "bcd ", " bcd ");
    }

    @Test
    void caseAndTheWayAnAccentWasTypedMakeNoDifferenceButTheAccentDoes() {
        String composed = "CAF\u00c9";
        String decomposed = Normalizer.normalize("caf\u00e9", Normalizer.Form.NFD);

        assertThat(words(composed, 1)).isEqualTo(words(decomposed, 1)).containsExactly("caf\u00e9");
        assertThat(words("cafe", 1)).isNotEqualTo(words(composed, 1));
    }

    @Test
    void fullWidthLettersAndNonBreakingSpacesAreOrdinaryOnes() {
        assertThat(words("\uff21\uff22\u00a0c", 2)).containsExactly("ab", "ab c", "c");
        assertThat(characters("a\u00a0b\u0085c", 3, 3)).containsExactly(" a ", " b ", " c ");
    }

    @Test
    void marksBelongToTheirWords() {
        assertThat(words("\u0939\u093f\u0928\u094d\u0926\u0940", 1)).hasSize(1);
    }

    @Test
    void lowerCaseDoesNotFollowTheMachinesLanguage() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.of("tr"));
            assertThat(words("TITLE", 1)).containsExactly("title");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void anEmptyTextHasNoNgrams() {
        assertThat(words(" \n", 2)).isEmpty();
        assertThat(characters("", 1, 5)).isEmpty();
    }

    @Property
    void anyTextIsCutWithoutFailing(@ForAll String text) {
        assertThat(words(text, 3).size()).isGreaterThanOrEqualTo(words(text, 1).size());
        assertThat(characters(text, 2, 5)).allSatisfy(term -> assertThat(term).isNotBlank());
    }
}
