package dev.distill.models.linear;

/**
 * Which n-grams of a text count.
 *
 * @param maxWords most words of a word n-gram, from one word on; 0 for none
 * @param minCharacters fewest characters of a character n-gram
 * @param maxCharacters most characters of a character n-gram; 0 for none
 */
public record Ngrams(int maxWords, int minCharacters, int maxCharacters) {
    /** No n-gram is longer, so that a text's n-grams stay a small multiple of its length. */
    public static final int MOST = 16;

    public Ngrams {
        if (maxWords < 0 || maxWords > MOST) {
            throw new IllegalArgumentException(
                    "word n-grams must be 0 to %d long, got %d".formatted(MOST, maxWords));
        }
        if (maxCharacters < 0 || maxCharacters > MOST) {
            throw new IllegalArgumentException(
                    "character n-grams must be 0 to %d long, got %d"
                            .formatted(MOST, maxCharacters));
        }
        if (maxCharacters > 0 && (minCharacters < 1 || minCharacters > maxCharacters)) {
            throw new IllegalArgumentException(
                    "the shortest character n-gram must be 1 to %d long, got %d"
                            .formatted(maxCharacters, minCharacters));
        }
        if (maxWords == 0 && maxCharacters == 0) {
            throw new IllegalArgumentException(
                    "there must be word n-grams or character n-grams, got neither");
        }
    }
}
