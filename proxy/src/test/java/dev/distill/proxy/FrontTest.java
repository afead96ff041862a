package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("it")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FrontTest {
    private final FakeUpstream upstream = new FakeUpstream();
    private TestProxy proxy;

    @BeforeAll
    void start(@TempDir Path folder) {
        proxy = TestProxy.start(folder.resolve("store.db"), upstream);
    }

    @AfterAll
    void stop() {
        proxy.close();
        upstream.close();
    }

    @Test
    void listsItsRoutesAndSaysThatItLives() {
        assertThat(proxy.get("/v1/models").json().at("/data/0/id").asText()).isEqualTo("teacher");
        assertThat(proxy.get("/healthz").status()).isEqualTo(200);
    }

    @Test
    void namesEveryRequest() {
        assertThat(proxy.ask("a").header(Headers.REQUEST_ID)).startsWith("req_");
        assertThat(proxy.post("{").header(Headers.REQUEST_ID)).startsWith("req_");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "nonsense", "{} {}", "{\"model\":\"teacher\",}"})
    void refusesWhatIsNotJson(String body) {
        TestProxy.Response refused = proxy.post(body);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().at("/error/type").asText()).isEqualTo("invalid_request_error");
        assertThat(refused.json().path("error").has("param")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"stream\":true}|unsupported_parameter|stream|streaming is not supported; leave stream out",
                "{\"n\":2}|unsupported_parameter|n|n must be 1; ask again with another x-distill-sample header for more answers",
                "{\"temprature\":1}|unsupported_parameter|temprature|temprature is not supported; did you mean temperature?",
                "{\"temperature\":\"hot\"}|invalid_type|temperature|temperature must be a number",
                "{\"max_tokens\":0}|invalid_type|max_tokens|max_tokens must be a positive integer",
                "{\"messages\":[]}|invalid_request|messages|messages is empty",
                "{\"messages\":null}|missing_required_parameter|messages|messages is missing",
                "{\"messages\":[7]}|invalid_type|messages[0]|messages[0] must be an object",
                "{\"messages\":[{\"role\":\"user\",\"content\":7}]}|invalid_type|messages[0].content|messages[0].content must be a string or an array of text parts",
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}|unsupported_parameter|messages[0].content|messages[0].content may hold text parts only, got image_url",
                "{\"model\":null}|missing_required_parameter|model|model is missing",
            })
    void refusesWhatItDoesNotSupportByName(String change, String code, String param, String message)
            throws IOException {
        ObjectNode request = TestProxy.request("hi");
        request.setAll((ObjectNode) Json.parse(change));
        TestProxy.Response refused = proxy.post(Json.line(request));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo(code);
        assertThat(refused.json().at("/error/param").asText()).isEqualTo(param);
        assertThat(refused.message()).isEqualTo(message);
    }

    @Test
    void namesTheNearestRouteWhenThereIsNone() {
        String body = Json.line(TestProxy.request("hi").put("model", "techer"));
        TestProxy.Response refused = proxy.post(body);
        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.code()).isEqualTo("model_not_found");
        assertThat(refused.message()).isEqualTo("there is no route techer; did you mean teacher?");
    }

    @ParameterizedTest
    @CsvSource({
        Headers.MAX_USD + ", 5.00",
        Headers.SAMPLE + ", -1",
        Headers.STORE + ", of",
        Headers.JOB + ", a b"
    })
    void refusesHeadersThatItCannotUnderstand(String header, String value) {
        TestProxy.Response refused = proxy.ask("hi", header, value);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("invalid_header");
        assertThat(refused.message()).startsWith(header + " must be ").endsWith(", got " + value);
    }

    @Test
    void refusesAnAmountThatIsNone() {
        TestProxy.Response refused =
                proxy.ask("hi", Headers.JOB, "j", Headers.MAX_USD, "1e-999999999");
        assertThat(refused.message())
                .isEqualTo(
                        "x-distill-max-usd must be an amount of US dollars such as 5.00, got 1e-999999999");
    }

    @Test
    void refusesABodyAboveTheLimitAndStaysWell() {
        TestProxy.Response refused = proxy.post(" ".repeat((64 << 20) + 1));
        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.code()).isEqualTo("request_too_large");
        assertThat(proxy.ask("still there").status()).isEqualTo(200);
    }

    @Test
    void answersInTheShapeOfTheDialectAlsoWhereThereIsNoEndpoint() {
        TestProxy.Response refused = proxy.get("/v1/chat/completions");
        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.message()).isEqualTo("there is no endpoint GET /v1/chat/completions");
    }

    @Test
    void answersInTheShapeOfTheDialectAlsoToWhatIsNotHttp() throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), proxy.server.uri().getPort())) {
            socket.getOutputStream()
                    .write(
                            "GET /%zz HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 400").contains("{\"error\":{\"message\":");
        }
    }

    @Test
    void keepsUnicodeWhole() {
        assertThat(proxy.ask("Grüße 🎉 \u0000 \" \\").content()).isEqualTo("Grüße 🎉 \u0000 \" \\");
    }
}
