package dev.distill.models;

import java.util.Arrays;
import java.util.function.LongUnaryOperator;

/** The token numbers of one text, from [CLS] to [SEP]. */
public final class Tokens {
    private final long[] ids;
    private final boolean cut;

    Tokens(long[] ids, boolean cut) {
        this.ids = ids;
        this.cut = cut;
    }

    /** A copy of the numbers. */
    public long[] ids() {
        return ids.clone();
    }

    /** How many there are. */
    public int length() {
        return ids.length;
    }

    /** Whether the text was longer than it was allowed to be. */
    public boolean cut() {
        return cut;
    }

    /** The same text with other numbers for its tokens. */
    public Tokens mapped(LongUnaryOperator numbers) {
        return new Tokens(Arrays.stream(ids).map(numbers).toArray(), cut);
    }

    /** Writes the numbers into a row of a batch. */
    void copyTo(long[] target, int offset) {
        System.arraycopy(ids, 0, target, offset, ids.length);
    }
}
