package dev.distill.proxy.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

final class RetryBudgetTest {
    private final FakeTime time = new FakeTime();

    @Test
    void aFewAreFreeAndTheyComeBackWithTime() {
        RetryBudget budget = new RetryBudget(0.1, time);
        assertThat(taken(budget)).isEqualTo(10);
        time.pass(Duration.ofSeconds(4));
        assertThat(taken(budget)).isEqualTo(2);
        time.pass(Duration.ofHours(1));
        assertThat(taken(budget)).isEqualTo(10);
    }

    @Test
    void withoutAShareThereAreNone() {
        assertThat(new RetryBudget(0, time).take()).isFalse();
    }

    @Property(tries = 100)
    void retriesAreAtMostTheShareOfTheRequestsAndWhatIsFree(
            @ForAll long seed, @ForAll @DoubleRange(min = 0.01, max = 1) double share) {
        Random random = new Random(seed);
        RetryBudget budget = new RetryBudget(share, time);
        double seconds = 0;
        int requests = 0;
        int retries = 0;
        for (int i = 0; i < 2000; i++) {
            requests++;
            budget.request();
            retries += budget.take() ? 1 : 0;
            double pause = random.nextDouble() / 10;
            seconds += pause;
            time.pass(Duration.ofNanos((long) (pause * 1e9)));
            assertThat((double) retries)
                    .isLessThanOrEqualTo(
                            share * requests
                                    + RetryBudget.FREE
                                    + RetryBudget.FREE_PER_SECOND * seconds
                                    + 1e-6);
        }
    }

    private static int taken(RetryBudget budget) {
        int taken = 0;
        while (budget.take()) {
            taken++;
        }
        return taken;
    }
}
