package dev.distill.models.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.models.causal.CausalLm.Next;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * How probable given answers to a prompt are: the prompt is read once, and what it left in the
 * cache serves all answers.
 *
 * <p>Not thread-safe. The decoder and the weights are somebody else's.
 */
final class Likelihoods {
    private static final long LOGITS = 16_000_000; // of a batch, 64 MB

    private final NDManager manager;
    private final CausalLm lm;
    private final Map<String, NDArray> weights;

    Likelihoods(NDManager manager, CausalLm lm, Map<String, NDArray> weights) {
        this.manager = manager;
        this.lm = lm;
        this.weights = weights;
    }

    /**
     * The natural logarithm of the probability of each answer, by all of its tokens.
     *
     * @param answers tokens, the end token included; none empty
     */
    double[] of(long[] prompt, List<long[]> answers) {
        int longest = answers.stream().mapToInt(answer -> answer.length).max().orElseThrow();
        long logits = (long) longest * lm.config().size().vocabulary();
        int batch = (int) Math.max(1, LOGITS / logits);
        double[] sums = new double[answers.size()];
        try (NDManager step = manager.newSubManager();
                KeyValueCache cache = lm.newCache(step, 1, prompt.length + longest)) {
            NDArray last = step.create(new long[] {prompt.length - 1});
            TokenRows rows = TokenRows.of(step, List.of(prompt));
            Next next = lm.extend(weights, cache, rows, last);
            float[] first = next.logits().toFloatArray();
            float logSum = next.logSums().toFloatArray()[0];
            for (int i = 0; i < sums.length; i++) {
                sums[i] = (double) first[(int) answers.get(i)[0]] - logSum;
            }
            for (int start = 0; start < sums.length; start += batch) {
                int end = Math.min(start + batch, sums.length);
                addRest(cache, prompt.length, answers.subList(start, end), sums, start);
            }
        }
        return sums;
    }

    /** Adds the log-probabilities of the tokens after the first. */
    private void addRest(
            KeyValueCache cache, int prompt, List<long[]> answers, double[] sums, int start) {
        int width = answers.stream().mapToInt(answer -> answer.length - 1).max().orElseThrow();
        if (width == 0) {
            return;
        }
        Shape shape = new Shape(answers.size(), width);
        long[] ids = new long[answers.size() * width];
        long[] positions = new long[ids.length];
        long[] segments = new long[ids.length];
        List<Long> chosen = new ArrayList<>();
        List<Long> targets = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            long[] answer = answers.get(i);
            for (int t = 0; t < answer.length - 1; t++) {
                int at = i * width + t;
                ids[at] = answer[t];
                positions[at] = (long) prompt + t;
                segments[at] = 1;
                chosen.add((long) at);
                targets.add(answer[t + 1]);
            }
        }
        try (NDManager step = manager.newSubManager();
                KeyValueCache copies = lm.copy(step, cache, new long[answers.size()])) {
            TokenRows rows =
                    new TokenRows(
                            step.create(ids, shape),
                            step.create(positions, shape),
                            step.create(segments, shape));
            Next next = lm.extend(weights, copies, rows, step.create(array(chosen)));
            NDArray column = step.create(array(targets)).expandDims(1);
            float[] logits = next.logits().gather(column, 1).toFloatArray();
            float[] logSums = next.logSums().toFloatArray();
            for (int i = 0; i < logits.length; i++) {
                sums[start + (int) (chosen.get(i) / width)] += (double) logits[i] - logSums[i];
            }
        }
    }

    private static long[] array(List<Long> values) {
        long[] array = new long[values.size()];
        Arrays.setAll(array, values::get);
        return array;
    }
}
