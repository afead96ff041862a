package dev.distill.models.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * Rows of tokens as a decoder takes them, padded on the right. A row may hold several documents,
 * which do not see each other.
 *
 * @param ids token numbers, (rows, tokens) int64
 * @param positions of each token in its document, from 0, (rows, tokens) int64
 * @param segments 1, 2, ... for the documents of a row in their order, 0 for padding, (rows,
 *     tokens) int64
 */
public record TokenRows(NDArray ids, NDArray positions, NDArray segments) {
    private static final long PADDING = 0; // hidden by its segment: any token would do

    /** One document in each row; {@code manager} owns the arrays. */
    public static TokenRows of(NDManager manager, List<long[]> documents) {
        return packed(manager, documents.stream().map(List::of).toList());
    }

    /** Several documents in each row, each of at least one token; at least one row. */
    public static TokenRows packed(NDManager manager, List<List<long[]>> rows) {
        int width = rows.stream().mapToInt(TokenRows::length).max().orElseThrow();
        long[] ids = new long[rows.size() * width];
        long[] positions = new long[ids.length];
        long[] segments = new long[ids.length];
        for (int row = 0; row < rows.size(); row++) {
            int at = row * width;
            int segment = 0;
            for (long[] document : rows.get(row)) {
                segment++;
                for (int i = 0; i < document.length; i++) {
                    ids[at] = document[i];
                    positions[at] = i;
                    segments[at++] = segment;
                }
            }
            Arrays.fill(ids, at, (row + 1) * width, PADDING);
        }
        Shape shape = new Shape(rows.size(), width);
        return new TokenRows(
                manager.create(ids, shape),
                manager.create(positions, shape),
                manager.create(segments, shape));
    }

    private static int length(List<long[]> row) {
        return row.stream().mapToInt(document -> document.length).sum();
    }
}
