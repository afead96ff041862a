package dev.distill.proxy;

import static dev.distill.proxy.Script.js;
import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.proxy.LiveProxy.Answer;
import dev.distill.proxy.LiveProxy.Streamed;
import dev.distill.proxy.PatientConnections.Patience;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors that have to do with HTTP rather than with what is asked. */
@Tag("it")
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HttpErrorsTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String MESSAGES = "/v1/messages";
    private static final String BODY =
            "{\"model\":\"chat\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    private final ScriptedUpstream upstream =
            ScriptedUpstream.of(
                    r ->
                            r.path().endsWith("/count_tokens")
                                    ? Script.json(200, js("{'input_tokens':14}"))
                                    : Speech.OPENAI_CHAT.answer(Say.text("hi"), r));
    private LiveProxy proxy;

    @BeforeAll
    void start(@TempDir Path folder) {
        proxy =
                LiveProxy.start(
                        folder,
                        """
                        providers:
                          primary: { kind: openai, base_url: "%1$s/v1", api_key: env:PRIMARY_KEY }
                          claude: { kind: anthropic, base_url: "%1$s", api_key: env:PRIMARY_KEY }
                        routes:
                          chat: [ { provider: primary, model: m } ]
                          chat-of-others: [ { provider: primary, model: m } ]
                          claude: [ { provider: claude, model: claude-model } ]
                        capacity: { largest_body_mib: 1 }
                        """
                                .formatted(upstream.at("")));
    }

    @AfterAll
    void stop() {
        proxy.close();
        upstream.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "content-length: 4\r\ncontent-length: 40\r\n",
                "content-length: 4\r\ntransfer-encoding: chunked\r\n",
                "a b: c\r\ncontent-length: 2\r\n"
            })
    void saysInTheCallersWordsWhatIsWrongWithTheHttp(String headers) {
        for (String path : new String[] {CHAT, MESSAGES}) {
            Streamed refused;
            try (RawHttp http = new RawHttp(proxy.port())) {
                http.send("POST %s HTTP/1.1\r\nhost: x\r\n%s\r\n{}".formatted(path, headers));
                refused = http.readResponse();
            }
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.headers().firstValue("x-request-id").orElse("")).startsWith("req_");
            assertThat(LiveProxy.json(refused.raw()).at("/error/message").asText())
                    .startsWith("the request cannot be read: ");
        }
    }

    @Test
    void saysItInAnthropicsShapeWhereAnthropicsCallersAre() {
        try (RawHttp http = new RawHttp(proxy.port())) {
            http.send(
                    "POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n");
            Streamed refused = http.readResponse();
            assertThat(LiveProxy.json(refused.raw()).path("type").asText()).isEqualTo("error");
            assertThat(LiveProxy.json(refused.raw()).path("request_id").asText())
                    .isEqualTo(refused.headers().firstValue("x-request-id").orElseThrow());
        }
    }

    @Test
    void saysThatAnAddressIsTooLong() {
        try (RawHttp http = new RawHttp(proxy.port())) {
            http.send("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nhost: x\r\n\r\n");
            Streamed refused = http.readResponse();
            assertThat(refused.status()).isBetween(400, 431);
            assertThat(LiveProxy.json(refused.raw()).at("/error/message").isTextual()).isTrue();
        }
    }

    @Test
    void unpacksBodies() throws IOException {
        assertThat(packed(CHAT, BODY.getBytes(StandardCharsets.UTF_8), "gzip").status())
                .isEqualTo(200);
        assertThat(upstream.requests().getLast().json().path("messages").size()).isEqualTo(1);
        assertThat(upstream.requests().getLast().headers()).doesNotContainKey("content-encoding");
    }

    @Test
    void countsWhatComesOutOfAPackedBody() throws IOException {
        Streamed refused = packed(CHAT, new byte[2 << 20], "gzip");
        assertThat(refused.status()).isEqualTo(413);
        assertThat(LiveProxy.json(refused.raw()).at("/error/code").asText())
                .isEqualTo("request_too_large");
    }

    @Test
    void refusesCodingsThatItDoesNotKnowAndBodiesThatAreNotWhatTheySay() throws IOException {
        Streamed unknown = packed(CHAT, BODY.getBytes(StandardCharsets.UTF_8), "br");
        assertThat(unknown.status()).isEqualTo(415);
        assertThat(LiveProxy.json(unknown.raw()).at("/error/message").asText())
                .isEqualTo("content-encoding br is not supported; send gzip or none");
        Answer broken = proxy.post(CHAT, BODY, "content-encoding", "gzip");
        assertThat(broken.status()).isEqualTo(400);
        assertThat(broken.text("/error/message"))
                .isEqualTo("the body is not gzip, or not all of it");
    }

    @Test
    void letsACallerWhoSendsTooMuchReadWhy() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            OutputStream out = socket.getOutputStream();
            int length = 70 << 20;
            out.write(
                    "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n"
                            .formatted(length)
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] block = new byte[1 << 20];
            for (int sent = 0; sent < length; sent += block.length) {
                out.write(block); // fails when the other side has closed in the meantime
            }
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer)
                    .startsWith("HTTP/1.1 413")
                    .containsIgnoringCase("connection: close")
                    .contains("request_too_large");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"POST /v1/chat/comp", "POST /v1/messages HTTP/1.1\r\nhost: x\r\nx-a: b"})
    void waitsForTheHeadOfARequestForAWhileOnly(String head) {
        WebServer server =
                WebServer.builder()
                        .protocolsDiscoverServices(false)
                        .shutdownHook(false)
                        .addConnectionSelector(
                                new PatientConnections(
                                        new CallerConnections(),
                                        new Patience(
                                                Duration.ofMillis(300),
                                                Duration.ofSeconds(1),
                                                Duration.ofMillis(100),
                                                1000)))
                        .addRouting(
                                HttpRouting.builder()
                                        .get("/", (_, response) -> response.send("hi")))
                        .build()
                        .start();
        try (RawHttp http = new RawHttp(server.port())) {
            http.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
            assertThat(http.readResponse().status()).isEqualTo(200);
            http.send(head);
            String answer = http.readAll();
            assertThat(answer).startsWith("HTTP/1.1 408").contains("\"error\"");
            assertThat(answer).doesNotContain("[still open]");
        } finally {
            server.stop();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "PUT,/v1/chat/completions,POST",
        "GET,/v1/messages,POST",
        "POST,/v1/models,GET",
        "DELETE,/admin/budgets,GET"
    })
    void saysWhichMethodAPathTakes(String method, String path, String allowed) {
        try (RawHttp http = new RawHttp(proxy.port())) {
            http.send("%s %s HTTP/1.1\r\nhost: x\r\n\r\n".formatted(method, path));
            Streamed refused = http.readResponse();
            assertThat(refused.status()).isEqualTo(405);
            assertThat(refused.headers().firstValue("allow")).contains(allowed);
            assertThat(refused.raw())
                    .contains("%s takes %s, not %s".formatted(path, allowed, method));
        }
    }

    @Test
    void answersUnknownPathsInTheCallersShape() {
        Answer anthropic = proxy.post("/v1/messages/batches", BODY);
        assertThat(anthropic.status()).isEqualTo(404);
        assertThat(anthropic.text("/error/type")).isEqualTo("not_found_error");
        Answer openAi = proxy.post("/v1/nothing", BODY);
        assertThat(openAi.status()).isEqualTo(404);
        assertThat(openAi.json().at("/error/param").isNull()).isTrue();
    }

    @Test
    void hasAnthropicCountTokens() {
        Answer counted =
                proxy.post(
                        "/v1/messages/count_tokens",
                        BODY.replace("\"chat\"", "\"claude\""),
                        "anthropic-version",
                        "2023-06-01");
        assertThat(counted.body()).isEqualTo("{\"input_tokens\":14}");
        assertThat(upstream.requests().getLast().path()).isEqualTo("/v1/messages/count_tokens");
        assertThat(upstream.requests().getLast().json().path("model").asText())
                .isEqualTo("claude-model");
        Answer refused = proxy.post("/v1/messages/count_tokens", BODY);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text("/error/message"))
                .isEqualTo("no model of route chat counts tokens: only Anthropic's do");
        assertThat(refused.text("/type")).isEqualTo("error");
    }

    @Test
    void namesNoPartOfItsParserInErrors() {
        for (String body : new String[] {"{\"model\":\"chat\"", "{\"model\": nope}", "{"}) {
            assertThat(proxy.post(CHAT, body).text("/error/message"))
                    .matches("the body is not JSON \\(line 1, column [0-9]+\\)");
        }
    }

    @Test
    void namesTheNearestRoutesOnly() {
        assertThat(proxy.post(CHAT, BODY.replace("\"chat\"", "\"chet\"")).text("/error/message"))
                .isEqualTo("there is no route chet; did you mean chat?");
        assertThat(
                        proxy.post(CHAT, BODY.replace("\"chat\"", "\"zzzzzzzzzzzz\""))
                                .text("/error/message"))
                .isEqualTo(
                        "there is no route zzzzzzzzzzzz; GET /v1/models lists those that are there");
    }

    @Test
    void saysThatMaxTokensIsWrongRatherThanUnknown() {
        for (String limit : new String[] {"0", "null"}) {
            Answer refused =
                    proxy.post(
                            MESSAGES, BODY.replace("\"max_tokens\":5", "\"max_tokens\":" + limit));
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.text("/error/details/error_code")).isEqualTo("invalid_value");
            assertThat(refused.text("/error/message")).startsWith("max_tokens must be");
        }
    }

    private Streamed packed(String path, byte[] body, String coding) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(body);
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            socket.getOutputStream()
                    .write(
                            "POST %s HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-encoding: %s\r\ncontent-length: %d\r\n\r\n"
                                    .formatted(path, coding, packed.size())
                                    .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(packed.toByteArray());
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String[] halves = answer.split("\r\n\r\n", 2);
            return new Streamed(
                    Integer.parseInt(halves[0].substring(9, 12)),
                    java.net.http.HttpHeaders.of(java.util.Map.of(), (_, _) -> true),
                    halves[1],
                    true);
        }
    }
}
