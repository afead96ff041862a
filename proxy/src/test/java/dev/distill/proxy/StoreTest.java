package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ExitCode;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.proxy.ledger.Spend;
import dev.distill.proxy.wire.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("it")
final class StoreTest {
    @TempDir private Path folder;
    private final FakeUpstream upstream = new FakeUpstream();

    @AfterEach
    void stop() {
        upstream.close();
    }

    @Test
    void answersTheSameRequestFromTheStoreAlsoAfterARestart() {
        Path store = folder.resolve("deep/down/store.db");
        String first;
        try (TestProxy proxy = TestProxy.start(store, upstream)) {
            TestProxy.Response asked = proxy.ask("hello", Headers.JOB, "j");
            first = asked.http().body();
            assertThat(asked.header(Headers.STORE)).isEqualTo("miss");
            assertThat(asked.header(Headers.COST_USD)).isEqualTo("0.00002");
        }
        try (TestProxy proxy = TestProxy.start(store, upstream)) {
            TestProxy.Response hit = proxy.ask("hello", Headers.JOB, "j");
            assertThat(hit.http().body()).isEqualTo(first);
            assertThat(hit.header(Headers.STORE)).isEqualTo("hit");
            assertThat(hit.header(Headers.COST_USD)).isEqualTo("0");
            assertThat(hit.header(Headers.ANSWER_COST_USD)).isEqualTo("0.00002");
            assertThat(hit.header(Headers.PROVIDER)).isEqualTo("a");
            assertThat(hit.header(Headers.MODEL)).isEqualTo("fake-2026-01-01");
            assertThat(hit.header(Headers.SIMULATED)).isEqualTo("false");
        }
        assertThat(upstream.requests()).hasSize(1);
        assertThat(Spend.of(store, "j"))
                .contains(new Spend("j", 2, 1, Usage.of(10, 5), 20_000, 20_000, 0));
    }

    @Test
    void findsEveryAnsweredRequestInACopyOfTheFilesOfALiveStore() throws IOException {
        Path store = folder.resolve("store.db");
        Path copy = folder.resolve("copy.db");
        try (TestProxy proxy = TestProxy.start(store, upstream)) {
            for (int i = 0; i < 20; i++) {
                assertThat(proxy.ask("message " + i).status()).isEqualTo(200);
            }
            Files.copy(store, copy);
            Files.copy(folder.resolve("store.db-wal"), folder.resolve("copy.db-wal"));
        }
        try (TestProxy proxy = TestProxy.start(copy, upstream)) {
            for (int i = 0; i < 20; i++) {
                assertThat(proxy.ask("message " + i).header(Headers.STORE)).isEqualTo("hit");
            }
        }
        assertThat(upstream.requests()).hasSize(20);
    }

    @Test
    void asksOnceForIdenticalRequestsAtTheSameTime() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        upstream.behave(
                request -> {
                    awaitOn(go);
                    return FakeUpstream.echo(request);
                });
        try (TestProxy proxy = TestProxy.start(folder.resolve("store.db"), upstream);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<TestProxy.Response>> asked =
                    IntStream.range(0, 10)
                            .mapToObj(_ -> threads.submit(() -> proxy.ask("same")))
                            .toList();
            go.countDown();
            List<String> use = new ArrayList<>();
            for (Future<TestProxy.Response> response : asked) {
                assertThat(response.get().content()).isEqualTo("same");
                use.add(response.get().header(Headers.STORE));
            }
            assertThat(upstream.requests()).hasSize(1);
            assertThat(use).containsOnlyOnce("miss").filteredOn("hit"::equals).hasSize(9);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"length", "content_filter", "unheard_of"})
    void recordsButNeverReusesAnAnswerThatIsNotWhole(String finishReason) throws SQLException {
        upstream.script(FakeUpstream.respond(200, FakeUpstream.completion("half", finishReason)));
        Path store = folder.resolve("store.db");
        try (TestProxy proxy = TestProxy.start(store, upstream)) {
            assertThat(proxy.ask("q").content()).isEqualTo("half");
            assertThat(proxy.ask("q").header(Headers.STORE)).isEqualTo("miss");
        }
        assertThat(upstream.requests()).hasSize(2);
        assertThat(number(store, "SELECT COUNT(*) FROM answers WHERE good = 0")).isEqualTo(2);
    }

    @Test
    void neverReusesAnEmptyAnswerOrARefusal() {
        String refusal =
                FakeUpstream.completion("", "stop")
                        .replace("\"content\":\"\"", "\"content\":null,\"refusal\":\"no\"");
        upstream.script(
                FakeUpstream.respond(200, FakeUpstream.completion(" ", "stop")),
                FakeUpstream.respond(200, refusal));
        try (TestProxy proxy = TestProxy.start(folder.resolve("store.db"), upstream)) {
            for (int i = 0; i < 3; i++) {
                assertThat(proxy.ask("q").header(Headers.STORE)).isEqualTo("miss");
            }
        }
    }

    @Test
    void tellsSamplesAndParametersApartButNotRoutesUsersOrTheFormOfNumbers() {
        try (TestProxy proxy = TestProxy.start(folder.resolve("store.db"), upstream)) {
            ObjectNode request = TestProxy.request("q");
            assertThat(store(proxy, request)).isEqualTo("miss");
            assertThat(store(proxy, request, Headers.SAMPLE, "1")).isEqualTo("miss");
            assertThat(store(proxy, request, Headers.SAMPLE, "0")).isEqualTo("hit");
            assertThat(store(proxy, request.deepCopy().put("user", "u"))).isEqualTo("hit");
            assertThat(store(proxy, request.deepCopy().put("temperature", 0.0))).isEqualTo("hit");
            assertThat(store(proxy, request.deepCopy().put("n", 1))).isEqualTo("hit");
            assertThat(store(proxy, request.deepCopy().putNull("stop"))).isEqualTo("hit");
            assertThat(store(proxy, request.deepCopy().put("temperature", 1))).isEqualTo("miss");
        }
    }

    @Test
    void leavesTheStoreAloneWhenAskedToButStillCounts() {
        Path store = folder.resolve("store.db");
        try (TestProxy proxy = TestProxy.start(store, upstream)) {
            String[] off = {Headers.STORE, "off", Headers.JOB, "latency"};
            assertThat(proxy.ask("q", off).header(Headers.STORE)).isEqualTo("off");
            assertThat(proxy.ask("q", off).header(Headers.STORE)).isEqualTo("off");
            assertThat(proxy.ask("q").header(Headers.STORE)).isEqualTo("miss");
        }
        assertThat(upstream.requests()).hasSize(3);
        assertThat(Spend.of(store, "latency").orElseThrow().costNanoUsd()).isEqualTo(40_000);
    }

    @Test
    void twoProxiesShareAStore() throws Exception {
        Path store = folder.resolve("store.db");
        try (TestProxy one = TestProxy.start(store, upstream);
                TestProxy two = TestProxy.start(store, upstream);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> asked =
                    IntStream.range(0, 60)
                            .mapToObj(
                                    i ->
                                            threads.submit(
                                                    () ->
                                                            (i % 2 == 0 ? one : two)
                                                                    .ask("message " + i)
                                                                    .status()))
                            .toList();
            for (Future<Integer> status : asked) {
                assertThat(status.get()).isEqualTo(200);
            }
            assertThat(one.ask("message 1").header(Headers.STORE)).isEqualTo("hit");
            assertThat(two.ask("message 0").header(Headers.STORE)).isEqualTo("hit");
        }
    }

    @Test
    void saysSoWhenTheFileIsNoStore() throws IOException, SQLException {
        Path text = Files.writeString(folder.resolve("notes.txt"), "not a database ".repeat(100));
        assertThatThrownBy(() -> Spend.all(text))
                .isInstanceOfSatisfying(
                        UserError.class,
                        e -> assertThat(e.code()).isEqualTo(ExitCode.INVALID_INPUT))
                .hasMessageContaining("notes.txt: cannot use the response store")
                .hasMessageContaining("hint: name another store file");

        Path foreign = folder.resolve("foreign.db");
        execute(foreign, "CREATE TABLE theirs (id INTEGER)");
        assertThatThrownBy(() -> Spend.all(foreign))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("it is a database of another program");

        Path newer = folder.resolve("newer.db");
        execute(newer, "PRAGMA application_id = " + 0x44495354);
        execute(newer, "PRAGMA user_version = 999");
        assertThatThrownBy(() -> Spend.all(newer))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("it was written by a newer distill");
    }

    private static String store(TestProxy proxy, ObjectNode request, String... headers) {
        return proxy.post(Json.line(request), headers).header(Headers.STORE);
    }

    private static void awaitOn(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void execute(Path file, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int number(Path file, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
