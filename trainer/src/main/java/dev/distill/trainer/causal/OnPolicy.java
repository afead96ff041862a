package dev.distill.trainer.causal;

import dev.distill.config.CausalTrainConfig;
import dev.distill.models.causal.Generation.Answer;
import dev.distill.models.causal.Generation.Request;
import dev.distill.models.causal.Generator;
import dev.distill.models.causal.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Generalised knowledge distillation (Agarwal et al. 2024, arXiv 2306.13649, algorithm 1): a share
 * lambda of the steps learns from answers that the student itself writes to their prompts, so that
 * the teacher corrects the mistakes that the student makes. Whether a step does, and what the
 * student writes in it, follow from the seed and the step's number.
 */
final class OnPolicy {
    private final CausalTrainConfig.OnPolicy config;
    private final Set<Long> ends;
    private final int maxLength;
    private final long seed;

    /**
     * @param ends the tokens with which an answer ends
     * @param maxLength most tokens of prompt and answer
     */
    OnPolicy(CausalTrainConfig.OnPolicy config, Set<Long> ends, int maxLength, long seed) {
        this.config = config;
        this.ends = ends;
        this.maxLength = maxLength;
        this.seed = seed;
    }

    private SplittableRandom random(int step) {
        return new SplittableRandom(seed * 0x9E3779B97F4A7C15L + step);
    }

    /** Whether a step, counted from 1, learns from the student's own answers. */
    boolean is(int step) {
        return random(step).nextDouble() < config.lambda();
    }

    /** The prompts of some samples with the student's own answers. */
    List<Sample> write(Generator student, List<Sample> samples, int step) {
        SplittableRandom seeds = random(step).split();
        List<Sample> open = samples.stream().filter(s -> s.learned() < maxLength).toList();
        List<Request> requests = new ArrayList<>();
        for (Sample sample : open) {
            requests.add(
                    new Request(
                            Arrays.copyOf(sample.tokens(), sample.learned()),
                            Math.min(config.maxNewTokens(), maxLength - sample.learned()),
                            ends,
                            new Sampling(config.temperature(), 0, 1, 1, seeds.nextLong()),
                            0));
        }
        List<Answer> answers = student.generate(requests);
        List<Sample> own = new ArrayList<>();
        for (int i = 0; i < open.size(); i++) {
            own.add(Samples.of(open.get(i), answers.get(i).ids()));
        }
        return own;
    }
}
