package dev.distill.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Rows as arrays, padded on the right to the longest of them.
 *
 * @param ids (rows, length) int64
 * @param mask (rows, length) int64: 1 for a token, 0 for padding
 * @param labels (rows) int64
 * @param teacher (rows, classes) float32
 */
record Batch(NDArray ids, NDArray mask, NDArray labels, NDArray teacher) {
    /** The arrays of some rows; {@code manager} owns them. */
    static Batch of(NDManager manager, List<EncodedRow> rows, long padding) {
        int length = rows.stream().mapToInt(EncodedRow::length).max().orElseThrow();
        int classes = rows.getFirst().teacher().length;
        long[] ids = new long[rows.size() * length];
        Arrays.fill(ids, padding);
        long[] mask = new long[rows.size() * length];
        long[] labels = new long[rows.size()];
        float[] teacher = new float[rows.size() * classes];
        for (int i = 0; i < rows.size(); i++) {
            EncodedRow row = rows.get(i);
            System.arraycopy(row.tokens(), 0, ids, i * length, row.length());
            Arrays.fill(mask, i * length, i * length + row.length(), 1);
            labels[i] = row.label();
            System.arraycopy(row.teacher(), 0, teacher, i * classes, classes);
        }
        Shape tokens = new Shape(rows.size(), length);
        return new Batch(
                manager.create(LongBuffer.wrap(ids), tokens),
                manager.create(LongBuffer.wrap(mask), tokens),
                manager.create(LongBuffer.wrap(labels), new Shape(rows.size())),
                manager.create(FloatBuffer.wrap(teacher), new Shape(rows.size(), classes)));
    }
}
