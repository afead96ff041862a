package dev.distill.proxy;

import static dev.distill.proxy.Script.js;
import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.files.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers without a stream who go, or seem to, while a provider takes its time. */
@Tag("it")
@Timeout(60)
@EnabledOnOs(OS.LINUX)
final class CallerGoneTest {
    private static final Say HELLO = Say.text("Hello");

    /** Longer than the proxy takes to find out. */
    private static final Duration LONG = Duration.ofSeconds(9);

    @TempDir private Path folder;
    private final ScriptedUpstream upstream = ScriptedUpstream.of(Script.silent());

    @AfterEach
    void stop() {
        upstream.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoeverHangsUpEndsTheCallAndIsWrittenDownWithWhatItMayHaveUsed(boolean encrypted)
            throws Exception {
        Path certificate = folder.resolve("proxy.crt");
        Path key = folder.resolve("proxy.key");
        TestCertificate.make(folder, "localhost").writeTo(certificate, key);
        String tls = "tls: { certificate: %s, private_key: %s }".formatted(certificate, key);
        LiveProxy proxy = proxy("cancel", encrypted ? tls : "");
        try (RawHttp caller =
                encrypted
                        ? new RawHttp(TestCertificate.connect(proxy.port()))
                        : new RawHttp(proxy.port())) {
            caller.send(request("chat"));
            Eventually.holds("the provider is asked", () -> upstream.requests().size() == 1);
        }
        Eventually.holds("the call is ended", () -> upstream.aborted() == 1);
        proxy.close();
        assertThat(row(proxy, "SELECT outcome, status, tries FROM requests"))
                .isEqualTo("client_gone 499 1");
        assertThat(row(proxy, "SELECT outcome, estimated, input_fresh > 0 FROM attempts"))
                .isEqualTo("client_gone 1 1");
    }

    @Test
    void aProviderThatBillsAllTheSameIsHeardOut() throws SQLException {
        upstream.behave(request -> Speech.OPENAI_CHAT.answer(HELLO, request).after(LONG));
        LiveProxy proxy = proxy("drain");
        try (RawHttp caller = new RawHttp(proxy.port())) {
            caller.send(request("chat"));
            Eventually.holds("the provider is asked", () -> upstream.requests().size() == 1);
        }
        Eventually.holds("it has answered", () -> upstream.open() == 1 && answered(proxy));
        proxy.close();
        assertThat(upstream.aborted()).isZero();
        assertThat(row(proxy, "SELECT outcome, status, estimated FROM requests"))
                .isEqualTo("client_gone 499 0");
        assertThat(row(proxy, "SELECT outcome, status, estimated FROM attempts"))
                .isEqualTo("good 200 0");
    }

    @Test
    void whoeverOnlySendsNoMoreGetsTheAnswersToAllThatTheySent() {
        upstream.behave(this::slowAtFirst);
        try (LiveProxy proxy = proxy("cancel");
                RawHttp caller = new RawHttp(proxy.port())) {
            caller.send(request("chat") + request("chat"));
            caller.sendsNoMore();
            String answers = caller.readAll();
            assertThat(answers).startsWith("HTTP/1.1 100 Continue\r\n\r\n");
            assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(3);
            assertThat(answers.split("\"Hello\"", -1)).hasSize(3);
        }
    }

    @Test
    void whoeverSendsTheNextRequestBeforeTheAnswerGetsBoth() {
        upstream.behave(this::slowAtFirst);
        try (LiveProxy proxy = proxy("cancel");
                RawHttp caller = new RawHttp(proxy.port())) {
            caller.send(request("chat") + request("chat"));
            assertThat(caller.readResponse().raw()).contains("Hello");
            Eventually.holds("the second one is asked", () -> upstream.requests().size() == 2);
            caller.sendsNoMore();
            assertThat(caller.readAll()).startsWith("HTTP/1.1 200 OK").contains("\"Hello\"");
        }
    }

    /** Slower than the proxy looks, the first time. */
    private Script slowAtFirst(ScriptedUpstream.Received request) {
        Script answer = Speech.OPENAI_CHAT.answer(HELLO, request);
        return upstream.requests().size() > 1 ? answer : answer.after(Duration.ofSeconds(5));
    }

    private boolean answered(LiveProxy proxy) {
        return proxy.get("/metrics").body().contains("outcome=\"client_gone\"} 1");
    }

    private LiveProxy proxy(String onClientGone) {
        return proxy(onClientGone, "");
    }

    private LiveProxy proxy(String onClientGone, String more) {
        return LiveProxy.start(
                folder,
                """
                providers:
                  primary: { kind: openai, base_url: "%s/v1", api_key: env:PRIMARY_KEY, on_client_gone: %s }
                routes:
                  chat: [ { provider: primary, model: model-primary } ]
                prices: { model-primary: { input: 1, output: 2 } }
                %s
                """
                        .formatted(upstream.at(""), onClientGone, more));
    }

    private static String request(String route) {
        String body =
                Json.line(js("{'model':%s,'messages':[{'role':'user','content':'hi'}]}", route));
        return "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n%s"
                .formatted(body.getBytes(StandardCharsets.UTF_8).length, body);
    }

    /** The columns of the one row, for a proxy that has closed. */
    private static String row(LiveProxy proxy, String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + proxy.store());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            String row = rows.getString(1) + " " + rows.getString(2) + " " + rows.getString(3);
            assertThat(rows.next()).isFalse();
            return row;
        }
    }
}
