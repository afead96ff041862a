package dev.distill.proxy.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.proxy.sessions.SessionView.State;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loops that begin anew with each call, so that no session of theirs reaches a rung. */
class KeyLadderTest {
    private static final long USD = 1_000_000_000L;
    private static final String KEY = "key:team";
    private static final Owner TEAM = new Owner("team", Optional.empty(), Optional.empty());

    @TempDir private Path folder;
    private final FakeClock clock = new FakeClock();
    private final List<ObjectNode> told = Collections.synchronizedList(new ArrayList<>());
    private Sessions sessions;
    private long beginning;

    @BeforeEach
    void open() {
        open("{}");
    }

    @AfterEach
    void close() {
        sessions.close();
    }

    @Test
    void byDefaultAKeyIsPingedAtADollarAMinuteAndNeverStopped() {
        open("{ stop_unacknowledged_after: 15m }");
        for (int dollars = 0; dollars < 10; dollars++) {
            assertThat(told).isEmpty();
            spend(USD);
        }
        assertThat(events()).containsExactly("ping key:team");
        assertThat(reason()).isEqualTo("it costs 1 usd a minute, the limit is 1");
        for (int i = 0; i < 500; i++) {
            spend(2 * USD);
            clock.forward(Duration.ofMinutes(1));
            sessions.look();
        }
        assertThat(events()).containsExactly("ping key:team");
        assertThat(state()).isEqualTo(State.PINGED);
    }

    @Test
    void aPingedKeyThatCalmedDownIsPingedAgainAnotherTime() {
        open("{}");
        spend(10 * USD);
        spend(0);
        clock.forward(Duration.ofMinutes(20));
        spend(0);
        clock.forward(Duration.ofMinutes(20));
        sessions.look();
        assertThat(state()).isEqualTo(State.PINGED);
        spend(0);
        clock.forward(Duration.ofMinutes(20));
        sessions.look();
        assertThat(state()).isEqualTo(State.RUNNING);
        spend(10 * USD);
        assertThat(events()).containsExactly("ping key:team", "ping key:team");
    }

    @Test
    void aWrittenRateStopsAKeyWithItsStreamsUntilItIsResumed() throws InterruptedException {
        open("{ stop: { usd_per_minute: 3 } }");
        CountDownLatch ended = new CountDownLatch(1);
        Call stream = (Call) call(new Trace(-1, 1, false));
        stream.onStop(ended::countDown);
        for (int i = 0; i < 29; i++) {
            spend(USD);
        }
        assertThat(call()).isInstanceOf(Call.class);
        spend(USD);
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(call())
                .isEqualTo(new Admission.Refused(KEY, "it costs 3 usd a minute, the limit is 3"));
        assertThat(sessions.json(1).at("/sessions/0/state").asText()).isEqualTo("stopped");
        assertThat(sessions.resume(KEY)).isTrue();
        spend(29 * USD);
        assertThat(call()).isInstanceOf(Call.class);
        spend(USD);
        assertThat(call()).isInstanceOf(Admission.Refused.class);
    }

    @Test
    void limitsOfKeysGoBeforeThoseOfSessions() {
        open("{ stop: { usd_per_minute: 1 }, key: { stop: { usd_per_minute: 5, usd: 80 } } }");
        spend(9 * USD);
        spend(9 * USD);
        spend(9 * USD);
        assertThat(call()).isInstanceOf(Call.class);
        for (int i = 0; i < 5; i++) {
            clock.forward(Duration.ofMinutes(11));
            spend(9 * USD);
        }
        assertThat(call()).isInstanceOf(Call.class);
        clock.forward(Duration.ofMinutes(11));
        spend(8 * USD);
        assertThat(call())
                .isEqualTo(new Admission.Refused(KEY, "it has cost 80 usd, the limit is 80"));
    }

    @Test
    void whatAKeyHasCostCountsSinceItWasIdle() {
        open("{ key: { stop: { usd: 80 } } }");
        spend(79 * USD);
        clock.forward(Duration.ofMinutes(31));
        spend(79 * USD);
        assertThat(call()).isInstanceOf(Call.class);
    }

    @Test
    void anUnacknowledgedPingStopsAKeyWhereItsLimitIsWritten() {
        open("{ ping: { usd_per_minute: 2 }, stop_unacknowledged_after: 15m }");
        spend(19 * USD);
        spend(USD);
        clock.forward(Duration.ofMinutes(15));
        sessions.look();
        assertThat(state()).isEqualTo(State.STOPPED);
        assertThat(reason()).startsWith("nobody acknowledged its ping within PT15M: it costs 2");
    }

    @Test
    void theSameStepInFreshSessionsStopsTheirKeyAlsoAcrossARestart() {
        String rules = "{ ping: { same_call: 3 }, stop: { same_call: 5 } }";
        open(rules);
        step(7);
        step(7);
        step(8);
        assertThat(told).isEmpty();
        step(7);
        assertThat(events()).containsExactly("ping key:team");
        spend(USD);
        open(rules);
        step(7);
        assertThat(call(new Trace(beginning++, 7, true)))
                .isEqualTo(
                        new Admission.Refused(
                                KEY, "it made the same call 5 times, the limit is 5"));
    }

    @Test
    void aLoopInsideASessionStopsItAndNotItsKey() {
        open("{ stop: { same_call: 5 } }");
        for (int session = 0; session < 4; session++) {
            while (call(new Trace(session, 7, true)) instanceof Call call) {
                call.settle(0);
            }
        }
        assertThat(sessions.stops()).isEqualTo(4);
        assertThat(state()).isEqualTo(State.RUNNING);
    }

    @Test
    void theSameRequestInFreshSessionsIsNoLoop() {
        open("{ stop: { same_call: 2 } }");
        for (int i = 0; i < 20; i++) {
            assertThat(call(new Trace(i, 7, false))).isInstanceOf(Call.class);
        }
    }

    @Test
    void stepsOfAKeyAreCountedByTheHour() {
        open("{ stop: { same_call: 4 } }");
        for (int hour = 0; hour < 5; hour++) {
            for (int i = 0; i < 3; i++) {
                step(7);
            }
            for (int third = 0; third < 3; third++) { // never idle
                clock.forward(Duration.ofMinutes(20));
                spend(0);
            }
        }
        assertThat(state()).isEqualTo(State.RUNNING);
    }

    private void step(long fingerprint) {
        ((Call) call(new Trace(beginning++, fingerprint, true))).settle(0);
    }

    private void spend(long nanoUsd) {
        ((Call) call()).settle(nanoUsd);
    }

    /** In a session of its own. */
    private Admission call() {
        return call(new Trace(beginning++, beginning, false));
    }

    private Admission call(Trace trace) {
        return sessions.begin(TEAM, trace, Optional.empty());
    }

    private State state() {
        return sessions.find(KEY).orElseThrow().state();
    }

    private String reason() {
        return sessions.find(KEY).orElseThrow().reason().orElse("");
    }

    private List<String> events() {
        return told.stream()
                .map(event -> event.get("event").asText() + " " + event.at("/session/id").asText())
                .toList();
    }

    private void open(String runaway) {
        if (sessions != null) {
            sessions.close();
        }
        sessions =
                new Sessions(
                        SessionsTest.rules(runaway),
                        told::add,
                        folder.resolve("sessions.json"),
                        Sessions.MOST,
                        clock);
    }
}
