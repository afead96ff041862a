package dev.distill.proxy.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distill.config.ProxyConfig.Limit;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RateLimitsTest {
    private static final Who ANN = Configs.who("ci", "search");

    private final MovableClock clock = new MovableClock("2026-06-10T12:30:00Z");

    private static List<Limit> written(String limits) {
        return Configs.of("limits: " + limits).limits();
    }

    private RateLimits limits(String limits) {
        return RateLimits.of(written(limits), clock);
    }

    private static RateLimitedException refused(RateLimits limits, Who who, long tokens) {
        return catchThrowableOfType(RateLimitedException.class, () -> limits.acquire(who, tokens));
    }

    @Test
    void requestsBeyondTheLimitWaitForTheirShareOfTheMinute() {
        RateLimits limits = limits("[{ key: each, rpm: 6 }]");
        IntStream.range(0, 6).forEach(_ -> limits.acquire(ANN, 1).close());

        RateLimitedException refusal = refused(limits, ANN, 1);

        assertThat(refusal)
                .hasMessage("key ci may use 6 requests per minute: 0 left, try again in 10 s");
        assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(10));
        assertThat(refusal.measure()).isEqualTo(RateLimitedException.Measure.REQUESTS);
        assertThat(refusal.scope().key()).contains("ci");
        assertThat(refusal.quota()).isEqualTo(new Quota(6, 0, Duration.ofMinutes(1)));
        limits.acquire(Configs.who("other", "search"), 1).close();
        clock.pass(refusal.retryAfter().minusNanos(1_000_000));
        assertThat(refused(limits, ANN, 1)).isNotNull();
        clock.pass(Duration.ofMillis(1));
        limits.acquire(ANN, 1).close();
    }

    @Test
    void tokensAreCorrectedWhenTheyAreKnown() {
        RateLimits limits = limits("[{ team: search, tpm: 1000 }]");
        Permit permit = limits.acquire(ANN, 900);
        assertThat(refused(limits, ANN, 200))
                .hasMessage(
                        "team search may use 1000 tokens per minute: 100 left, try again in 6 s");

        permit.settle(300);
        permit.close();

        assertThat(limits.acquire(ANN, 200).tokens())
                .contains(new Quota(1000, 500, Duration.ofSeconds(30)));
    }

    @Test
    void anEstimateAboveTheLimitIsLetInAloneAndWorkedOff() {
        RateLimits limits = limits("[{ tpm: 600 }]");

        limits.acquire(ANN, 1200).settle(1200);

        assertThat(refused(limits, ANN, 600).retryAfter()).isEqualTo(Duration.ofMinutes(2));
        clock.pass(Duration.ofMinutes(2));
        limits.acquire(ANN, 1200).close();
    }

    @Test
    void aRequestThatOneLimitRefusesCountsToNone() {
        RateLimits limits = limits("[{ team: search, rpm: 10 }, { key: ci, rpm: 1 }]");
        limits.acquire(ANN, 1).close();
        IntStream.range(0, 5).forEach(_ -> assertThat(refused(limits, ANN, 1)).isNotNull());

        assertThat(limits.acquire(Configs.who("other", "search"), 1).requests())
                .map(Quota::remaining)
                .contains(8L);
    }

    @Test
    void theHeadersShowTheLimitWithTheLeastLeft() {
        RateLimits limits = limits("[{ rpm: 100, tpm: 50 }, { key: ci, rpm: 2 }]");

        try (Permit permit = limits.acquire(ANN, 10)) {
            assertThat(permit.requests()).contains(new Quota(2, 1, Duration.ofSeconds(30)));
            assertThat(permit.tokens()).contains(new Quota(50, 40, Duration.ofSeconds(12)));
        }
        assertThat(limits("[]").acquire(ANN, 10).requests()).isEmpty();
    }

    @Test
    void aClockSetBackStopsNobodyForLong() {
        RateLimits limits = limits("[{ rpm: 1 }]");
        limits.acquire(ANN, 1).close();

        clock.pass(Duration.ofHours(-5));
        assertThat(refused(limits, ANN, 1).retryAfter()).isEqualTo(Duration.ofMinutes(1));
        clock.pass(Duration.ofMinutes(1));
        limits.acquire(ANN, 1).close();
    }

    @Test
    void aReloadRemembersTheLastMinute() {
        RateLimits before = limits("[{ key: each, rpm: 4 }]");
        IntStream.range(0, 4).forEach(_ -> before.acquire(ANN, 1).close());

        RateLimits after = before.reloaded(written("[{ key: each, rpm: 6 }]"));

        after.acquire(ANN, 1).close();
        after.acquire(ANN, 1).close();
        assertThatThrownBy(() -> after.acquire(ANN, 1))
                .hasMessageContaining("6 requests per minute: 0 left");
    }

    @Test
    void metersOfNamesThatHaveGoneAreDropped() {
        RateLimits limits = limits("[{ key: each, rpm: 4, tpm: 100 }]");
        IntStream.range(0, 1000)
                .forEach(i -> limits.acquire(Configs.who("key" + i, "search"), 1).close());
        Permit running = limits.acquire(Configs.who("slow", "search"), 100);

        clock.pass(Duration.ofMinutes(3));
        limits.acquire(ANN, 1).close();
        assertThat(limits.size()).isEqualTo(4);

        running.settle(250); // what was dropped could not be corrected
        assertThat(refused(limits, Configs.who("slow", "search"), 100).retryAfter())
                .isEqualTo(Duration.ofSeconds(90));
    }

    @Test
    void amongManyAtOnceExactlyTheLimitIsLetIn() {
        RateLimits limits = limits("[{ rpm: 100 }, { key: each, rpm: 70 }]");
        AtomicInteger let = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 400; i++) {
                Who who = Configs.who("key" + i % 4, "search");
                threads.execute(
                        () -> {
                            if (refused(limits, who, 1) == null) {
                                let.incrementAndGet();
                            }
                        });
            }
        }
        assertThat(let.get()).isBetween(95, 100); // a refused one may stand in the way for a moment
    }

    /** The bound of a leaky bucket: what it holds at once, and what runs out meanwhile. */
    @Property(tries = 100)
    void overAnyTimeNoMoreIsLetInThanTheLimitAndWhatRanOut(
            @ForAll @Size(min = 1, max = 80)
                    List<@IntRange(min = 0, max = 20_000) Integer> pauses) {
        MovableClock time = new MovableClock("2026-06-10T12:30:00Z");
        RateLimits limits = RateLimits.of(written("[{ rpm: 10 }]"), time);
        long passed = 0;
        int let = 0;
        for (int pause : pauses) {
            time.pass(Duration.ofMillis(pause));
            passed += pause;
            RateLimitedException refusal = refused(limits, ANN, 1);
            let += refusal == null ? 1 : 0;
            assertThat((double) let).isLessThanOrEqualTo(10 + passed * 10 / 60_000.0 + 1e-6);
            if (refusal != null) {
                assertThat(refusal.retryAfter())
                        .isBetween(Duration.ofNanos(1), Duration.ofSeconds(6));
            }
        }
    }
}
