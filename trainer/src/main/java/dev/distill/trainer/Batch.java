package dev.distill.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.models.TokenBatch;
import java.util.List;

/**
 * Rows as arrays.
 *
 * @param tokens of all rows, padded on the right to the longest of them
 * @param labels (rows) int64
 * @param teacher (rows, classes) float32
 */
record Batch(TokenBatch tokens, NDArray labels, NDArray teacher) {
    /** The arrays of some rows; {@code manager} owns them. */
    static Batch of(NDManager manager, List<EncodedRow> rows) {
        int classes = rows.getFirst().teacher().length;
        long[] labels = new long[rows.size()];
        float[] teacher = new float[rows.size() * classes];
        for (int i = 0; i < rows.size(); i++) {
            labels[i] = rows.get(i).label();
            System.arraycopy(rows.get(i).teacher(), 0, teacher, i * classes, classes);
        }
        return new Batch(
                TokenBatch.of(manager, rows.stream().map(EncodedRow::tokens).toList()),
                manager.create(labels),
                manager.create(teacher, new Shape(rows.size(), classes)));
    }
}
