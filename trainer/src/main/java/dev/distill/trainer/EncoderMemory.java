package dev.distill.trainer;

import dev.distill.models.Architecture;
import dev.distill.models.EncoderConfig;
import dev.distill.models.Precision;
import dev.distill.models.Torch;

/**
 * How much memory the training of an encoder takes. What a layer leaves behind for the way back was
 * counted in {@code blocks.py} and compared with what processes took (docs/LOG.md).
 */
final class EncoderMemory {
    /** What to do where there is too little of it. */
    static final String HINT = "lower student.max_length, or take a smaller base";

    /**
     * Numbers of the hidden size that each token leaves in a layer: inputs, q, k, v, sums, norms.
     */
    private static final int HIDDEN_NUMBERS = 14;

    /** Numbers of the inner size: before and after the activation. */
    private static final int INNER_NUMBERS = 2;

    /** The same of ModernBERT, which turns queries and keys in float32 and has a gate. */
    private static final int MODERN_HIDDEN_NUMBERS = 24;

    private static final int MODERN_INNER_NUMBERS = 5;

    /**
     * Bytes for each pair of tokens under dropout: the weight, what it is multiplied by and the
     * product, in float32; measured, it is little less with bfloat16.
     */
    private static final int DROPPED_PAIR_BYTES = 12;

    private static final int ROUNDED_DROPPED_PAIR_BYTES = 10;

    /** A draw of dropout is a byte in Java and one in libtorch, of the last batch and of this. */
    private static final int DRAW_BYTES = 4;

    private static final int FLOAT = 4;

    /** The mean and the mean square of each gradient. */
    private static final int MOMENTS = 2;

    private final TrainingJob job;
    private final int threads;
    private final long longest; // tokens of a training row
    private final long activeTokens; // rows of the token table that are trained

    /** The memory of a training on this machine. */
    static EncoderMemory of(TrainingJob job, Rows rows) {
        int batch = job.train().perDeviceTrainBatchSize();
        return new EncoderMemory(job, rows, Crew.size(Torch.threads(), batch));
    }

    /**
     * @param threads that share out a batch, each with gradients of its own
     */
    EncoderMemory(TrainingJob job, Rows rows, int threads) {
        this.job = job;
        this.threads = threads;
        this.longest = rows.training().stream().mapToLong(EncodedRow::length).max().orElse(0);
        this.activeTokens = rows.tokens().length;
    }

    /** The plan of the training in batches of so many rows. */
    MemoryPlan plan(int batchRows) {
        EncoderConfig encoder = job.encoder();
        int product = job.precision() == Precision.BF16 ? 2 : FLOAT;
        long hidden = encoder.size().hidden();
        long all = encoder.parameterCount();
        long trained = all - (encoder.size().vocabulary() - activeTokens) * hidden;
        long copies = job.precision() == Precision.BF16 ? product * trained : 0;
        // The gradients of each thread, and their float32 sum.
        long gradients = (long) threads * product + FLOAT;
        return new MemoryPlan(
                FLOAT * (all + trained) + copies,
                trained * (gradients + MOMENTS * FLOAT),
                batch(encoder, batchRows, product),
                0);
    }

    private long batch(EncoderConfig encoder, long texts, int product) {
        long tokens = longest;
        EncoderConfig.Size size = encoder.size();
        boolean modern = encoder.architecture() == Architecture.MODERNBERT;
        long states =
                texts
                        * tokens
                        * ((long) (modern ? MODERN_HIDDEN_NUMBERS : HIDDEN_NUMBERS) * size.hidden()
                                + (long) (modern ? MODERN_INNER_NUMBERS : INNER_NUMBERS)
                                        * size.intermediate());
        long pairs = texts * size.heads() * tokens * tokens;
        boolean drops = encoder.dropout().attention() > 0;
        int dropped = product == FLOAT ? DROPPED_PAIR_BYTES : ROUNDED_DROPPED_PAIR_BYTES;
        long layer =
                product * states
                        + (drops ? dropped : product) * pairs
                        + DRAW_BYTES * (2 * texts * tokens * size.hidden() + (drops ? pairs : 0));
        return layer * (size.layers() + 2); // two more are on their way back
    }
}
