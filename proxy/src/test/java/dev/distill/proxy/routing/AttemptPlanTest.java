package dev.distill.proxy.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.config.ProxyConfig;
import dev.distill.proxy.routing.AttemptPlan.Decision;
import dev.distill.proxy.routing.AttemptPlan.Failure;
import dev.distill.proxy.routing.AttemptPlan.Progress;
import dev.distill.proxy.wire.Refusal.Kind;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The decisions of the failover scenarios S01 to S16. */
final class AttemptPlanTest {
    private static final ProxyConfig.Retry RETRY =
            new ProxyConfig.Retry(3, 6, 0.1, Duration.ofSeconds(10));
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final FakeTime time = new FakeTime();
    private final AttemptPlan plan = plan(1);

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                // what                                | kind | silent | took ms | hint ms | tries |
                // in all | key | target | model | what follows
                "S01 alone, waits as long as asked     |RATE_LIMITED   |false|20   |2000 |1|1|false|false|false|SameTarget 2000",
                "S01 with a fallback, does not wait    |RATE_LIMITED   |false|20   |2000 |1|1|false|true |true |NextTarget",
                "S01 with a key, takes that            |RATE_LIMITED   |false|20   |2000 |1|1|true |true |true |NextKey",
                "429 that asks for too long            |RATE_LIMITED   |false|20   |60000|1|1|false|false|false|GiveUp",
                "S02 after three tries                 |RATE_LIMITED   |false|20   |-    |3|3|false|false|false|GiveUp",
                "S02 after six in all                  |RATE_LIMITED   |false|20   |-    |1|6|true |true |true |GiveUp",
                "S04 at the third try goes on          |OVERLOADED     |false|20   |-    |3|3|false|true |true |NextTarget",
                "S04 at the third try alone            |OVERLOADED     |false|20   |-    |3|3|false|false|false|GiveUp",
                "503 that asks to wait, with a fallback|OVERLOADED     |false|20   |2000 |1|1|false|true |true |NextTarget",
                "503 that asks to wait, alone          |OVERLOADED     |false|20   |2000 |1|1|false|false|false|SameTarget 2000",
                "500 that took long                    |TRANSIENT      |false|30000|-    |1|1|false|true |true |NextTarget",
                "500 that took long, alone             |TRANSIENT      |false|30000|-    |1|1|false|false|false|GiveUp",
                "S06 silent                            |TRANSIENT      |true |10   |-    |1|1|false|true |true |NextTarget",
                "S07 silent, alone, is not asked again |TRANSIENT      |true |10   |-    |1|1|false|false|false|GiveUp",
                "S12 too long, another model           |CONTEXT_LENGTH |false|20   |-    |1|1|true |true |true |NextModel",
                "S12 too long, same model elsewhere    |CONTEXT_LENGTH |false|20   |-    |1|1|true |true |false|GiveUp",
                "S13 content policy                    |CONTENT_POLICY |false|20   |-    |1|1|true |true |true |GiveUp",
                "wrong request                         |CALLER_FAULT   |false|20   |-    |1|1|true |true |true |GiveUp",
                "S14 a prefill that is refused         |CALLER_FAULT   |false|20   |-    |1|2|false|true |true |GiveUp",
                "key refused, another key              |CREDENTIALS    |false|20   |-    |1|1|true |true |true |NextKey",
                "key refused, no other key             |CREDENTIALS    |false|20   |-    |1|1|false|true |true |NextTarget",
                "all keys refused                      |CREDENTIALS    |false|20   |-    |1|1|false|false|false|GiveUp",
                "money gone                            |QUOTA_EXHAUSTED|false|20   |60000|1|1|false|true |true |NextTarget",
                "model gone                            |MODEL_GONE     |false|20   |-    |1|1|true |true |true |NextTarget",
                "model gone, alone                     |MODEL_GONE     |false|20   |-    |1|1|true |false|false|GiveUp",
            })
    void decides(
            String what,
            Kind kind,
            boolean silent,
            long tookMillis,
            Long hintMillis,
            int tries,
            int inAll,
            boolean key,
            boolean target,
            boolean model,
            String follows) {
        Optional<Duration> hint = Optional.ofNullable(hintMillis).map(Duration::ofMillis);
        Decision decision =
                plan.after(
                        new Failure(kind, silent, Duration.ofMillis(tookMillis), hint),
                        new Progress(tries, inAll, key, target, model, Optional.empty(), MINUTE));
        assertThat(said(decision)).as(what).isEqualTo(follows);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"S03 500 once, TRANSIENT", "S05 reset, TRANSIENT", "S10 malformed, MALFORMED"})
    void asksTheSameTargetAgainAfterAQuickFailure(String what, Kind kind) {
        Decision decision = plan.after(failure(kind), progress(1, 1, true));
        assertThat(decision).as(what).isInstanceOf(Decision.SameTarget.class);
    }

    @Property
    void s02NeverMakesMoreThanFourCallsInThreeSecondsNorSixInAll(@ForAll int seed) {
        AttemptPlan patient =
                new AttemptPlan(
                        new ProxyConfig.Retry(10, 6, 0.1, Duration.ofSeconds(10)),
                        new Backoff(new Random(seed)),
                        new RetryBudget(0.1, time));
        Duration passed = Duration.ZERO;
        int calls = 1;
        int early = 1;
        while (patient.after(failure(Kind.RATE_LIMITED), progress(calls, calls, false))
                instanceof Decision.SameTarget(Duration pause)) {
            passed = passed.plus(pause);
            calls++;
            early += passed.compareTo(Duration.ofSeconds(3)) <= 0 ? 1 : 0;
        }
        assertThat(calls).isEqualTo(6);
        assertThat(early).isLessThanOrEqualTo(4);
    }

    @Test
    void s15StopsRetryingInAnOutageOnceTheBudgetIsUsedUpButStillFailsOver() {
        int retries = 0;
        for (int request = 0; request < 100; request++) {
            Decision decision = plan.after(failure(Kind.TRANSIENT), progress(1, 1, true));
            retries += decision instanceof Decision.SameTarget ? 1 : 0;
            assertThat(decision)
                    .isInstanceOfAny(Decision.SameTarget.class, Decision.NextTarget.class);
        }
        assertThat(retries).isEqualTo(10);
    }

    @Test
    void waitsForWhicheverTargetIsReadySooner() {
        Failure failure =
                new Failure(
                        Kind.RATE_LIMITED,
                        false,
                        Duration.ZERO,
                        Optional.of(Duration.ofSeconds(5)));
        Optional<Duration> other = Optional.of(Duration.ofSeconds(1));
        assertThat(plan.after(failure, new Progress(1, 2, false, false, false, other, MINUTE)))
                .isEqualTo(new Decision.AnyTarget(Duration.ofSeconds(1)));
        assertThat(plan.after(failure, new Progress(3, 4, false, false, false, other, MINUTE)))
                .isEqualTo(new Decision.AnyTarget(Duration.ofSeconds(1)));
    }

    @Test
    void neverWaitsBeyondTheDeadline() {
        Failure failure =
                new Failure(
                        Kind.RATE_LIMITED,
                        false,
                        Duration.ZERO,
                        Optional.of(Duration.ofSeconds(2)));
        Duration left = Duration.ofSeconds(2);
        assertThat(plan.after(failure, new Progress(1, 1, true, true, true, other(), left)))
                .isEqualTo(new Decision.NextKey());
        assertThat(plan.after(failure, new Progress(1, 1, false, false, false, other(), left)))
                .isEqualTo(new Decision.GiveUp());
        assertThat(
                        plan.after(
                                failure,
                                new Progress(1, 1, true, true, true, other(), Duration.ZERO)))
                .isEqualTo(new Decision.GiveUp());
    }

    @Property
    void everyRequestEnds(
            @ForAll Kind kind,
            @ForAll boolean silent,
            @ForAll boolean key,
            @ForAll boolean target,
            @ForAll @IntRange(min = 1, max = 6) int tries) {
        Decision decision =
                plan(7).after(
                                new Failure(kind, silent, Duration.ZERO, Optional.empty()),
                                new Progress(tries, 6, key, target, target, other(), MINUTE));
        assertThat(decision).isEqualTo(new Decision.GiveUp());
    }

    @Test
    void backsOffLongerEachTimeUpToALimit() {
        Backoff backoff = new Backoff(new Random(1));
        for (int failures = 1; failures <= 9; failures++) {
            long most = Math.min(8000, 500L << (failures - 1));
            assertThat(backoff.after(failures))
                    .isBetween(Duration.ofMillis(most / 2), Duration.ofMillis(most));
        }
    }

    private AttemptPlan plan(int seed) {
        return new AttemptPlan(
                RETRY, new Backoff(new Random(seed)), new RetryBudget(RETRY.budget(), time));
    }

    private static Failure failure(Kind kind) {
        return new Failure(kind, false, Duration.ofMillis(20), Optional.empty());
    }

    private static Progress progress(int tries, int inAll, boolean target) {
        return new Progress(tries, inAll, false, target, target, other(), MINUTE);
    }

    private static Optional<Duration> other() {
        return Optional.empty();
    }

    private static String said(Decision decision) {
        return switch (decision) {
            case Decision.SameTarget(Duration pause) -> "SameTarget " + pause.toMillis();
            case Decision.AnyTarget(Duration pause) -> "AnyTarget " + pause.toMillis();
            case Decision.NextKey _,
                    Decision.NextTarget _,
                    Decision.NextModel _,
                    Decision.GiveUp _ ->
                    decision.getClass().getSimpleName();
        };
    }
}
