package dev.distill.trainer.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.models.Encoder.Mode;
import dev.distill.models.Precision;
import dev.distill.models.causal.CausalBase;
import dev.distill.models.causal.CausalConfig;
import dev.distill.models.causal.CausalLm;
import dev.distill.models.causal.HeldWeights;
import dev.distill.trainer.TokenTeacher;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A teacher in the process: another checkpoint, without dropout and without gradients. It reads the
 * very tokens that the student reads, or the same text in tokens of its own, where only places at
 * the same byte are compared. Only its last vectors and its output matrix leave it; its logits are
 * made beside the student's, a few positions at a time.
 *
 * <p>Not thread-safe; whoever made it closes it.
 */
final class LocalTeacher implements AutoCloseable {
    private final Learning learning;
    private final CausalLm lm;
    private final HeldWeights weights;
    private final Map<Sample, ForeignReading> readings;

    private LocalTeacher(
            Learning learning,
            CausalLm lm,
            HeldWeights weights,
            Map<Sample, ForeignReading> readings) {
        this.learning = learning;
        this.lm = lm;
        this.weights = weights;
        this.readings = readings;
    }

    /**
     * Loads a teacher.
     *
     * @param readings how it reads each sample, where its tokenizer is not the student's; empty
     *     where it is
     * @throws UserError when a file is missing or damaged
     */
    static LocalTeacher load(
            NDManager manager,
            CausalBase teacher,
            Precision precision,
            Map<Sample, ForeignReading> readings) {
        CausalConfig config = teacher.config();
        Vocabulary.fits(teacher.tokenizerFile(), config, Location.of(teacher.folder()));
        HeldWeights weights = HeldWeights.read(manager, teacher.folder(), config, precision);
        return new LocalTeacher(
                new Learning(manager), new CausalLm(manager, config, precision), weights, readings);
    }

    /** What it thinks of the trained positions of a batch; {@code step} owns the arrays. */
    TokenTeacher thinks(NDManager step, CausalBatch batch) {
        if (!readings.isEmpty()) {
            return inItsOwnTokens(step, batch);
        }
        float[] all = new float[Math.toIntExact(batch.positions())];
        Arrays.fill(all, 1);
        return whole(step, batch, batch.places(), all);
    }

    private TokenTeacher inItsOwnTokens(NDManager step, CausalBatch batch) {
        List<ForeignReading> own = batch.samples().stream().map(this::reading).toList();
        CausalBatch theirs =
                CausalBatch.of(step, Packing.apart(own.stream().map(r -> r.sample()).toList()));
        long[] all = theirs.places().toLongArray();
        long[] places = new long[Math.toIntExact(batch.positions())];
        float[] weight = new float[places.length];
        int n = 0;
        int begin = 0;
        for (ForeignReading reading : own) {
            for (int place : reading.places()) {
                weight[n] = place == ForeignReading.NONE ? 0 : 1;
                places[n++] = all[begin + Math.max(0, place)];
            }
            begin += reading.sample().targets();
        }
        return whole(step, theirs, step.create(places), weight);
    }

    private ForeignReading reading(Sample sample) {
        ForeignReading reading = readings.get(sample);
        if (reading == null) {
            throw new IllegalStateException("the teacher never read " + sample.id());
        }
        return reading;
    }

    private TokenTeacher whole(NDManager step, CausalBatch batch, NDArray places, float[] weight) {
        try (NDArray hidden = lm.hiddenStates(weights.asMap(), batch.rows(), Mode.INFERENCE)) {
            NDArray output = weights.asMap().get(lm.config().outputName());
            if (output == null) {
                throw new IllegalStateException("a decoder has an output matrix");
            }
            return new TokenTeacher.Whole(
                    learning.select(step, hidden, places),
                    output,
                    lm.config().finalLogitSoftcapping(),
                    step.create(weight));
        }
    }

    @Override
    public void close() {
        weights.close();
        lm.close();
        learning.close();
    }
}
