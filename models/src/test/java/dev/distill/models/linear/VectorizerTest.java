package dev.distill.models.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class VectorizerTest {
    private static final Vocabulary NO_TERMS = Vocabulary.of(List.of(), new float[0]);

    /** As if of 3 texts 1 had "card" and 3 had "my". */
    private final Vectorizer vectorizer =
            new Vectorizer(
                    new Ngrams(1, 1, 0),
                    Vocabulary.of(
                            List.of("card", "my"),
                            new float[] {Vocabulary.idf(3, 1), Vocabulary.idf(3, 3)}),
                    NO_TERMS);

    @Test
    void theWeightsAreThoseComputedByHand() {
        double card = (1 + Math.log(2)) * (Math.log(4 / 2.0) + 1); // twice in the text
        double my = Math.log(4 / 4.0) + 1;
        double length = Math.sqrt(card * card + my * my);

        SparseVector vector = vectorizer.features("My card, card!").vector();

        assertThat(vector.columns()).containsExactly(0, 1);
        assertThat(vector.values()[0]).isCloseTo(card / length, within(1e-7));
        assertThat(vector.values()[1]).isCloseTo(my / length, within(1e-7));
    }

    @Test
    void unknownWordsDoNotCountButAreCounted() {
        Vectorizer.Features features = vectorizer.features("their card");

        assertThat(features.words()).isEqualTo(2);
        assertThat(features.vector().columns()).containsExactly(0);
        assertThat(features.vector().values()).containsExactly(1);
    }

    @Test
    void aTextWithoutKnownWordsIsTheZeroVector() {
        assertThat(vectorizer.features("?").vector().columns()).isEmpty();
    }

    @Test
    void aTextOfManyWordsIsSeenWhole() {
        assertThat(vectorizer.features("x ".repeat(10_000) + "card").vector().columns())
                .containsExactly(0);
    }

    @Test
    void scoresAreSumsOverTheFeaturesOfAText() {
        LinearWeights weights =
                LinearWeights.of(new float[][] {{1, 0}, {0, 2}, {-1, 3}}, new float[] {0.5f, 0, 0});

        assertThat(weights.scores(new SparseVector(new int[] {0, 1}, new double[] {2, 10})))
                .containsExactly(2.5f, 20, 28);
        assertThat(weights.values()).hasSize(4);
    }

    @Test
    void aTermCannotBeThereTwice() {
        assertThatThrownBy(() -> Vocabulary.of(List.of("a", "b", "a"), new float[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'a' and 'a' are one term");
    }

    @Test
    void anIndexOfManyHashesFindsThemAll() {
        LongIndex index = new LongIndex(1);
        for (int i = 0; i < 10_000; i++) {
            assertThat(index.add(i * 0x100000001L)).isEqualTo(i);
        }
        for (int i = 0; i < 10_000; i++) {
            assertThat(index.get(i * 0x100000001L)).isEqualTo(i);
        }
        assertThat(index.get(-1)).isEqualTo(LongIndex.ABSENT);
        assertThat(index.size()).isEqualTo(10_000);
    }

    @Test
    void ngramsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new Ngrams(0, 1, 0))
                .hasMessage("there must be word n-grams or character n-grams, got neither");
        assertThatThrownBy(() -> new Ngrams(1, 4, 3))
                .hasMessage("the shortest character n-gram must be 1 to 3 long, got 4");
        assertThatThrownBy(() -> new Ngrams(17, 1, 1))
                .hasMessage("word n-grams must be 0 to 16 long, got 17");
    }
}
