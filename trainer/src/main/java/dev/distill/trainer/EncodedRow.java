package dev.distill.trainer;

/**
 * A training row as the student reads it.
 *
 * @param tokens ids with the special tokens, at most {@code max_length}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record EncodedRow(String id, long[] tokens, int label, float[] teacher) {
    int length() {
        return tokens.length;
    }
}
