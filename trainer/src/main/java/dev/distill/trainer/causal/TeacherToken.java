package dev.distill.trainer.causal;

import java.util.List;

/**
 * A token of a teacher's answer, in the teacher's own vocabulary: nothing but its bytes says what
 * it is.
 *
 * @param bytes of the token; the bytes of an answer's tokens one after the other are the answer
 * @param top the likeliest tokens at its place, itself among them; at temperature 1
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
public record TeacherToken(byte[] bytes, List<Alternative> top) {
    public TeacherToken {
        top = List.copyOf(top);
    }

    /**
     * One of the likeliest tokens.
     *
     * @param logProbability natural logarithm
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Alternative(byte[] bytes, double logProbability) {}
}
