package dev.distill.models.linear;

import java.util.Arrays;

/**
 * A vector of which most numbers are 0.
 *
 * @param columns of the others, ascending
 * @param values in the same order
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record SparseVector(int[] columns, double[] values) {
    /**
     * The TF-IDF of one sort of n-grams: (1 + ln count) idf, scaled to length 1; the zero vector
     * when no n-gram is known.
     *
     * @param found the column of each n-gram of a text, in any order; it is sorted in place
     * @param length how many of them count
     * @param offset added to the columns
     */
    public static SparseVector tfIdf(int[] found, int length, float[] idf, int offset) {
        Arrays.sort(found, 0, length);
        int[] columns = new int[length];
        double[] values = new double[length];
        int size = 0;
        double squares = 0;
        for (int i = 0; i < length; ) {
            int column = found[i];
            int start = i;
            while (i < length && found[i] == column) {
                i++;
            }
            double value = (1 + Math.log(i - start)) * idf[column];
            columns[size] = column + offset;
            values[size++] = value;
            squares += value * value;
        }
        double scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
        for (int i = 0; i < size; i++) {
            values[i] *= scale;
        }
        return new SparseVector(Arrays.copyOf(columns, size), Arrays.copyOf(values, size));
    }

    /** This vector with another behind it. */
    public SparseVector join(SparseVector other) {
        int[] bothColumns = Arrays.copyOf(columns, columns.length + other.columns.length);
        double[] bothValues = Arrays.copyOf(values, bothColumns.length);
        System.arraycopy(other.columns, 0, bothColumns, columns.length, other.columns.length);
        System.arraycopy(other.values, 0, bothValues, columns.length, other.values.length);
        return new SparseVector(bothColumns, bothValues);
    }
}
