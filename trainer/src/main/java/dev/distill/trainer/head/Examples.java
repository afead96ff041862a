package dev.distill.trainer.head;

import dev.distill.config.TrainConfig.Kd;
import dev.distill.trainer.TrainingRow;
import java.util.List;

/**
 * Rows as the network reads them.
 *
 * @param embeddings one for each row, as the encoder gave them
 */
record Examples(
        List<TrainingRow> rows,
        Embeddings embeddings,
        Standardizer standardizer,
        int classes,
        Kd kd,
        double labelSmoothing) {
    /**
     * Some rows as arrays, row after row.
     *
     * @param x (rows, D) standardised embeddings
     * @param targets (rows, 2 C) as {@link Targets} makes them
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
    record Batch(List<TrainingRow> rows, float[] x, float[] targets) {
        int size() {
            return rows.size();
        }
    }

    /** The rows with these numbers, from 0. */
    Batch batch(List<Integer> numbers) {
        int size = embeddings.size();
        float[] x = new float[numbers.size() * size];
        for (int i = 0; i < numbers.size(); i++) {
            embeddings.copyTo(numbers.get(i), x, i * size);
        }
        standardizer.apply(x);
        List<TrainingRow> batch = numbers.stream().map(rows::get).toList();
        return new Batch(batch, x, Targets.of(batch, classes, kd, labelSmoothing));
    }
}
