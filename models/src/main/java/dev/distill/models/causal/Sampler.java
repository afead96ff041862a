package dev.distill.models.causal;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Chooses tokens for one answer, in the order of transformers' processors: repetition penalty,
 * temperature, top-k, top-p, draw.
 *
 * <p>Equal logits and seeds give equal tokens. Not thread-safe.
 */
final class Sampler {
    private final Sampling sampling;
    private final SplittableRandom random;

    Sampler(Sampling sampling) {
        this.sampling = sampling;
        this.random = new SplittableRandom(sampling.seed());
    }

    /**
     * The next token.
     *
     * @param logits of all tokens; not changed
     * @param seen tokens of the prompt and of the answer so far
     */
    int choose(float[] logits, Iterable<Long> seen) {
        float[] scores = penalised(logits, seen);
        return sampling.temperature() == 0 ? best(scores) : draw(scores);
    }

    private float[] penalised(float[] logits, Iterable<Long> seen) {
        if (sampling.repetitionPenalty() == 1) {
            return logits;
        }
        float penalty = (float) sampling.repetitionPenalty();
        float[] scores = logits.clone();
        for (long token : seen) {
            float logit = logits[(int) token];
            scores[(int) token] = logit < 0 ? logit * penalty : logit / penalty;
        }
        return scores;
    }

    private static int best(float[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            best = scores[i] > scores[best] ? i : best;
        }
        return best;
    }

    private int draw(float[] scores) {
        float least =
                sampling.topK() > 0 ? least(scores, sampling.topK()) : Float.NEGATIVE_INFINITY;
        float top = scores[best(scores)];
        double[] weights = new double[scores.length];
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] >= least) {
                weights[i] = Math.exp((scores[i] - top) / sampling.temperature());
                sum += weights[i];
            }
        }
        if (sampling.topP() < 1) {
            sum = keepNucleus(weights, sum);
        }
        double target = random.nextDouble() * sum;
        int last = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                last = i;
                target -= weights[i];
                if (target < 0) {
                    return i;
                }
            }
        }
        return last; // rounding left a crumb
    }

    /** The {@code k}-th largest score. */
    private static float least(float[] scores, int k) {
        PriorityQueue<Float> largest = new PriorityQueue<>();
        for (float score : scores) {
            if (largest.size() < k) {
                largest.add(score);
            } else if (score > largest.element()) {
                largest.remove();
                largest.add(score);
            }
        }
        return largest.element();
    }

    /** Sets all weights to 0 but the largest that have the share {@code topP}; their new sum. */
    private double keepNucleus(double[] weights, double sum) {
        // Together, weights below this bound are less than what may be left out.
        double bound = (1 - sampling.topP()) * sum / weights.length;
        List<Integer> sorted =
                IntStream.range(0, weights.length)
                        .filter(i -> weights[i] >= bound && weights[i] > 0)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> -weights[i]))
                        .toList();
        double[] kept = new double[weights.length];
        double keptSum = 0;
        for (int i : sorted) {
            kept[i] = weights[i];
            keptSum += weights[i];
            if (keptSum >= sampling.topP() * sum) {
                break;
            }
        }
        System.arraycopy(kept, 0, weights, 0, weights.length);
        return keptSum;
    }

    /** The numbers of the {@code count} largest logits, the largest first. */
    static int[] largest(float[] logits, int count) {
        if (count == 0) {
            return new int[0];
        }
        float least = least(logits, Math.min(count, logits.length));
        int[] candidates =
                IntStream.range(0, logits.length).filter(i -> logits[i] >= least).toArray();
        return Arrays.stream(candidates)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -logits[i]))
                .limit(count)
                .mapToInt(i -> i)
                .toArray();
    }
}
