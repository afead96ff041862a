package dev.distill.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * Texts of one batch, padded on the right to the longest of them.
 *
 * @param ids (texts, tokens) int64
 * @param mask (texts, tokens) int64, 1 for tokens and 0 for padding
 */
public record TokenBatch(NDArray ids, NDArray mask) {
    private static final int PADDING = 0; // hidden by the mask, so that any token would do

    /** Makes the arrays of a batch, which {@code manager} owns; at least one text. */
    public static TokenBatch of(NDManager manager, List<Tokens> texts) {
        int width = texts.stream().mapToInt(Tokens::length).max().orElseThrow();
        long[] ids = new long[texts.size() * width];
        long[] mask = new long[texts.size() * width];
        Arrays.fill(ids, PADDING);
        for (int row = 0; row < texts.size(); row++) {
            Tokens tokens = texts.get(row);
            tokens.copyTo(ids, row * width);
            Arrays.fill(mask, row * width, row * width + tokens.length(), 1);
        }
        Shape shape = new Shape(texts.size(), width);
        return new TokenBatch(manager.create(ids, shape), manager.create(mask, shape));
    }
}
