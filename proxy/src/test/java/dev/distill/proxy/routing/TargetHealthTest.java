package dev.distill.proxy.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.config.ProxyConfig;
import dev.distill.proxy.routing.TargetHealth.Pass;
import dev.distill.proxy.routing.TargetHealth.State;
import dev.distill.proxy.wire.Refusal.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TargetHealthTest {
    private static final ProxyConfig.Breaker BREAKER =
            new ProxyConfig.Breaker(
                    Duration.ofSeconds(30), 5, 0.5, Duration.ofSeconds(5), Duration.ofSeconds(30));

    private static final List<Kind> KINDS = List.of(Kind.values());

    private final FakeTime time = new FakeTime();
    private final TargetHealth health = new TargetHealth(BREAKER, time);

    @Test
    void opensWhenHalfOfAtLeastFiveCallsFailed() {
        succeed();
        succeed();
        fail(Kind.TRANSIENT);
        fail(Kind.OVERLOADED);
        assertThat(health.state()).isEqualTo(State.CLOSED);
        fail(Kind.MALFORMED);
        assertThat(health.state()).isEqualTo(State.OPEN);
        assertThat(health.begin()).isEmpty();
        assertThat(health.wait(Duration.ZERO)).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void forgetsWhatIsOlderThanItsWindow() {
        times(4, () -> fail(Kind.TRANSIENT));
        time.pass(Duration.ofSeconds(31));
        fail(Kind.TRANSIENT);
        assertThat(health.state()).isEqualTo(State.CLOSED);
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"TRANSIENT", "OVERLOADED", "MALFORMED", "MODEL_GONE"})
    void neverOpensForWhatIsNotTheProvidersFault(Kind kind) {
        times(50, () -> fail(kind));
        assertThat(health.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void letsOneProbeThroughAtATimeAndClosesWhenItSucceeds() {
        open();
        time.pass(Duration.ofSeconds(5));
        assertThat(health.state()).isEqualTo(State.HALF_OPEN);
        Pass probe = health.begin().orElseThrow();
        assertThat(health.begin()).isEmpty();
        assertThat(health.wait(Duration.ofMillis(7))).isEqualTo(Duration.ofMillis(7));
        probe.close();
        Pass next = health.begin().orElseThrow();
        next.firstToken();
        next.close();
        assertThat(health.state()).isEqualTo(State.CLOSED);
        assertThat(health.pending()).isZero();
    }

    @Test
    void staysOpenTwiceAsLongAfterEachFailedProbeUpToItsLimit() {
        open();
        for (int seconds : List.of(5, 10, 20, 30, 30)) {
            assertThat(health.wait(Duration.ZERO)).isEqualTo(Duration.ofSeconds(seconds));
            time.pass(Duration.ofSeconds(seconds));
            fail(Kind.TRANSIENT);
        }
    }

    @Test
    void isBackWithinThirtySecondsAfterAnOutageOfAMinuteAndIsHardlyAskedDuringIt() {
        int asked = 0;
        int back = -1;
        for (int second = 0; second < 120 && back < 0; second++) {
            Optional<Pass> pass = health.begin();
            if (pass.isPresent()) {
                asked++;
                if (second < 60) {
                    pass.get().failed(Kind.TRANSIENT);
                } else {
                    pass.get().answered();
                    back = second;
                }
                pass.get().close();
            }
            time.pass(Duration.ofSeconds(1));
        }
        assertThat(back).isBetween(60, 90);
        assertThat(asked).isLessThanOrEqualTo(10);
    }

    @Test
    void aFailureOfACallThatBeganBeforeDoesNotProlongTheOpenTime() {
        Pass old = health.begin().orElseThrow();
        open();
        time.pass(Duration.ofSeconds(4));
        old.failed(Kind.TRANSIENT);
        old.close();
        assertThat(health.wait(Duration.ZERO)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aStreamThatIsCutAfterItsFirstTokenIsAFailureToo() {
        times(
                5,
                () -> {
                    Pass pass = health.begin().orElseThrow();
                    pass.firstToken();
                    pass.failed(Kind.MALFORMED);
                    pass.close();
                });
        assertThat(health.state()).isEqualTo(State.OPEN);
    }

    @Test
    void coolsForTheLongestTimeThatAnybodyAskedFor() {
        health.cool(Optional.of(Duration.ofSeconds(20)));
        health.cool(Optional.of(Duration.ofSeconds(2)));
        assertThat(health.state()).isEqualTo(State.COOLING);
        assertThat(health.wait(Duration.ZERO)).isEqualTo(Duration.ofSeconds(20));
        time.pass(Duration.ofSeconds(20));
        assertThat(health.available()).isTrue();
    }

    @Test
    void coolsLongerEachTimeWhenNobodySaysHowLong() {
        for (int seconds : List.of(1, 2, 4, 8, 16, 32, 60, 60)) {
            health.cool(Optional.empty());
            assertThat(health.wait(Duration.ZERO)).isEqualTo(Duration.ofSeconds(seconds));
            time.pass(Duration.ofSeconds(seconds));
        }
        succeed();
        health.cool(Optional.empty());
        assertThat(health.wait(Duration.ZERO)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void leavesAModelThatIsGoneAloneAndLooksAgainWithOneCall() {
        fail(Kind.MODEL_GONE);
        assertThat(health.state()).isEqualTo(State.GONE);
        time.pass(TargetHealth.GONE);
        Pass probe = health.begin().orElseThrow();
        assertThat(health.begin()).isEmpty();
        probe.answered();
        probe.close();
        assertThat(health.begin()).isPresent();
    }

    @Test
    void latencyRisesAtOnceFadesSlowlyAndFailuresDoNotLookQuick() {
        assertThat(health.latencyNanos()).isZero();
        answerAfter(Duration.ofMillis(100));
        answerAfter(Duration.ofMillis(900));
        assertThat(health.latencyNanos()).isEqualTo(9e8);
        answerAfter(Duration.ofMillis(100));
        assertThat(health.latencyNanos()).isBetween(8e8, 9e8);
        double before = health.latencyNanos();
        fail(Kind.TRANSIENT);
        assertThat(health.latencyNanos()).isCloseTo(2 * before, within(1.0));
        time.pass(Duration.ofMinutes(5));
        assertThat(health.latencyNanos()).isLessThan(1e6);
    }

    @Property(tries = 200)
    void pendingIsZeroOnceAllIsOverAndThereIsNeverMoreThanOneProbe(@ForAll long seed) {
        Random random = new Random(seed);
        List<Pass> passes = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            boolean open = health.state() == State.HALF_OPEN;
            int before = passes.size();
            health.begin().ifPresent(passes::add);
            if (open) {
                assertThat(passes.size() - before).isLessThanOrEqualTo(1);
                assertThat(health.begin()).isEmpty();
            }
            if (!passes.isEmpty() && random.nextBoolean()) {
                Pass pass = passes.remove(random.nextInt(passes.size()));
                switch (random.nextInt(3)) {
                    case 0 -> pass.answered();
                    case 1 -> pass.failed(KINDS.get(random.nextInt(KINDS.size())));
                    default -> pass.firstToken();
                }
                pass.close();
                pass.close();
            }
            time.pass(Duration.ofMillis(random.nextInt(4000)));
        }
        passes.forEach(Pass::close);
        assertThat(health.pending()).isZero();
        time.pass(TargetHealth.GONE);
        assertThat(health.available()).isTrue();
    }

    private void open() {
        times(5, () -> fail(Kind.TRANSIENT));
        assertThat(health.state()).isEqualTo(State.OPEN);
    }

    private void succeed() {
        try (Pass pass = health.force()) {
            pass.answered();
        }
    }

    private void fail(Kind kind) {
        try (Pass pass = health.force()) {
            pass.failed(kind);
        }
    }

    private void answerAfter(Duration latency) {
        try (Pass pass = health.force()) {
            time.pass(latency);
            pass.answered();
        }
    }

    private static void times(int times, Runnable what) {
        for (int i = 0; i < times; i++) {
            what.run();
        }
    }
}
