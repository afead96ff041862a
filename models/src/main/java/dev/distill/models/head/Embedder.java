package dev.distill.models.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.distill.models.Base;
import dev.distill.models.Encoder;
import dev.distill.models.Encoder.Mode;
import dev.distill.models.EncoderConfig;
import dev.distill.models.Precision;
import dev.distill.models.Program;
import dev.distill.models.TokenBatch;
import dev.distill.models.Tokens;
import dev.distill.models.Weights;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A frozen encoder that turns texts into vectors: the mean of the token vectors after the last
 * block, [CLS] and [SEP] included, padding excluded.
 *
 * <p>Texts of like length share a batch, and which do follows from the texts alone: the same list
 * gives the same bits on the same machine. A text in another list may differ in the last ones.
 *
 * <p>Not thread-safe; whoever made it closes it.
 */
public final class Embedder implements AutoCloseable {
    /** Padding counted; larger batches were no faster. */
    private static final int BATCH_TOKENS = 2048;

    private final NDManager manager;
    private final int size;
    private final Weights weights;
    private final Encoder encoder;
    private final Program program;

    /**
     * Loads the encoder's weights from the base's folder.
     *
     * @param config its shape; what it says about a head is of no account
     * @throws dev.distill.config.UserError naming every weight that the folder lacks or has in
     *     another shape
     */
    public Embedder(NDManager parent, Base base, EncoderConfig config, Precision precision) {
        manager = parent.newSubManager();
        size = config.size().hidden();
        try {
            EncoderConfig bare = config.withHead(config.head(), List.of(), config.maxLength());
            weights = base.newStudent(manager, bare, 0); // without labels: the encoder alone
            encoder = new Encoder(manager, bare, precision);
            program = program(manager);
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    /** The computations around the encoder: pooling, and the head over its result. */
    static Program program(NDManager manager) {
        return Program.load(manager, Encoder.class, "head/head.py", "Head");
    }

    /** How many numbers a vector has. */
    public int size() {
        return size;
    }

    /** How many numbers the encoder's weights hold. */
    public long parameterCount() {
        return weights.parameterCount();
    }

    /** The vectors of all texts, one after the other in the order of the texts. */
    public float[] embed(List<Tokens> texts) {
        float[] vectors = new float[Math.multiplyExact(texts.size(), size)];
        List<Integer> byLength =
                IntStream.range(0, texts.size())
                        .boxed()
                        .sorted(Comparator.comparingInt(i -> texts.get(i).length()))
                        .toList();
        for (int start = 0; start < byLength.size(); ) {
            int end = end(texts, byLength, start);
            List<Integer> batch = byLength.subList(start, end);
            float[] rows = vectors(batch.stream().map(texts::get).toList());
            for (int row = 0; row < batch.size(); row++) {
                System.arraycopy(rows, row * size, vectors, batch.get(row) * size, size);
            }
            start = end;
        }
        return vectors;
    }

    /** Where a batch ends that begins at {@code start}: padded to its longest, it is not too large. */
    private static int end(List<Tokens> texts, List<Integer> byLength, int start) {
        int end = start + 1;
        while (end < byLength.size()
                && (end + 1 - start) * texts.get(byLength.get(end)).length() <= BATCH_TOKENS) {
            end++;
        }
        return end;
    }

    private float[] vectors(List<Tokens> texts) {
        try (NDManager step = manager.newSubManager()) {
            TokenBatch batch = TokenBatch.of(step, texts);
            NDArray states =
                    encoder.lastHiddenState(weights, batch.ids(), batch.mask(), Mode.INFERENCE);
            return program.call("pool")
                    .tensor(states)
                    .tensor(batch.mask())
                    .run(step)
                    .singletonOrThrow()
                    .toFloatArray();
        }
    }

    @Override
    public void close() {
        program.close();
        encoder.close();
        weights.close();
        manager.close();
    }
}
