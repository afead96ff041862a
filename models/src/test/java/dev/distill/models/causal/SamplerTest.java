package dev.distill.models.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final float[] LOGITS = {0f, 2f, 1f, -1f, 2.5f};

    @Test
    void withoutTemperatureTheMostProbableTokenIsTaken() {
        assertThat(new Sampler(Sampling.GREEDY).choose(LOGITS, List.of())).isEqualTo(4);
    }

    @Test
    void drawsFollowTheSoftmaxAtTheTemperature() {
        double[] shares = shares(new Sampling(2, 0, 1, 1, 1));
        double sum = 0;
        for (float logit : LOGITS) {
            sum += Math.exp(logit / 2);
        }
        for (int i = 0; i < LOGITS.length; i++) {
            assertThat(shares[i]).isCloseTo(Math.exp(LOGITS[i] / 2) / sum, within(0.01));
        }
    }

    @Test
    void topKDrawsFromTheMostProbable() {
        double[] shares = shares(new Sampling(1, 2, 1, 1, 1));

        assertThat(shares[4] + shares[1]).isEqualTo(1, within(1e-12));
        assertThat(shares[4]).isCloseTo(1 / (1 + Math.exp(-0.5)), within(0.01));
    }

    @Test
    void topPDrawsFromTheFewestThatHaveTheProbability() {
        // probabilities: 0.526, 0.319, 0.117, 0.043, ... from the largest
        assertThat(drawn(new Sampling(1, 0, 0.5, 1, 1))).containsExactly(4);
        assertThat(drawn(new Sampling(1, 0, 0.6, 1, 1))).containsExactly(1, 4);
        assertThat(drawn(new Sampling(1, 0, 0.9, 1, 1))).containsExactly(1, 2, 4);
        assertThat(drawn(new Sampling(1, 2, 0.99, 1, 1))).containsExactly(1, 4);
    }

    @Test
    void aPenaltyMakesSeenTokensLessProbable() {
        Sampler sampler = new Sampler(new Sampling(0, 0, 1, 2, 0));

        assertThat(sampler.choose(LOGITS, List.of(4L))).isEqualTo(1);
        assertThat(sampler.choose(new float[] {-1f, -1.5f}, List.of(0L))).isEqualTo(1);
    }

    @Test
    void equalSeedsDrawEqualTokens() {
        assertThat(draws(Sampling.at(1, 3))).isEqualTo(draws(Sampling.at(1, 3)));
        assertThat(draws(Sampling.at(1, 3))).isNotEqualTo(draws(Sampling.at(1, 4)));
    }

    @Test
    void theLargestComeInOrder() {
        assertThat(Sampler.largest(LOGITS, 3)).containsExactly(4, 1, 2);
        assertThat(Sampler.largest(new float[] {1, 1, 1}, 2)).hasSize(2);
        assertThat(Sampler.largest(LOGITS, 0)).isEmpty();
        assertThat(Sampler.largest(LOGITS, 9)).hasSize(5);
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> Sampling.at(-1, 0))
                .hasMessage("temperature must be >= 0, got -1.0");
        assertThatThrownBy(() -> new Sampling(1, -1, 1, 1, 0)).hasMessageContaining("top_k");
        assertThatThrownBy(() -> new Sampling(1, 0, 0, 1, 0)).hasMessageContaining("top_p");
        assertThatThrownBy(() -> new Sampling(1, 0, 1, 0, 0))
                .hasMessageContaining("repetition_penalty");
    }

    private static List<Integer> draws(Sampling sampling) {
        Sampler sampler = new Sampler(sampling);
        return IntStream.range(0, 20_000).mapToObj(_ -> sampler.choose(LOGITS, List.of())).toList();
    }

    private static int[] drawn(Sampling sampling) {
        return draws(sampling).stream().mapToInt(i -> i).distinct().sorted().toArray();
    }

    private static double[] shares(Sampling sampling) {
        double[] shares = new double[LOGITS.length];
        List<Integer> draws = draws(sampling);
        draws.forEach(i -> shares[i] += 1.0 / draws.size());
        return shares;
    }
}
