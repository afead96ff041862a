package dev.distill.trainer.causal;

import dev.distill.models.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Which bytes of a text its tokens cover: what tokens of different vocabularies have in common. */
final class ByteSpans {
    /** Inside of a character. */
    static final int NOWHERE = -1;

    /** Tokens after which texts begin later. */
    private static final int WINDOW = 16;

    private ByteSpans() {}

    /**
     * Where each token ends, in bytes from the text's beginning; {@link #NOWHERE} inside of a
     * character. Special tokens cover nothing: they end where they begin.
     */
    static int[] ends(Tokenizer tokenizer, long[] tokens) {
        int[] ends = new int[tokens.length];
        // Texts are looked at from a token before, since what a text begins with may be written
        // otherwise than what it goes on with; and not from the first, or time grew as the square.
        int from = 0; // where the texts begin
        int known = 0; // tokens whose end is known
        int end = 0; // of those, in the whole text
        int seen = 0; // of those, in a text that begins at from
        for (int i = 0; i < tokens.length; i++) {
            String text = tokenizer.text(Arrays.copyOfRange(tokens, from, i + 1));
            if (text.endsWith("\uFFFD")) {
                ends[i] = NOWHERE;
                continue;
            }
            ends[i] = end + length(text) - seen;
            if (i - from >= WINDOW) {
                from = known;
                known = i + 1;
                end = ends[i];
                seen = length(tokenizer.text(Arrays.copyOfRange(tokens, from, known)));
            }
        }
        return ends;
    }

    private static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Where each token begins: where the one before it ends. */
    static int[] starts(int[] ends) {
        int[] starts = new int[ends.length];
        if (ends.length > 1) {
            System.arraycopy(ends, 0, starts, 1, ends.length - 1);
        }
        return starts;
    }
}
