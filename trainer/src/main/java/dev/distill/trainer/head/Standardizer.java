package dev.distill.trainer.head;

/**
 * Gives each number of an embedding the mean 0 and the standard deviation 1 over the training rows;
 * a number that is the same in all of them becomes 0.
 *
 * @param mean what is subtracted
 * @param scale what the differences are multiplied with
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record Standardizer(float[] mean, float[] scale) {
    /** Deviations below this share of the mean are rounding. */
    private static final double LEAST_SHARE = 1e-6;

    /** The standardizer of these embeddings. */
    static Standardizer of(Embeddings embeddings) {
        int size = embeddings.size();
        double[] sum = new double[size];
        double[] squares = new double[size];
        float[] row = new float[size];
        for (int text = 0; text < embeddings.texts(); text++) {
            embeddings.copyTo(text, row, 0);
            for (int i = 0; i < size; i++) {
                sum[i] += row[i];
            }
        }
        for (int text = 0; text < embeddings.texts(); text++) {
            embeddings.copyTo(text, row, 0);
            for (int i = 0; i < size; i++) {
                double difference = row[i] - sum[i] / embeddings.texts();
                squares[i] += difference * difference;
            }
        }
        float[] mean = new float[size];
        float[] scale = new float[size];
        for (int i = 0; i < size; i++) {
            mean[i] = (float) (sum[i] / embeddings.texts());
            double deviation = Math.sqrt(squares[i] / embeddings.texts());
            scale[i] = deviation > LEAST_SHARE * Math.abs(mean[i]) ? (float) (1 / deviation) : 0;
        }
        return new Standardizer(mean, scale);
    }

    /** Standardises vectors in place, one after the other. */
    void apply(float[] vectors) {
        for (int i = 0; i < vectors.length; i++) {
            int number = i % mean.length;
            vectors[i] = (vectors[i] - mean[number]) * scale[number];
        }
    }
}
