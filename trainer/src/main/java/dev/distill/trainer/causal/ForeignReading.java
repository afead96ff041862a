package dev.distill.trainer.causal;

import dev.distill.models.Tokenizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A row as a teacher with another tokenizer reads it, and which of its places belong to the
 * student's: those before which both have read the same bytes of the answer.
 *
 * @param sample in the teacher's tokens
 * @param places for each of the student's trained tokens the number of the teacher's that begins at
 *     the same byte, or {@link #NONE}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record ForeignReading(Sample sample, int[] places) {
    /** The teacher has no token that begins there. */
    static final int NONE = -1;

    /** Aligns two readings of a row. */
    static ForeignReading of(
            Sample student, Tokenizer ofStudent, Sample teacher, Tokenizer ofTeacher) {
        int[] theirs = starts(teacher, ofTeacher);
        Map<Integer, Integer> byStart = new HashMap<>();
        for (int i = 0; i < theirs.length; i++) {
            byStart.putIfAbsent(theirs[i], i);
        }
        byStart.remove(ByteSpans.NOWHERE);
        int[] places = starts(student, ofStudent);
        for (int i = 0; i < places.length; i++) {
            places[i] = byStart.getOrDefault(places[i], NONE);
        }
        return new ForeignReading(teacher, places);
    }

    private static int[] starts(Sample sample, Tokenizer tokenizer) {
        long[] answer =
                Arrays.copyOfRange(sample.tokens(), sample.learned(), sample.tokens().length);
        return ByteSpans.starts(ByteSpans.ends(tokenizer, answer));
    }
}
