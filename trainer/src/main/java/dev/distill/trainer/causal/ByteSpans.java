package dev.distill.trainer.causal;

import dev.distill.models.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Which bytes of a text its tokens cover: what tokens of different vocabularies have in common. */
final class ByteSpans {
    /** Inside of a character. */
    static final int NOWHERE = -1;

    private ByteSpans() {}

    /**
     * Where each token ends, in bytes from the text's beginning; {@link #NOWHERE} inside of a
     * character. Special tokens cover nothing: they end where they begin.
     */
    static int[] ends(Tokenizer tokenizer, long[] tokens) {
        int[] ends = new int[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            String upTo = tokenizer.text(Arrays.copyOf(tokens, i + 1));
            ends[i] =
                    upTo.endsWith("\uFFFD")
                            ? NOWHERE
                            : upTo.getBytes(StandardCharsets.UTF_8).length;
        }
        return ends;
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
