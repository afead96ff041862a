package dev.distill.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distill.config.ProxyConfig;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.WireException;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("it")
@Timeout(20)
final class HttpUpstreamTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(60);
    private static final Clocks PATIENT = new Clocks(LONG, LONG, LONG, LONG, LONG);
    private static final String STREAM =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Request-Id: up-1\r\n\r\n";

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void asksOverOneConnectionAndReadsTheWholeAnswer() throws InterruptedException {
        try (RawServer server = new RawServer(e -> e.answer("answer " + e.number()));
                HttpUpstream upstream = upstream(server)) {
            for (int i = 1; i <= 3; i++) {
                assertThat(text(upstream, ask(PATIENT, false))).isEqualTo("answer " + i);
            }
            assertThat(server.connections()).isEqualTo(1);
            assertThat(server.requests().getFirst())
                    .startsWith("POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:")
                    .contains("\r\nauthorization: Bearer sk-secret\r\n")
                    .contains("\r\naccept-encoding: identity\r\n")
                    .endsWith("\r\n\r\n{\"q\":1}");
            assertThat(upstream.busy()).isZero();
            assertThat(upstream.idle()).isEqualTo(1);
        }
    }

    @Test
    void readsChunksAsTheyComeAndUsesTheConnectionAgain() throws Exception {
        try (RawServer server =
                        new RawServer(
                                e ->
                                        e.say(
                                                STREAM
                                                        + "5;x=y\r\nhello\r\n6\r\n world\r\n0\r\n"
                                                        + "trailer: t\r\n\r\n"));
                HttpUpstream upstream = upstream(server)) {
            assertThat(text(upstream, ask(PATIENT, true))).isEqualTo("hello world");
            try (Call call = upstream.open(ask(PATIENT, true))) {
                assertThat(call.header("x-request-id")).contains("up-1");
                assertThat(call.body().readNBytes(11)).asString().isEqualTo("hello world");
                call.committed();
                call.finish();
            }
            assertThat(upstream.idle()).isEqualTo(1);
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "headers,    false, HEADERS_TIMEOUT,     no answer within 60 ms",
        "headers,    true,  HEADERS_TIMEOUT,     no answer within 60 ms",
        "firstToken, true,  FIRST_TOKEN_TIMEOUT, no token within 60 ms",
        "total,      true,  TOTAL_TIMEOUT,       not done within 60 ms"
    })
    void everyClockRunsFromTheStart(String clock, boolean stream, Fault fault, String message)
            throws Exception {
        Clocks clocks =
                new Clocks(
                        LONG,
                        clock.equals("headers") ? SHORT : LONG,
                        clock.equals("firstToken") ? SHORT : LONG,
                        LONG,
                        clock.equals("total") ? SHORT : LONG);
        try (RawServer server = new RawServer(RawServer.Exchange::stayThere);
                HttpUpstream upstream = upstream(server)) {
            UpstreamException e = failure(upstream, ask(clocks, stream));
            assertThat(e.fault()).isEqualTo(fault);
            assertThat(e.fault().silent()).isTrue();
            assertThat(e).hasMessage(message);
            assertThat(e.possiblyBilled()).isTrue();
            assertThat(upstream.busy()).isZero();
        }
    }

    @Test
    void theFirstTokenClockRunsOnThroughKeepalivesUntilTheCallIsCommitted() throws Exception {
        Clocks clocks = new Clocks(LONG, LONG, SHORT, LONG, LONG);
        try (RawServer server =
                        new RawServer(
                                e -> {
                                    e.say(STREAM + "3\r\n:ka\r\n");
                                    e.stayThere();
                                });
                HttpUpstream upstream = upstream(server);
                Call call = upstream.open(ask(clocks, true))) {
            assertThat(call.body().readNBytes(3)).hasSize(3);
            UpstreamException e =
                    catchThrowableOfType(UpstreamException.class, () -> call.body().read());
            assertThat(e.fault()).isEqualTo(Fault.FIRST_TOKEN_TIMEOUT);
        }
    }

    @Test
    void theIdleClockRunsBetweenTokens() throws Exception {
        Clocks clocks = new Clocks(LONG, LONG, LONG, SHORT, LONG);
        try (RawServer server =
                        new RawServer(
                                e -> {
                                    e.say(STREAM + "5\r\nhello\r\n");
                                    e.stayThere();
                                });
                HttpUpstream upstream = upstream(server);
                Call call = upstream.open(ask(clocks, true))) {
            assertThat(call.body().readNBytes(5)).hasSize(5);
            call.committed();
            assertThatThrownBy(() -> call.body().read()).hasMessage("nothing more for 60 ms");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort', TRUNCATED",
        "'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshort\r\n', TRUNCATED",
        "'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', NOT_HTTP",
        "'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nxyz\r\n', NOT_HTTP",
        "'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx', NOT_HTTP",
        "'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nx', NOT_HTTP",
        "'HTTP/1.1 OK\r\n\r\n', NOT_HTTP",
        "'SSH-2.0-x\r\n', NOT_HTTP",
        "'', CONNECTION_LOST"
    })
    void saysWhatIsWrongWithAnAnswer(String answer, Fault fault) throws Exception {
        try (RawServer server =
                        new RawServer(
                                e -> {
                                    e.say(answer);
                                    e.socket().close();
                                });
                HttpUpstream upstream = upstream(server)) {
            UpstreamException e = failure(upstream, ask(PATIENT, false));
            assertThat(e.fault()).isEqualTo(fault);
            assertThat(e.possiblyBilled()).isTrue();
            assertThat(upstream.idle()).isZero();
        }
    }

    @Test
    void aResetBeforeTheHeadersOnAFreshConnectionIsOneAttempt() throws Exception {
        try (RawServer server = new RawServer(RawServer.Exchange::reset);
                HttpUpstream upstream = upstream(server)) {
            assertThat(failure(upstream, ask(PATIENT, true)).fault())
                    .isEqualTo(Fault.CONNECTION_LOST);
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void sendsAgainWhatMetAConnectionThatWasJustClosing() throws Exception {
        try (RawServer server =
                        new RawServer(
                                e -> {
                                    if (e.number() == 2) {
                                        e.socket().close();
                                    } else {
                                        e.answer("fine");
                                    }
                                });
                HttpUpstream upstream = upstream(server)) {
            assertThat(text(upstream, ask(PATIENT, false))).isEqualTo("fine");
            assertThat(text(upstream, ask(PATIENT, false))).isEqualTo("fine");
            assertThat(server.requests()).hasSize(3);
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 4\r\n\r\nfine'",
        "'HTTP/1.0 200 OK\r\ncontent-length: 4\r\n\r\nfine'",
        "'HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 4\r\n\r\nfine'",
        "'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine and more'",
        "'HTTP/1.1 103 Early\r\nx: y\r\n\r\nHTTP/1.1 200 OK\r\nconnection: close\r\n\r\nfine'"
    })
    void doesNotUseAConnectionAgainThatIsOver(String answer) throws Exception {
        try (RawServer server =
                        new RawServer(
                                e -> {
                                    e.say(answer);
                                    if (answer.contains("103")) {
                                        e.socket().close();
                                    }
                                });
                HttpUpstream upstream = upstream(server)) {
            assertThat(text(upstream, ask(PATIENT, false))).isEqualTo("fine");
            assertThat(text(upstream, ask(PATIENT, false))).isEqualTo("fine");
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void readsAnAnswerThatComesBeforeTheRequestWasTaken() throws Exception {
        String refusal = "HTTP/1.1 413 Too Large\r\nconnection: close\r\n\r\nno";
        try (RawServer server = new RawServer(e -> e.say(refusal));
                HttpUpstream upstream = upstream(server);
                Call call = upstream.open(ask(PATIENT, false))) {
            assertThat(call.status()).isEqualTo(413);
        }
    }

    @Test
    void neverFollowsARedirect() throws Exception {
        try (RawServer server =
                        new RawServer(
                                e ->
                                        e.say(
                                                "HTTP/1.1 307 Elsewhere\r\nlocation: /\r\ncontent-length: 0\r\n\r\n"));
                HttpUpstream upstream = upstream(server);
                Call call = upstream.open(ask(PATIENT, false))) {
            assertThat(call.status()).isEqualTo(307);
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void closingFromAnotherThreadEndsAReadAtOnceAndTheConnectionWithIt() throws Exception {
        try (RawServer server =
                        new RawServer(
                                e -> {
                                    e.say(STREAM + "1\r\nx\r\n");
                                    e.stayThere();
                                });
                HttpUpstream upstream = upstream(server)) {
            Call call = upstream.open(ask(PATIENT, true));
            assertThat(call.body().read()).isEqualTo('x');
            Future<?> reading = threads.submit(() -> call.body().read());
            call.close();
            assertThatThrownBy(reading::get).hasRootCauseInstanceOf(IOException.class);
            assertThat(upstream.busy()).isZero();
            assertThat(upstream.idle()).isZero();
        }
    }

    @Test
    void interruptingTheThreadEndsTheWaitForHeaders() throws Exception {
        try (RawServer server =
                        new RawServer(
                                e -> {
                                    e.say("HTTP/1.1 100 Continue\r\n\r\n");
                                    e.stayThere();
                                });
                HttpUpstream upstream = upstream(server)) {
            Future<?> asking = threads.submit(() -> upstream.open(ask(PATIENT, true)));
            while (server.requests().isEmpty()) {
                Thread.onSpinWait();
            }
            threads.shutdownNow();
            assertThatThrownBy(asking::get).hasCauseInstanceOf(InterruptedException.class);
            assertThat(upstream.busy()).isZero();
        }
    }

    @Test
    void leavesNothingBehindOfAbandonedStreams() throws Exception {
        try (RawServer server =
                        new RawServer(
                                e -> {
                                    e.say(STREAM + "1\r\nx\r\n");
                                    e.socket().getInputStream().read();
                                    e.socket().close();
                                });
                HttpUpstream upstream = upstream(server)) {
            for (int i = 0; i < 200; i++) {
                try (Call call = upstream.open(ask(PATIENT, true))) {
                    assertThat(call.body().read()).isEqualTo('x');
                }
            }
            while (server.open() > 0) {
                Thread.onSpinWait();
            }
            assertThat(upstream.busy()).isZero();
            assertThat(upstream.idle()).isZero();
        }
    }

    @Test
    void nothingIsBilledWhenNobodyListensOrTheNameIsUnknown() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (HttpUpstream upstream = upstream(URI.create("http://127.0.0.1:" + port))) {
            UpstreamException e = failure(upstream, ask(PATIENT, false));
            assertThat(e.fault()).isEqualTo(Fault.CONNECT_FAILED);
            assertThat(e.possiblyBilled()).isFalse();
            assertThat(e).hasMessageStartingWith("cannot connect to 127.0.0.1:" + port + ": ");
        }
        try (HttpUpstream upstream = upstream(URI.create("http://nobody.invalid/v1"))) {
            UpstreamException e = failure(upstream, ask(PATIENT, false));
            assertThat(e.fault()).isEqualTo(Fault.DNS_FAILED);
            assertThat(e.possiblyBilled()).isFalse();
        }
    }

    @Test
    void takesTheKeyOutOfErrors() throws Exception {
        try (RawServer server =
                        new RawServer(
                                e ->
                                        e.say(
                                                "HTTP/1.1 401 No\r\ncontent-length: 14\r\n\r\nbad: sk-secret"));
                HttpUpstream upstream = upstream(server);
                Call call = upstream.open(ask(PATIENT, false))) {
            assertThat(call.errorText()).isEqualTo("bad: [key]");
        }
    }

    @Test
    void refusesHeadersThatWouldEndTheLineAndPassesOnOnlyWhatIsKnown() throws Exception {
        try (RawServer server = new RawServer(e -> e.answer("fine"));
                HttpUpstream upstream = upstream(server)) {
            Map<String, String> headers =
                    Map.of("authorization", "Bearer mine", "traceparent", "00-1", "x-other", "o");
            text(upstream, ask(PATIENT, false, headers));
            assertThat(server.requests().getFirst())
                    .contains("\r\ntraceparent: 00-1\r\n")
                    .doesNotContain("mine")
                    .doesNotContain("x-other");
            Map<String, String> evil = Map.of("traceparent", "00\r\nx-evil: 1");
            assertThatThrownBy(() -> upstream.open(ask(PATIENT, false, evil)))
                    .isInstanceOf(WireException.class)
                    .hasMessage("header traceparent holds a character that no header may hold");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void closingTheProviderEndsItsCalls() throws Exception {
        try (RawServer server = new RawServer(RawServer.Exchange::stayThere)) {
            HttpUpstream upstream = upstream(server);
            Future<?> asking = threads.submit(() -> upstream.open(ask(PATIENT, true)));
            while (server.requests().isEmpty()) {
                Thread.onSpinWait();
            }
            upstream.close();
            assertThatThrownBy(asking::get).hasMessageContaining("the call was closed");
        }
    }

    private static Ask ask(Clocks clocks, boolean stream) {
        return ask(clocks, stream, Map.of());
    }

    private static Ask ask(Clocks clocks, boolean stream, Map<String, String> headers) {
        return new Ask(
                Dialect.OPENAI_CHAT,
                "m",
                "{\"q\":1}".getBytes(StandardCharsets.UTF_8),
                stream,
                new Credential.Token("k", "sk-secret"),
                headers,
                clocks);
    }

    private static HttpUpstream upstream(RawServer server) {
        return upstream(server.base());
    }

    private static HttpUpstream upstream(URI base) {
        ProxyConfig.OpenAi config =
                new ProxyConfig.OpenAi(
                        base,
                        Optional.empty(),
                        List.of(),
                        ProxyConfig.KeyHeader.BEARER,
                        Optional.empty(),
                        Map.of(),
                        ProxyConfig.ClientGone.CANCEL);
        return (HttpUpstream)
                new Upstreams(
                                Map.of(),
                                InstantSource.system(),
                                Thread::sleep,
                                new Random(1),
                                InProcessUpstreamTest.NONE)
                        .open("fake", config);
    }

    private static String text(Upstream upstream, Ask ask) throws InterruptedException {
        try (Call call = upstream.open(ask)) {
            return new String(call.whole(), StandardCharsets.UTF_8);
        }
    }

    private static UpstreamException failure(Upstream upstream, Ask ask) {
        return catchThrowableOfType(UpstreamException.class, () -> text(upstream, ask));
    }
}
