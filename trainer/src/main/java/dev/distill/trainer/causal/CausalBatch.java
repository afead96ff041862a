package dev.distill.trainer.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.models.causal.TokenRows;
import dev.distill.trainer.TokenTeacher;
import dev.distill.trainer.causal.Sample.Hint;
import java.util.Arrays;
import java.util.List;

/**
 * Rows as arrays. N positions are trained on.
 *
 * @param rows what the model reads
 * @param places (N) int64: the positions whose next token is trained on, as numbers among all
 *     positions row after row
 * @param targets (N) int64: those next tokens
 * @param samples those of all rows, in the order of their positions
 * @param hints what the teacher thought of them, silent where it was not asked
 */
record CausalBatch(
        TokenRows rows, NDArray places, NDArray targets, List<Sample> samples, TokenTeacher hints) {
    /** The arrays of some rows of samples; {@code manager} owns them. */
    static CausalBatch of(NDManager manager, List<List<Sample>> rows) {
        int width = Packing.width(rows);
        List<Sample> all = rows.stream().flatMap(List::stream).toList();
        long[] places = new long[all.stream().mapToInt(Sample::targets).sum()];
        long[] targets = new long[places.length];
        int n = 0;
        for (int row = 0; row < rows.size(); row++) {
            int start = row * width;
            for (Sample sample : rows.get(row)) {
                for (int i = sample.learned(); i < sample.tokens().length; i++) {
                    places[n] = (long) start + i - 1;
                    targets[n++] = sample.tokens()[i];
                }
                start += sample.length();
            }
        }
        List<List<long[]>> inputs =
                rows.stream().map(row -> row.stream().map(CausalBatch::inputs).toList()).toList();
        return new CausalBatch(
                TokenRows.packed(manager, inputs),
                manager.create(places),
                manager.create(targets),
                all,
                hints(manager, all, places.length));
    }

    private static long[] inputs(Sample sample) {
        return Arrays.copyOf(sample.tokens(), sample.length());
    }

    private static TokenTeacher hints(NDManager manager, List<Sample> samples, int positions) {
        if (samples.stream().allMatch(sample -> sample.hints().isEmpty())) {
            return new TokenTeacher.Silent();
        }
        int most =
                samples.stream()
                        .flatMap(sample -> sample.hints().stream())
                        .mapToInt(hint -> hint.ids().length)
                        .reduce(1, Math::max);
        long[] ids = new long[positions * most];
        float[] logs = new float[positions * most];
        float[] weight = new float[positions];
        Arrays.fill(logs, Float.NEGATIVE_INFINITY);
        int n = 0;
        for (Sample sample : samples) {
            for (int i = 0; i < sample.targets(); i++, n++) {
                Hint hint = sample.hints().isEmpty() ? Hint.NONE : sample.hints().get(i);
                System.arraycopy(hint.ids(), 0, ids, n * most, hint.ids().length);
                System.arraycopy(hint.logProbabilities(), 0, logs, n * most, hint.ids().length);
                weight[n] = hint.ids().length > 0 ? 1 : 0;
            }
        }
        Shape shape = new Shape(positions, most);
        return new TokenTeacher.TopK(
                manager.create(ids, shape), manager.create(logs, shape), manager.create(weight));
    }

    /** How many positions are trained on. */
    long positions() {
        return targets.size();
    }
}
