package dev.distill.trainer;

import dev.distill.models.Tokens;

/**
 * A training row as the student reads it.
 *
 * @param teacher the teacher's probability of each label
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record EncodedRow(String id, Tokens tokens, int label, float[] teacher) {
    /** How many tokens the row has. */
    int length() {
        return tokens.length();
    }
}
