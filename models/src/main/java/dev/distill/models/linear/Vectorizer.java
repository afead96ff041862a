package dev.distill.models.linear;

import java.util.Arrays;

/**
 * Makes a sparse vector of a text: the TF-IDF of its words, scaled to length 1, and behind it that
 * of its characters, scaled likewise. N-grams that no training text had do not count.
 *
 * <p>Immutable; any number of threads may use it.
 */
public record Vectorizer(Ngrams ngrams, Vocabulary words, Vocabulary characters) {
    /**
     * A text as the student sees it.
     *
     * @param vector columns of words first
     * @param words of the text, known or not
     */
    public record Features(SparseVector vector, int words) {}

    /** The columns of the n-grams of a text that are known, with repetitions. */
    private static final class Found implements Terms.Sink {
        private final Vocabulary vocabulary;
        private int[] columns = new int[256];
        private int size;

        Found(Vocabulary vocabulary) {
            this.vocabulary = vocabulary;
        }

        @Override
        public void accept(long hash, int[] codePoints, int from, int to) {
            int column = vocabulary.index().get(hash);
            if (column == LongIndex.ABSENT) {
                return;
            }
            if (size == columns.length) {
                columns = Arrays.copyOf(columns, 2 * size);
            }
            columns[size++] = column;
        }

        SparseVector tfIdf(int offset) {
            return SparseVector.tfIdf(columns, size, vocabulary.idf(), offset);
        }
    }

    /** The features of a text. */
    public Features features(String text) {
        Found inWords = new Found(words);
        int count = Terms.words(text, ngrams.maxWords(), inWords);
        Found inCharacters = new Found(characters);
        if (ngrams.maxCharacters() > 0) {
            Terms.characters(text, ngrams.minCharacters(), ngrams.maxCharacters(), inCharacters);
        }
        SparseVector vector = inWords.tfIdf(0).join(inCharacters.tfIdf(words.size()));
        return new Features(vector, count);
    }

    /** How many columns a vector has. */
    public int columns() {
        return words.size() + characters.size();
    }
}
