package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ExitCode;
import dev.distill.config.ProxyConfig;
import dev.distill.config.UserError;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.proxy.upstream.Cassette;
import dev.distill.proxy.wire.Canonical;
import dev.distill.proxy.wire.Dialect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("it")
final class ReplayTest {
    @TempDir private Path folder;

    @Test
    void answersFromTheCassetteWhateverThePromptAroundTheUserMessage() throws IOException {
        Path cassette = cassette(recorded("hi", 200, FakeUpstream.completion("yes", "stop")));
        try (TestProxy proxy = replay(cassette, false)) {
            ObjectNode request = TestProxy.request("hi");
            ObjectNode system = Json.object().put("role", "system").put("content", "be brief");
            request.withArray("messages").insert(0, system);
            TestProxy.Response answer = proxy.post(Json.line(request));
            assertThat(answer.content()).isEqualTo("yes");
            assertThat(answer.header(Headers.SIMULATED)).isEqualTo("true");
            assertThat(answer.header(Headers.LATENCY_MILLIS)).isEqualTo("612");
            assertThat(answer.header(Headers.COST_USD)).isEqualTo("0.00002");
            assertThat(proxy.sleeper.naps()).isEmpty();
            TestProxy.Response hit = proxy.post(Json.line(request));
            assertThat(hit.header(Headers.STORE)).isEqualTo("hit");
            assertThat(hit.header(Headers.SIMULATED)).isEqualTo("true");
            assertThat(hit.header(Headers.LATENCY_MILLIS)).isEqualTo("612");
        }
    }

    @Test
    void takesAsLongAsRecordedWhenAskedTo() throws IOException {
        Path cassette = cassette(recorded("hi", 200, FakeUpstream.completion("yes", "stop")));
        try (TestProxy proxy = replay(cassette, true)) {
            proxy.ask("hi");
            assertThat(proxy.sleeper.naps()).containsExactly(Duration.ofMillis(612));
        }
    }

    @Test
    void replaysErrorsAndRefusesUnknownMessages() throws IOException {
        Path cassette =
                cassette(
                        recorded("bad", 400, "{\"error\":{\"message\":\"m\",\"code\":\"c\"}}"),
                        recorded("gone", 503, "{}"));
        try (TestProxy proxy = replay(cassette, false)) {
            assertThat(proxy.ask("bad").code()).isEqualTo("c");
            assertThat(proxy.ask("gone").status()).isEqualTo(503);
            TestProxy.Response unknown = proxy.ask("never heard");
            assertThat(unknown.status()).isEqualTo(400);
            assertThat(unknown.code()).isEqualTo("recording_not_found");
            assertThat(unknown.message())
                    .isEqualTo("cassette.jsonl has no answer to the user message: never heard");
        }
    }

    @Test
    void namesEveryLineThatIsWrong() throws IOException {
        String good = recorded("hi", 200, "{}");
        Path cassette =
                cassette(
                        good,
                        "nonsense",
                        "",
                        good,
                        good.replace("612", "-1"),
                        good.replace("200", "7"),
                        "{\"user\":\"x\",\"model\":\"m\",\"latency_ms\":1,\"status\":200}");
        assertThatThrownBy(() -> replay(cassette, false))
                .isInstanceOfSatisfying(
                        UserError.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ExitCode.INVALID_INPUT);
                            assertThat(e.problems()).hasSize(5);
                        })
                .hasMessageContaining(cassette + ":2: not a JSON object")
                .hasMessageContaining(
                        cassette + ":4: the same user message was already recorded in line 1")
                .hasMessageContaining(cassette + ":5: latency_ms must be an integer >= 0")
                .hasMessageContaining(cassette + ":6: status must be from 200 to 599")
                .hasMessageContaining(cassette + ":7: body must be an object");
    }

    @Test
    void readsTenThousandLines() throws IOException {
        String body = FakeUpstream.completion("yes", "stop");
        Path cassette =
                cassette(
                        IntStream.range(0, 10_000)
                                .mapToObj(i -> recorded("message " + i, 200, body))
                                .toArray(String[]::new));
        assertThat(Cassette.load(cassette).find("message 9999")).isPresent();
    }

    @Test
    void saysSoWhenTheCassetteCannotBeRead() throws IOException {
        Path cassette = Files.write(folder.resolve("latin1.jsonl"), new byte[] {(byte) 0xe4, '\n'});
        assertThatThrownBy(() -> replay(cassette, false))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("latin1.jsonl: cannot read the cassette");
    }

    @Test
    void forgetsItsAnswersOnceTheCassetteHasChanged() throws IOException {
        Path cassette = cassette(recorded("hi", 200, FakeUpstream.completion("yes", "stop")));
        String key;
        try (TestProxy proxy = replay(cassette, false)) {
            TestProxy.Response answer = proxy.ask("hi");
            assertThat(answer.content()).isEqualTo("yes");
            key = answer.header(Headers.REQUEST_KEY);
            assertThat(forecast(cassette).stored()).containsExactly(true);
        }
        cassette(recorded("hi", 200, FakeUpstream.completion("no", "stop")));
        assertThat(forecast(cassette).stored()).containsExactly(false);
        try (TestProxy proxy = replay(cassette, false)) {
            TestProxy.Response answer = proxy.ask("hi");
            assertThat(answer.content()).isEqualTo("no");
            assertThat(answer.header(Headers.REQUEST_KEY)).isNotEqualTo(key);
        }
        cassette(recorded("hi", 200, FakeUpstream.completion("yes", "stop")));
        try (TestProxy proxy = replay(cassette, false)) {
            TestProxy.Response hit = proxy.ask("hi");
            assertThat(hit.content()).isEqualTo("yes");
            assertThat(hit.header(Headers.STORE)).isEqualTo("hit");
            assertThat(hit.header(Headers.REQUEST_KEY)).isEqualTo(key);
        }
    }

    @Test
    void neverAnswersForARealProviderOfTheSameModel() throws IOException {
        Path cassette = cassette(recorded("hi", 200, FakeUpstream.completion("yes", "stop")));
        try (TestProxy proxy = replay(cassette, false)) {
            assertThat(proxy.ask("hi").content()).isEqualTo("yes");
        }
        try (FakeUpstream upstream = new FakeUpstream()) {
            ProxyConfig real = TestProxy.config(Map.of("a", TestProxy.openAi(upstream)));
            assertThat(forecast(real).stored()).containsExactly(false);
            try (TestProxy proxy = TestProxy.start(store(), real, List.of())) {
                TestProxy.Response answer = proxy.ask("hi");
                assertThat(answer.header(Headers.STORE)).isEqualTo("miss");
                assertThat(answer.header(Headers.SIMULATED)).isEqualTo("false");
            }
            assertThat(forecast(real).stored()).containsExactly(true);
        }
    }

    @Test
    void storesItsAnswersUnderTheModelAndTheDigestOfTheCassetteAndBooksThePlainModel()
            throws IOException, SQLException {
        Path cassette = cassette(recorded("hi", 200, FakeUpstream.completion("yes", "stop")));
        String name = "model-a@cassette-" + Digest.ofFile(cassette).hex().substring(0, 12);
        try (TestProxy proxy = replay(cassette, false)) {
            Digest key = Canonical.of(Dialect.OPENAI_CHAT, TestProxy.request("hi")).key(name, 0);
            assertThat(proxy.ask("hi").header(Headers.REQUEST_KEY)).isEqualTo(key.hex());
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + store());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT model FROM attempts")) {
            rows.next();
            assertThat(rows.getString(1)).isEqualTo("model-a");
        }
    }

    @Test
    void saysSoWhenThereIsNoCassetteToForecastFrom() throws IOException {
        Path cassette = cassette(recorded("hi", 200, FakeUpstream.completion("yes", "stop")));
        ProxyConfig config = config(cassette, false);
        Files.delete(cassette);
        assertThatThrownBy(() -> forecast(config))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cassette.jsonl: cannot read the cassette");
    }

    @Test
    void tellsTheRecordedLatencyAlsoWithoutTheStoreAndInTheLedger()
            throws IOException, SQLException {
        Path cassette = cassette(recorded("hi", 200, FakeUpstream.completion("yes", "stop")));
        try (TestProxy proxy = replay(cassette, false)) {
            TestProxy.Response live = proxy.ask("hi", Headers.STORE, "off");
            assertThat(live.header(Headers.LATENCY_MILLIS)).isEqualTo("612");
            assertThat(proxy.stream(TestProxy.request("hi"), Headers.STORE, "off").text())
                    .contains("\"content\":\"yes\"");
            proxy.ask("hi", Headers.JOB, "j");
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + store());
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT COUNT(*), MIN(latency_ms), MAX(latency_ms) FROM attempts")) {
            assertThat(rows.getInt(1)).isEqualTo(3);
            assertThat(rows.getInt(2)).isEqualTo(612);
            assertThat(rows.getInt(3)).isEqualTo(612);
        }
    }

    private Forecast forecast(Path cassette) {
        return forecast(config(cassette, false));
    }

    private Forecast forecast(ProxyConfig config) {
        return Forecast.of(config, store(), "teacher", List.of(TestProxy.request("hi")));
    }

    private TestProxy replay(Path cassette, boolean latency) {
        return TestProxy.start(store(), config(cassette, latency), List.of());
    }

    private static ProxyConfig config(Path cassette, boolean latency) {
        return TestProxy.config(
                Map.of(
                        "a",
                        "{ kind: replay, cassette: %s, replay_latency: %s }"
                                .formatted(cassette, latency)));
    }

    private Path store() {
        return folder.resolve("store.db");
    }

    private Path cassette(String... lines) throws IOException {
        return Files.write(folder.resolve("cassette.jsonl"), List.of(lines));
    }

    private static String recorded(String user, int status, String body) {
        return "{\"user\":\"%s\",\"model\":\"m\",\"latency_ms\":612,\"status\":%d,\"body\":%s}"
                .formatted(user, status, body);
    }
}
