package dev.distill.models.linear;

import java.util.List;

/**
 * The n-grams of one sort that a student knows: the column and the weight of each.
 *
 * @param terms n-grams in the order of their columns
 * @param idf how rare each is: ln((1 + texts) / (1 + texts with it)) + 1
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Vocabulary(List<String> terms, float[] idf, LongIndex index) {
    public Vocabulary {
        terms = List.copyOf(terms);
    }

    /**
     * A vocabulary.
     *
     * @throws IllegalArgumentException when a term is there twice, or two share a hash
     */
    public static Vocabulary of(List<String> terms, float[] idf) {
        if (terms.size() != idf.length) {
            throw new IllegalArgumentException(
                    "%d terms with %d weights".formatted(terms.size(), idf.length));
        }
        LongIndex index = new LongIndex(terms.size());
        for (int i = 0; i < idf.length; i++) {
            int column = index.add(Terms.hash(terms.get(i)));
            if (column != i) {
                throw new IllegalArgumentException(
                        "'%s' and '%s' are one term".formatted(terms.get(column), terms.get(i)));
            }
        }
        return new Vocabulary(terms, idf, index);
    }

    /** How many terms there are. */
    public int size() {
        return idf.length;
    }

    /**
     * How rare a term is, smoothed as if one more text had every term (scikit-learn's {@code
     * smooth_idf}).
     *
     * @param texts of the training
     * @param textsWithTerm of them
     */
    public static float idf(int texts, int textsWithTerm) {
        return (float) (Math.log((1.0 + texts) / (1.0 + textsWithTerm)) + 1);
    }
}
