package dev.distill.trainer.head;

import java.util.List;

/**
 * The vectors of some texts, in pieces of equal length but the last.
 *
 * @param size numbers of a vector
 * @param pieceTexts texts in a piece
 * @param pieces vector after vector; the arrays are not copied and must not change
 */
record Embeddings(int texts, int size, int pieceTexts, List<float[]> pieces) {
    /** Copies the vector of a text to a place in an array. */
    void copyTo(int text, float[] target, int offset) {
        System.arraycopy(
                pieces.get(text / pieceTexts), text % pieceTexts * size, target, offset, size);
    }
}
