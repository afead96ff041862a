package dev.distill.proxy.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ProxyConfig.Runaway;
import dev.distill.config.ProxyFile;
import dev.distill.proxy.Eventually;
import dev.distill.proxy.sessions.SessionView.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionsTest {
    private static final long USD = 1_000_000_000L;
    private static final Owner ALICE =
            new Owner("laptop", Optional.of("alice"), Optional.of("search"));

    /** Keys have a ladder of their own, out of reach here. */
    private static final String DEFAULTS = "{ key: { ping: { usd_per_minute: 1000 } } }";

    @TempDir private Path folder;
    private final FakeClock clock = new FakeClock();
    private final List<ObjectNode> told = Collections.synchronizedList(new ArrayList<>());
    private Sessions sessions;
    private long nextCall = 1;

    @BeforeEach
    void open() {
        open(DEFAULTS);
    }

    @AfterEach
    void close() {
        sessions.close();
    }

    @Test
    void aTenHourRunIsPingedOnceAtTwoHoursAndStoppedAtTen() {
        int minutes = 0;
        while (call(1) instanceof Call call) {
            call.settle(USD / 100);
            clock.forward(Duration.ofMinutes(10));
            minutes += 10;
            if (minutes < 120) {
                assertThat(told).isEmpty();
            }
        }
        assertThat(minutes).isEqualTo(600);
        assertThat(events()).containsExactly("ping", "stop");
        assertThat(told.getFirst().get("reason").asText())
                .isEqualTo("it has run for 120 minutes, the limit is 120");
        assertThat(told.getLast().get("reason").asText())
                .isEqualTo("it has run for 600 minutes, the limit is 600");
        assertThat(sessions.pings()).isEqualTo(1);
        assertThat(sessions.stops()).isEqualTo(1);
    }

    @Test
    void aSessionIsPingedAtTwentyFiveDollarsAndStoppedAtAHundred() {
        int dollars = 0;
        while (call(1) instanceof Call call) {
            call.settle(USD);
            dollars++;
            assertThat(told).hasSize(dollars < 25 ? 0 : dollars < 100 ? 1 : 2);
        }
        assertThat(dollars).isEqualTo(100);
        assertThat(told.getFirst().get("reason").asText())
                .isEqualTo("it has cost 25 usd, the limit is 25");
        Admission.Refused refused = (Admission.Refused) call(1);
        assertThat(refused.reason()).isEqualTo("it has cost 100 usd, the limit is 100");
    }

    @Test
    void aStreamThatRunsForTenHoursIsEndedWithoutAnotherRequest() throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        Call call = (Call) call(1);
        call.onStop(ended::countDown);
        clock.forward(Duration.ofHours(2));
        sessions.look();
        assertThat(events()).containsExactly("ping");
        clock.forward(Duration.ofHours(8));
        sessions.look();
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(call.stopped()).isTrue();
    }

    @Test
    void aStopEndsEveryCallUnderWayAndThoseThatRegisterLater() throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(3);
        Call first = (Call) call(1);
        Call second = (Call) call(1);
        Call other = (Call) call(2);
        first.onStop(ended::countDown);
        second.onStop(ended::countDown);
        assertThat(sessions.stop(first.sessionId(), "alice asked for it")).isTrue();
        first.onStop(ended::countDown);
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(other.stopped()).isFalse();
        assertThat(call(1))
                .isEqualTo(new Admission.Refused(first.sessionId(), "alice asked for it"));
        assertThat(call(2)).isInstanceOf(Call.class);
    }

    @Test
    void acknowledgingDoublesTheRungThatPings() {
        Call call = (Call) call(1);
        call.settle(30 * USD);
        assertThat(sessions.acknowledge(call.sessionId())).isTrue();
        assertThat(sessions.acknowledge(call.sessionId())).isFalse();
        ((Call) call(1)).settle(15 * USD);
        assertThat(sessions.pings()).isEqualTo(1);
        ((Call) call(1)).settle(5 * USD);
        assertThat(sessions.pings()).isEqualTo(2);
        assertThat(sessions.find(call.sessionId()).orElseThrow().acknowledged()).isEqualTo(1);
    }

    @Test
    void anUnacknowledgedPingStopsTheSessionWhereTheFileSaysSo() {
        open("{ stop_unacknowledged_after: 15m, key: { ping: { usd_per_minute: 1000 } } }");
        Call call = (Call) call(1);
        call.settle(26 * USD);
        clock.forward(Duration.ofMinutes(14));
        sessions.look();
        assertThat(events()).containsExactly("ping");
        clock.forward(Duration.ofMinutes(1));
        sessions.look();
        assertThat(events()).containsExactly("ping", "stop");
        assertThat(told.getLast().get("reason").asText())
                .startsWith("nobody acknowledged its ping within PT15M: it has cost 26 usd");
    }

    @Test
    void aResumedSessionGoesOnUntilTwiceTheRung() {
        Call call = (Call) call(1);
        call.settle(100 * USD);
        assertThat(call(1)).isInstanceOf(Admission.Refused.class);
        assertThat(sessions.resume(call.sessionId())).isTrue();
        ((Call) call(1)).settle(99 * USD);
        assertThat(call(1)).isInstanceOf(Call.class);
        ((Call) call(1)).settle(USD);
        assertThat(call(1)).isInstanceOf(Admission.Refused.class);
    }

    @Test
    void theSameCallAgainAndAgainIsStoppedAlsoInACycle() {
        open("{ stop: { same_call: 5 } }");
        for (int i = 0; i < 4; i++) {
            ((Call) call(1, 7)).settle(0);
        }
        assertThat(call(1, 7)).isInstanceOf(Admission.Refused.class);
        for (int i = 0; i < 4; i++) {
            ((Call) call(2, 1)).settle(0);
            ((Call) call(2, 2)).settle(0);
        }
        assertThat(call(2, 1)).isInstanceOf(Admission.Refused.class);
    }

    @Test
    void aRateAboveTheRungPingsForTheSessionAndForTheWholeKey() {
        open("{ ping: { usd_per_minute: 1 }, stop: { usd: 1000 } }");
        for (int session = 0; session < 10; session++) {
            ((Call) call(session)).settle(USD);
        }
        assertThat(told).hasSize(1);
        assertThat(told.getFirst().get("session").get("id").asText()).isEqualTo("key:laptop");
        ((Call) call(0)).settle(9 * USD);
        assertThat(told).hasSize(2);
        clock.forward(Duration.ofMinutes(11));
        assertThat(sessions.find("key:laptop").orElseThrow().nanoUsdPerMinute()).isZero();
    }

    @Test
    void aStoppedKeyRefusesAllItsSessionsAndNoOthers() {
        call(1);
        assertThat(sessions.stop("key:laptop", "lost")).isTrue();
        assertThat(call(2)).isEqualTo(new Admission.Refused("key:laptop", "lost"));
        assertThat(sessions.begin(Owner.ANYBODY, new Trace(1, 1, false), Optional.empty()))
                .isInstanceOf(Call.class);
        assertThat(sessions.resume("key:laptop")).isTrue();
        assertThat(call(2)).isInstanceOf(Call.class);
    }

    @Test
    void sessionsAreToldApartByKeyAndBeginningUnlessTheClientNamesThem() {
        String id = ((Call) call(1)).sessionId();
        assertThat(((Call) call(1)).sessionId()).isEqualTo(id);
        assertThat(((Call) call(2)).sessionId()).isNotEqualTo(id);
        assertThat(
                        ((Call)
                                        sessions.begin(
                                                Owner.ANYBODY,
                                                new Trace(1, 1, false),
                                                Optional.empty()))
                                .sessionId())
                .isNotEqualTo(id);
        Call named = (Call) sessions.begin(ALICE, new Trace(1, 1, false), Optional.of("run 7"));
        Call also = (Call) sessions.begin(ALICE, new Trace(2, 1, false), Optional.of("run 7"));
        assertThat(also.sessionId()).isEqualTo(named.sessionId()).isNotEqualTo(id);
        assertThat(sessions.find(named.sessionId()).orElseThrow().name()).contains("run 7");
    }

    @Test
    void aSessionIsOverAfterHalfAnHourWithoutARequestButNotWhileOneIsUnderWay() {
        Call call = (Call) call(1);
        clock.forward(Duration.ofMinutes(31));
        assertThat(((Call) call(1)).sessionId()).isEqualTo(call.sessionId());
        call.settle(0);
        Call second = (Call) call(2);
        second.settle(0);
        clock.forward(Duration.ofMinutes(31));
        assertThat(((Call) call(2)).sessionId()).isNotEqualTo(second.sessionId());
        sessions.look();
        assertThat(sessions.find(second.sessionId())).isEmpty();
    }

    @Test
    void aStopSurvivesARestartAndTheIdleTime() {
        String id = ((Call) call(1)).sessionId();
        sessions.stop(id, "enough");
        clock.forward(Duration.ofHours(1));
        open(DEFAULTS);
        assertThat(call(1)).isEqualTo(new Admission.Refused(id, "enough"));
        sessions.resume(id);
        open(DEFAULTS);
        assertThat(call(1)).isInstanceOf(Call.class);
    }

    @Test
    void aTenHourRunIsPingedAtTwoHoursAndStoppedAtTenAlthoughTheProxyRestartsEveryHour() {
        int minutes = 0;
        while (call(1) instanceof Call call) {
            call.settle(USD / 100);
            clock.forward(Duration.ofMinutes(10));
            minutes += 10;
            if (minutes % 60 == 30) {
                open(DEFAULTS);
            }
        }
        assertThat(minutes).isEqualTo(600);
        assertThat(events()).containsExactly("ping", "stop");
        open(DEFAULTS);
        assertThat(call(1)).isInstanceOf(Admission.Refused.class);
    }

    @Test
    void aProxyThatIsKilledForgetsNothingButTheLastSeconds() {
        Call before = (Call) call(1);
        before.settle(20 * USD);
        clock.forward(Duration.ofSeconds(5));
        sessions.look();
        awaitFile("\"spent_nano_usd\":20000000000");
        try (Sessions _ = sessions) { // killed: closed too late to make a difference
            sessions = new Sessions(rules(DEFAULTS), told::add, file(), 10, clock);
            assertThat(call(1))
                    .isInstanceOfSatisfying(
                            Call.class,
                            call -> {
                                assertThat(call.sessionId()).isEqualTo(before.sessionId());
                                assertThat(call.sessionNanoUsd()).isEqualTo(20 * USD);
                                call.settle(5 * USD);
                            });
            assertThat(events()).containsExactly("ping");
        }
    }

    @Test
    void theFileIsWrittenAfterFiveSecondsWithoutAnybodyClosing() {
        ((Call) call(1)).settle(USD);
        clock.forward(Duration.ofSeconds(4));
        sessions.look();
        assertThat(file()).doesNotExist();
        clock.forward(Duration.ofSeconds(1));
        sessions.look();
        awaitFile("\"spent_nano_usd\":1000000000");
    }

    @Test
    void acknowledgementsAndTheRungsTheyRaisedSurviveARestart() {
        Call call = (Call) call(1);
        call.settle(30 * USD);
        sessions.acknowledge(call.sessionId());
        open(DEFAULTS);
        ((Call) call(1)).settle(19 * USD);
        assertThat(sessions.pings()).isZero();
        ((Call) call(1)).settle(USD);
        assertThat(sessions.pings()).isEqualTo(1);
        assertThat(sessions.find(call.sessionId()).orElseThrow().acknowledged()).isEqualTo(1);
    }

    @Test
    void theIdleTimeGoesOnWhileTheProxyIsDown() {
        Call call = (Call) call(1);
        call.settle(USD);
        clock.forward(Duration.ofMinutes(29));
        open(DEFAULTS);
        Call again = (Call) call(1);
        assertThat(again.sessionId()).isEqualTo(call.sessionId());
        again.settle(0);
        sessions.close();
        clock.forward(Duration.ofMinutes(31));
        open(DEFAULTS);
        assertThat(sessions.find(call.sessionId())).isPresent();
        sessions.look();
        assertThat(sessions.find(call.sessionId())).isEmpty();
        assertThat(((Call) call(1)).sessionNanoUsd()).isZero();
    }

    @Test
    void aStreamUnderWayKeepsItsSessionAliveUpToTheRestart() {
        Call call = (Call) call(1);
        clock.forward(Duration.ofHours(3));
        open(DEFAULTS);
        Call again = (Call) call(1);
        assertThat(again.sessionId()).isEqualTo(call.sessionId());
        assertThat(sessions.find(call.sessionId()).orElseThrow().age())
                .isEqualTo(Duration.ofHours(3));
    }

    @Test
    void aLoopAndTheRateOfSpendingAreCountedOnAfterARestart() {
        open("{ ping: { usd_per_minute: 1 }, stop: { same_call: 5 } }");
        for (int i = 0; i < 3; i++) {
            ((Call) call(1, 7)).settle(3 * USD);
        }
        open("{ ping: { usd_per_minute: 1 }, stop: { same_call: 5 } }");
        ((Call) call(1, 7)).settle(USD);
        assertThat(events()).containsExactlyInAnyOrder("ping", "ping"); // the session and its key
        assertThat(call(1, 7)).isInstanceOf(Admission.Refused.class);
    }

    @Test
    void whatIsYoungAndCheapIsNotWrittenDown() throws IOException {
        ((Call) call(1)).settle(USD / 1000);
        ((Call) call(2)).settle(USD);
        sessions.close();
        assertThat(Files.readString(file()).lines().filter(line -> line.contains("\"key\"")))
                .hasSize(2); // the dear one and the key as a whole
    }

    @Test
    void aDamagedFileIsSetAsideAndTheProxyStarts() throws IOException {
        for (String damage : List.of("{\"sessions\": [{}]}", "{\"sess", "", "{\"version\": 99}")) {
            sessions.close();
            Files.writeString(file(), damage);
            sessions = new Sessions(rules(DEFAULTS), told::add, file(), 10, clock);
            assertThat(call(1)).isInstanceOf(Call.class);
            assertThat(folder.resolve("sessions.json.damaged")).hasContent(damage);
        }
    }

    /** Until the file has a text. */
    private void awaitFile(String text) {
        Eventually.holds(text + " is written down", () -> written().contains(text));
    }

    private String written() {
        try {
            return Files.exists(file()) ? Files.readString(file()) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theListIsSortedByWhatWasSpent() {
        ((Call) call(1)).settle(USD);
        ((Call) call(2)).settle(3 * USD / 2);
        ObjectNode json = sessions.json(2);
        assertThat(json.get("count").asInt()).isEqualTo(3);
        assertThat(json.get("sessions")).hasSize(2);
        assertThat(json.get("sessions").get(0).get("id").asText()).isEqualTo("key:laptop");
        assertThat(json.get("sessions").get(1).get("usd").asText()).isEqualTo("1.5");
        assertThat(json.get("sessions").get(1).get("user").asText()).isEqualTo("alice");
    }

    @Test
    void tooManySessionsForgetTheCheapIdleOnesAndNeverOneThatRunsOrIsStopped() {
        sessions.close();
        sessions = new Sessions(rules(DEFAULTS), told::add, file(), 100, clock);
        Call running = (Call) call(1_000);
        Call dear = (Call) call(1_001);
        dear.settle(20 * USD);
        Call stopped = (Call) call(1_002);
        stopped.settle(0);
        sessions.stop(stopped.sessionId(), "enough");
        for (int i = 0; i < 500; i++) {
            clock.forward(Duration.ofMillis(10));
            ((Call) call(i)).settle(1);
        }
        assertThat(sessions.list()).hasSizeLessThanOrEqualTo(101);
        assertThat(sessions.forgotten()).isGreaterThanOrEqualTo(400);
        assertThat(sessions.find(running.sessionId())).isPresent();
        assertThat(sessions.find(dear.sessionId())).isPresent();
        assertThat(sessions.find(stopped.sessionId()).orElseThrow().state())
                .isEqualTo(State.STOPPED);
    }

    @Test
    void concurrentCallsAreCountedExactlyAndTheSessionIsPingedAndStoppedOnce() {
        AtomicLong settled = new AtomicLong();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 2_000; i++) {
                long fingerprint = i;
                threads.execute(
                        () -> {
                            if (call(1, fingerprint) instanceof Call call) {
                                call.settle(USD / 10);
                                call.settle(USD / 10);
                                settled.incrementAndGet();
                            }
                        });
            }
        }
        SessionView ofSession = sessions.list().get(1);
        assertThat(ofSession.spentNanoUsd()).isEqualTo(settled.get() * (USD / 10));
        assertThat(ofSession.requests()).isEqualTo(settled.get());
        assertThat(ofSession.inFlight()).isZero();
        assertThat(sessions.find("key:laptop").orElseThrow().inFlight()).isZero();
        assertThat(settled.get()).isBetween(1_000L, 2_000L);
        assertThat(events()).containsExactlyInAnyOrder("ping", "stop");
    }

    private Admission call(long fingerprint) {
        return call(fingerprint, nextCall++);
    }

    private Admission call(long fingerprint, long same) {
        return sessions.begin(ALICE, new Trace(fingerprint, same, false), Optional.empty());
    }

    private List<String> events() {
        return told.stream().map(event -> event.get("event").asText()).toList();
    }

    private void open(String runaway) {
        if (sessions != null) {
            sessions.close();
        }
        sessions = new Sessions(rules(runaway), told::add, file(), Sessions.MOST, clock);
    }

    private Path file() {
        return folder.resolve("sessions.json");
    }

    static Runaway rules(String yaml) {
        String text = "{ version: 1, providers: {}, routes: {}, runaway: %s }".formatted(yaml);
        return ProxyFile.of(Path.of("proxy.yaml"), text).value().runaway();
    }
}
