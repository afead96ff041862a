package dev.distill.proxy;

import static dev.distill.proxy.Script.js;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.LiveProxy.Answer;
import dev.distill.proxy.LiveProxy.Streamed;
import dev.distill.proxy.ScriptedUpstream.Received;
import dev.distill.proxy.ledger.Spend;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Callers, providers and surroundings at their worst. After each of them the proxy is ready and
 * answers a plain request.
 */
@Tag("it")
@Timeout(60)
final class HostileTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final Say HELLO = Say.text("Hel", "lo");

    @TempDir private Path folder;
    private final ScriptedUpstream upstream = ScriptedUpstream.of(HostileTest::hello);
    private LiveProxy proxy;

    @BeforeEach
    void start() {
        proxy =
                LiveProxy.start(
                        folder,
                        """
                        providers:
                          primary: { kind: openai, base_url: "%1$s/v1", api_key: env:PRIMARY_KEY }
                          claude: { kind: anthropic, base_url: "%1$s/anthropic", api_key: env:PRIMARY_KEY }
                          gone: { kind: openai, base_url: "http://no-such-host.invalid/v1", api_key: env:PRIMARY_KEY }
                        routes:
                          chat: [ { provider: primary, model: model-primary } ]
                          claude: [ { provider: claude, model: model-claude } ]
                          moved: [ { provider: gone, model: model-gone }, { provider: primary, model: model-primary } ]
                          lost: [ { provider: gone, model: model-gone } ]
                        prices: { model-primary: { input: 1, output: 2 } }
                        timeouts: { connect: 8s, first_token: 8s, idle: 2s, total: 20s }
                        breaker: { calls: 1000 }
                        retry: { attempts: 1 }
                        """
                                .formatted(upstream.at("")));
    }

    @AfterEach
    void isHealthyAfterwards() {
        LiveProxy running = proxy;
        try (upstream;
                running) {
            upstream.behave(HostileTest::hello);
            assertThat(proxy.get("/readyz").status()).isEqualTo(200);
            Answer answer = proxy.post(CHAT, request("chat"));
            assertThat(answer.text("/choices/0/message/content"))
                    .as(answer.body())
                    .isEqualTo("Hello");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "7",
                "\"text\"",
                "{\"model\":\"chat\"",
                "{\"model\":\"chat\",\"model\":\"other\",\"messages\":7}",
                "{\"model\":7,\"messages\":[]}",
                "{\"model\":{},\"messages\":{}}",
                "{\"model\":\"chat\",\"stream\":\"yes\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
                "{\"model\":\"chat\",\"max_tokens\":1e400,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
                "{\"model\":\"chat\",\"max_tokens\":-1,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"
            })
    void refusesBodiesThatMakeNoSense(String body) {
        for (String path : List.of(CHAT, "/v1/messages", "/v1/responses", "/v1/embeddings")) {
            Answer refused = proxy.post(path, body);
            assertThat(refused.status()).as("%s to %s", body, path).isBetween(400, 499);
            assertThat(refused.json().has("error")).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[null]",
                "[[]]",
                "[{\"role\":\"user\",\"content\":{}}]",
                "[{\"role\":[],\"content\":\"x\"}]"
            })
    void leavesMessagesToAProviderOfTheSameDialectAndRefusesToTranslateNonsense(String messages) {
        String body = "{\"model\":\"%s\",\"max_tokens\":5,\"messages\":%s}";
        assertThat(proxy.post(CHAT, body.formatted("chat", messages)).status()).isEqualTo(200);
        assertThat(upstream.requests().getLast().json().path("messages"))
                .isEqualTo(LiveProxy.json(messages));
        assertThat(proxy.post(CHAT, body.formatted("claude", messages)).status()).isEqualTo(400);
        assertThat(proxy.post("/v1/messages", body.formatted("chat", messages)).status())
                .isEqualTo(400);
    }

    @Test
    void survivesBodiesThatAreBrokenAnywhere() {
        byte[] good = Json.line(request("chat")).getBytes(StandardCharsets.ISO_8859_1);
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            byte[] broken = good.clone();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt(32, 127);
            }
            String body = new String(broken, StandardCharsets.ISO_8859_1);
            Answer answer = proxy.post(i % 2 == 0 ? CHAT : "/v1/messages", body);
            assertThat(answer.status()).as(body).isLessThan(500);
            assertThat(answer.json().isObject()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/v1/chat/completions", "/v1/messages", "/v1/responses", "/v1/embeddings"})
    void survivesBytesThatAreCutDoubledOrNoText(String path) {
        Random random = new Random(path.hashCode());
        byte[] good =
                Json.line(request("claude").put("stream", false).put("input", "é😀"))
                        .getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 150; i++) {
            byte[] body = damaged(good, random);
            Answer answer = proxy.post(path, body);
            assertThat(answer.status())
                    .as(() -> new String(body, StandardCharsets.ISO_8859_1))
                    .isLessThan(500);
            assertThat(answer.json().isObject()).isTrue();
        }
    }

    /** With a few stretches left out, doubled or replaced by any bytes. */
    private static byte[] damaged(byte[] good, Random random) {
        byte[] bytes = good;
        for (int n = 1 + random.nextInt(3); n > 0 && bytes.length > 1; n--) {
            int from = random.nextInt(bytes.length);
            int to = from + random.nextInt(Math.min(8, bytes.length - from) + 1);
            byte[] noise = new byte[random.nextInt(6)];
            random.nextBytes(noise);
            ByteArrayOutputStream next = new ByteArrayOutputStream();
            next.write(bytes, 0, from);
            switch (random.nextInt(3)) {
                case 0 -> next.writeBytes(noise);
                case 1 -> next.write(bytes, 0, to);
                default -> {
                    // left out
                }
            }
            next.write(bytes, to, bytes.length - to);
            bytes = next.toByteArray();
        }
        return bytes;
    }

    @Test
    void refusesJsonThatIsNestedWithoutEnd() {
        String deep = "{\"model\":\"chat\",\"messages\":" + "[".repeat(200_000);
        assertThat(proxy.post(CHAT, deep).status()).isBetween(400, 413);
    }

    @Test
    void takesOrClearlyRefusesABodyOfFiftyMegabytes() {
        ObjectNode large = request("chat");
        large.withArray("messages")
                .addObject()
                .put("role", "user")
                .put("content", "x".repeat(50_000_000));
        Answer answer = proxy.post(CHAT, large);
        assertThat(answer.status()).isIn(200, 413, 429);
        if (answer.status() == 200) {
            assertThat(upstream.requests().getLast().body().length()).isGreaterThan(50_000_000);
        }
    }

    @Test
    void refusesABodyAboveTheLimitWithoutReadingItAll() {
        String head =
                "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5000000000\r\n\r\n{";
        try (RawHttp http = new RawHttp(proxy.port())) {
            http.send(head);
            assertThat(http.readResponse().status()).isEqualTo(413);
        }
    }

    @Test
    void letsOthersThroughWhileCallersDrip() {
        List<RawHttp> dripping = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            RawHttp http = new RawHttp(proxy.port());
            http.send(i % 2 == 0 ? "POST /v1/chat/comp" : "POST /v1/chat/completions HTTP/1.1\r\n");
            dripping.add(http);
        }
        assertThat(proxy.post(CHAT, request("chat")).status()).isEqualTo(200);
        for (RawHttp http : dripping) {
            http.send("x");
        }
        assertThat(proxy.post(CHAT, request("chat")).status()).isEqualTo(200);
        dripping.forEach(RawHttp::close);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "content-length: 4\r\ntransfer-encoding: chunked\r\n",
                "transfer-encoding: chunked\r\ncontent-length: 4\r\n",
                "content-length: 4\r\ncontent-length: 40\r\n",
                "content-length: +4\r\n",
                "content-length: 4, 4\r\n",
                "transfer-encoding: xchunked\r\n",
                "transfer-encoding: chunked, identity\r\n",
                "transfer-encoding : chunked\r\n"
            })
    void refusesRequestsWhoseEndIsInDoubt(String framing) {
        String answer =
                RawHttp.exchange(
                        proxy.port(),
                        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"
                                + framing
                                + "\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 4");
        assertThat(answer.split("HTTP/1.1 ", -1)).hasSize(2);
        assertThat(upstream.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chat\\r\\nx-injected: yes",
                "chat\\n\\nHTTP/1.1 200 OK",
                "чат",
                "😀",
                "../../etc/passwd",
                "chat\\u0000",
                "<script>alert(1)</script>"
            })
    void refusesModelNamesThatWantToBeMore(String model) {
        Answer refused =
                proxy.post(
                        CHAT,
                        "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"
                                .formatted(model));
        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.headers().map()).doesNotContainKey("x-injected");
        assertThat(proxy.get("/metrics").body()).doesNotContain("script").doesNotContain("чат");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-distill-job: a\rx-injected: yes",
                "x-distill-job: a\nx-injected: yes",
                "x-distill-job: \u0000",
                "x-distill-job: ключ",
                "x-request-id: a\rb",
                "traceparent: 00-zz-😀"
            })
    void keepsHeadersFromBecomingMore(String header) {
        String body = Json.line(request("chat"));
        Streamed answer;
        try (RawHttp http = new RawHttp(proxy.port())) {
            http.send(
                    "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n"
                            + header
                            + "\r\ncontent-length: "
                            + body.length()
                            + "\r\n\r\n"
                            + body);
            answer = http.readResponse();
        }
        assertThat(answer.status()).isBetween(200, 499);
        assertThat(answer.headers().map()).doesNotContainKey("x-injected");
        assertThat(upstream.requests())
                .allSatisfy(r -> assertThat(r.headers()).doesNotContainKey("x-injected"));
    }

    @Test
    void passesNoCredentialOfTheCallerOn() {
        proxy.post(
                CHAT,
                request("chat"),
                "authorization",
                "Bearer sk-of-the-caller",
                "x-api-key",
                "sk-of-the-caller",
                "cookie",
                "session=sk-of-the-caller");
        assertThat(upstream.requests().getLast().headers().toString())
                .doesNotContain("sk-of-the-caller");
    }

    @Test
    void survivesStreamsThatAreBrokenAnywhere() {
        Random random = new Random(7);
        for (int i = 0; i < 150; i++) {
            String route = i % 2 == 0 ? "chat" : "claude";
            upstream.behave(request -> fuzzed(request, random));
            Streamed answer = proxy.stream(CHAT, request(route).put("stream", true));
            assertThat(answer.status()).isIn(200, 502, 503, 504);
            if (answer.status() == 200 && !answer.done()) {
                assertThat(answer.errors()).as(answer.raw()).hasSize(1);
                assertThat(answer.clean()).isFalse();
            }
        }
    }

    @Test
    void refusesAnswersThatAreNone() {
        List<Script> nonsense =
                List.of(
                        Script.answer(200, "text/html", "<html>welcome to the hotel</html>"),
                        Script.answer(200, "application/json", ""),
                        Script.answer(200, "application/json", "{}"),
                        Script.answer(200, "application/json", "[1,2"),
                        Script.answer(204, "application/json", ""),
                        Script.answer(302, "text/html", "", "location", "http://127.0.0.1:1/"),
                        Script.shorterThanPromised("{\"id\":", 10));
        for (Script script : nonsense) {
            upstream.behave(script);
            Answer answer = proxy.post(CHAT, request("chat"));
            assertThat(answer.status()).as(answer.body()).isBetween(500, 504);
            assertThat(answer.json().has("error")).isTrue();
            assertThat(proxy.stream(CHAT, request("chat").put("stream", true)).done()).isFalse();
        }
    }

    @Test
    void movesOnFromAHostWhoseNameIsGone() {
        assertThat(proxy.post(CHAT, request("moved")).text("/choices/0/message/content"))
                .isEqualTo("Hello");
        assertThat(proxy.stream(CHAT, request("moved").put("stream", true)).content())
                .isEqualTo("Hello");
        Answer refused = proxy.post(CHAT, request("lost"));
        assertThat(refused.status()).isBetween(502, 504);
        assertThat(refused.json().has("error")).isTrue();
    }

    @Test
    void servesWhileTheDatabaseIsLockedAndCatchesUpAfterwards() throws SQLException {
        proxy.post(CHAT, request("chat"));
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + proxy.store());
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN EXCLUSIVE");
            for (int i = 0; i < 50; i++) {
                assertThat(proxy.post(CHAT, request("chat")).status()).isEqualTo(200);
            }
            statement.execute("ROLLBACK");
        }
        proxy.close();
        assertThat(requestsInTheLedger()).isEqualTo(51);
        start();
    }

    @Test
    void servesWhileTheFolderOfTheDatabaseIsGone() throws IOException {
        proxy.post(CHAT, request("chat"));
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        for (int i = 0; i < 50; i++) {
            assertThat(proxy.post(CHAT, request("chat")).status()).isEqualTo(200);
        }
    }

    @Test
    void leavesNoConnectionBehindWhenAThousandCallersHangUp() {
        Received anything = new Received("POST", CHAT, Map.of(), "{}", 0);
        upstream.behave(
                Speech.OPENAI_CHAT
                        .streamed(Say.tokens(200), anything)
                        .pacedBy(Duration.ofMillis(200)));
        List<Integer> statuses = new CopyOnWriteArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 1000; i++) {
                callers.execute(() -> statuses.add(hangUp()));
            }
        }
        assertThat(statuses).containsOnly(200).hasSize(1000);
        Eventually.holds("no connection is open", () -> upstream.open() == 0);
        assertThat(upstream.requests()).hasSize(1000);
        assertThat(upstream.aborted()).isEqualTo(1000);
    }

    /** The status that it got before. */
    private int hangUp() {
        HttpResponse<InputStream> response = proxy.open(CHAT, request("chat").put("stream", true));
        try (InputStream in = response.body()) {
            assertThat(in.read()).isGreaterThan(0);
            return response.statusCode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long requestsInTheLedger() throws SQLException {
        assertThat(Spend.all(proxy.store())).isEmpty(); // nobody named a job
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + proxy.store());
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT COUNT(*) FROM requests")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** A stream with some bytes changed, doubled or left out. */
    private static Script fuzzed(Received request, Random random) {
        Speech speech =
                request.path().startsWith("/anthropic") ? Speech.ANTHROPIC : Speech.OPENAI_CHAT;
        List<Script.Step> steps = new ArrayList<>();
        for (Script.Step step : speech.streamed(Say.tokens(8), request).steps()) {
            if (step instanceof Script.Step.Event(byte[] bytes)) {
                byte[] copy = bytes.clone();
                switch (random.nextInt(12)) {
                    case 0 -> copy[random.nextInt(copy.length)] = (byte) random.nextInt(256);
                    case 1 -> steps.add(step);
                    case 2 -> copy = new byte[0];
                    default -> {
                        // as it is
                    }
                }
                if (copy.length > 0) {
                    steps.add(new Script.Step.Event(copy));
                }
            } else {
                steps.add(step);
            }
        }
        return new Script(steps);
    }

    private static Script hello(Received request) {
        Speech speech =
                request.path().startsWith("/anthropic") ? Speech.ANTHROPIC : Speech.OPENAI_CHAT;
        return speech.answer(HELLO, request);
    }

    private static ObjectNode request(String route) {
        return (ObjectNode)
                js(
                        "{'model':%s,'max_tokens':50,'messages':[{'role':'user','content':'hi'}]}",
                        route);
    }
}
