package dev.distill.proxy.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.config.ProxyConfig.Balance;
import dev.distill.proxy.routing.Balancer.Candidate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class BalancerTest {
    private static final int DRAWS = 20_000;

    @Test
    void sharesTheLoadByWeight() {
        Map<String, Double> shares =
                firsts(List.of(plain("a", 1), plain("b", 2), plain("c", 5)), Balance.WEIGHT);
        assertThat(shares.get("a")).isCloseTo(1 / 8.0, within(0.02));
        assertThat(shares.get("b")).isCloseTo(2 / 8.0, within(0.02));
        assertThat(shares.get("c")).isCloseTo(5 / 8.0, within(0.02));
    }

    @Test
    void neverAsksTheWorstOfAGroupFirst() {
        List<Candidate<String>> group =
                List.of(busy("idle", 0, 1e6), busy("busy", 9, 1e6), busy("slow", 0, 5e7));
        assertThat(firsts(group, Balance.PENDING)).doesNotContainKey("busy");
        assertThat(firsts(group, Balance.LATENCY)).doesNotContainKey("slow");
    }

    @Test
    void aTargetNobodyKnowsAnythingAboutIsTried() {
        assertThat(firsts(List.of(busy("known", 0, 1e6), busy("new", 0, 0)), Balance.LATENCY))
                .containsOnlyKeys("new");
    }

    @Test
    void leavesOutWhatIsNotAvailableAndPutsWhatIsPaidForFirst() {
        Candidate<String> gone = new Candidate<>("gone", 9, false, true, 0, 0, 1);
        Candidate<String> paid = new Candidate<>("paid", 1, true, true, 9, 1e9, 1);
        Candidate<String> plain = plain("plain", 9);
        for (Balance balance : Balance.values()) {
            assertThat(new Balancer(new Random(3)).order(List.of(gone, plain, paid), balance))
                    .containsExactly("paid", "plain");
        }
    }

    @Test
    void aTargetWithHardlyAnyRateLimitLeftGetsHardlyAnyLoad() {
        Candidate<String> empty = new Candidate<>("empty", 1, true, false, 0, 0, 0);
        assertThat(firsts(List.of(empty, plain("full", 1)), Balance.WEIGHT).get("empty"))
                .isCloseTo(0.01, within(0.005));
    }

    @Property(tries = 200)
    void everyAvailableTargetComesExactlyOnceAndTheSeedDecides(
            @ForAll long seed, @ForAll @IntRange(max = 12) int size) {
        Random random = new Random(seed);
        List<Candidate<Integer>> group = new ArrayList<>();
        List<Integer> available = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            boolean up = random.nextBoolean();
            group.add(
                    new Candidate<>(
                            i,
                            random.nextDouble() + 0.1,
                            up,
                            random.nextBoolean(),
                            random.nextInt(5),
                            random.nextInt(5) * 1e6,
                            random.nextDouble()));
            if (up) {
                available.add(i);
            }
        }
        for (Balance balance : Balance.values()) {
            List<Integer> order = new Balancer(new Random(seed)).order(group, balance);
            assertThat(order).containsExactlyInAnyOrderElementsOf(available);
            assertThat(new Balancer(new Random(seed)).order(group, balance)).isEqualTo(order);
        }
    }

    private static Map<String, Double> firsts(List<Candidate<String>> group, Balance balance) {
        Balancer balancer = new Balancer(new Random(42));
        Map<String, Double> shares = new HashMap<>();
        for (int i = 0; i < DRAWS; i++) {
            shares.merge(balancer.order(group, balance).getFirst(), 1.0 / DRAWS, Double::sum);
        }
        return shares;
    }

    private static Candidate<String> plain(String name, double weight) {
        return new Candidate<>(name, weight, true, false, 0, 0, 1);
    }

    private static Candidate<String> busy(String name, int pending, double latencyNanos) {
        return new Candidate<>(name, 1, true, false, pending, latencyNanos, 1);
    }
}
