package dev.distill.trainer.linear;

import dev.distill.models.linear.LongIndex;
import dev.distill.models.linear.Ngrams;
import dev.distill.models.linear.SparseVector;
import dev.distill.models.linear.Terms;
import dev.distill.models.linear.Vectorizer;
import dev.distill.models.linear.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The n-grams of the training texts: those that are frequent enough become columns, in the order of
 * their text, and each text becomes a vector. One pass over the texts.
 */
record VectorizerFit(Vectorizer vectorizer, List<SparseVector> rows) {

    /** All n-grams of one sort in all texts. */
    private static final class Survey implements Terms.Sink {
        private final LongIndex index = new LongIndex(1 << 16);
        private final List<String> terms = new ArrayList<>();
        private int[] texts = new int[1 << 16]; // (terms): how many texts have it
        private int[] lastText = new int[1 << 16]; // (terms): the last one, from 1
        private int text;
        private int[] found = new int[256]; // terms of this text, with repetitions
        private int size;
        private final List<int[]> byText = new ArrayList<>();

        @Override
        public void accept(long hash, int[] codePoints, int from, int to) {
            int term = index.add(hash);
            if (term == terms.size()) {
                terms.add(new String(codePoints, from, to - from));
                if (term == texts.length) {
                    texts = Arrays.copyOf(texts, 2 * term);
                    lastText = Arrays.copyOf(lastText, 2 * term);
                }
            }
            if (lastText[term] <= text) {
                lastText[term] = text + 1;
                texts[term]++;
            }
            if (size == found.length) {
                found = Arrays.copyOf(found, 2 * size);
            }
            found[size++] = term;
        }

        void endText() {
            byText.add(Arrays.copyOf(found, size));
            size = 0;
            text++;
        }

        /** The kept terms in the order of their columns. */
        private int[] kept(int minTexts, int maxFeatures) {
            Comparator<Integer> alphabetical = Comparator.comparing(terms::get);
            return IntStream.range(0, terms.size())
                    .filter(term -> texts[term] >= minTexts)
                    .boxed()
                    .sorted(
                            Comparator.comparingInt((Integer t) -> -texts[t])
                                    .thenComparing(alphabetical))
                    .limit(maxFeatures)
                    .sorted(alphabetical)
                    .mapToInt(Integer::intValue)
                    .toArray();
        }

        /** The vocabulary; afterwards {@link #byText} holds columns instead of terms. */
        Vocabulary vocabulary(int minTexts, int maxFeatures) {
            int[] kept = kept(minTexts, maxFeatures);
            int[] columns = new int[terms.size()];
            Arrays.fill(columns, LongIndex.ABSENT);
            float[] idf = new float[kept.length];
            for (int column = 0; column < kept.length; column++) {
                columns[kept[column]] = column;
                idf[column] = Vocabulary.idf(text, texts[kept[column]]);
            }
            byText.replaceAll(
                    found ->
                            Arrays.stream(found)
                                    .map(term -> columns[term])
                                    .filter(column -> column != LongIndex.ABSENT)
                                    .toArray());
            return Vocabulary.of(Arrays.stream(kept).mapToObj(terms::get).toList(), idf);
        }
    }

    /**
     * Looks at the texts.
     *
     * @param minWordTexts texts that a word n-gram must be in
     * @param minCharacterTexts texts that a character n-gram must be in
     * @param maxFeatures most n-grams of either sort; of those in equally many texts, the first by
     *     the alphabet stay
     */
    static VectorizerFit of(
            List<String> texts,
            Ngrams ngrams,
            int minWordTexts,
            int minCharacterTexts,
            int maxFeatures) {
        Survey inWords = new Survey();
        Survey inCharacters = new Survey();
        for (String text : texts) {
            Terms.words(text, ngrams.maxWords(), inWords);
            inWords.endText();
            if (ngrams.maxCharacters() > 0) {
                Terms.characters(
                        text, ngrams.minCharacters(), ngrams.maxCharacters(), inCharacters);
            }
            inCharacters.endText();
        }
        Vocabulary words = inWords.vocabulary(minWordTexts, maxFeatures);
        Vocabulary characters = inCharacters.vocabulary(minCharacterTexts, maxFeatures);
        List<SparseVector> rows =
                IntStream.range(0, texts.size())
                        .mapToObj(
                                i ->
                                        row(inWords.byText.get(i), words, 0)
                                                .join(
                                                        row(
                                                                inCharacters.byText.get(i),
                                                                characters,
                                                                words.size())))
                        .toList();
        return new VectorizerFit(new Vectorizer(ngrams, words, characters), rows);
    }

    private static SparseVector row(int[] found, Vocabulary vocabulary, int offset) {
        return SparseVector.tfIdf(found, found.length, vocabulary.idf(), offset);
    }
}
