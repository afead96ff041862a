package dev.distill.trainer.causal;

import java.util.Collections;
import java.util.List;

/**
 * A row as the student reads it: tokens, of which those from {@code learned} on are trained on.
 * Prompt and answer of a row are one document.
 *
 * @param tokens of prompt and answer, the end token the last of them unless the row was cut
 * @param learned number of the first token of the answer, at least 1; tokens.length when the answer
 *     was cut away
 * @param cut whether the row was longer than it was allowed to be
 * @param hints what the teacher thought of each learned token, in order; empty where it was not
 *     asked
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
public record Sample(String id, long[] tokens, int learned, boolean cut, List<Hint> hints) {
    public Sample {
        hints = List.copyOf(hints);
    }

    /**
     * The teacher's likeliest tokens at one place, in the student's vocabulary.
     *
     * @param ids none twice; none at all where the teacher said nothing
     * @param logProbabilities natural logarithms, at temperature 1
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Hint(long[] ids, float[] logProbabilities) {
        /** The teacher said nothing. */
        static final Hint NONE = new Hint(new long[0], new float[0]);

        /** The teacher's mass on the tokens that it named, 0 to 1. */
        double mass() {
            double mass = 0;
            for (float logProbability : logProbabilities) {
                mass += Math.exp(logProbability);
            }
            return mass;
        }
    }

    /** The same sample with a hint of nothing for each learned token, where it has no hints. */
    Sample hinted() {
        return hints.isEmpty()
                ? new Sample(id, tokens, learned, cut, Collections.nCopies(targets(), Hint.NONE))
                : this;
    }

    /** How many tokens the model reads: the last one is only a target. */
    int length() {
        return tokens.length - 1;
    }

    /** How many tokens are trained on. */
    int targets() {
        return tokens.length - learned;
    }
}
