package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
    void listsItsRoutesAsTheCallersDialectDoes() {
        JsonNode openAi = proxy.get("/v1/models").json();
        assertThat(openAi.path("object").asText()).isEqualTo("list");
        assertThat(openAi.at("/data/0/object").asText()).isEqualTo("model");
        assertThat(openAi.at("/data/0/owned_by").asText()).isEqualTo("distill");
        assertThat(proxy.get("/v1/models/teacher").json()).isEqualTo(openAi.at("/data/0"));

        String[] version = {"anthropic-version", "2023-06-01"};
        JsonNode anthropic = proxy.get("/v1/models", version).json();
        assertThat(anthropic.at("/data/0/type").asText()).isEqualTo("model");
        assertThat(anthropic.at("/data/0/id").asText()).isEqualTo("teacher");
        assertThat(anthropic.path("has_more").asBoolean(true)).isFalse();
        assertThat(anthropic.path("first_id").asText()).isEqualTo("teacher");
        assertThat(proxy.get("/v1/models/teacher", version).json())
                .isEqualTo(anthropic.at("/data/0"));
    }

    @Test
    void refusesAModelThatIsNotThereInTheCallersDialect() {
        TestProxy.Response openAi = proxy.get("/v1/models/nobody");
        assertThat(openAi.status()).isEqualTo(404);
        assertThat(openAi.code()).isEqualTo("model_not_found");
        TestProxy.Response anthropic =
                proxy.get("/v1/models/nobody", "anthropic-version", "2023-06-01");
        assertThat(anthropic.status()).isEqualTo(404);
        assertThat(anthropic.json().path("type").asText()).isEqualTo("error");
        assertThat(anthropic.json().at("/error/type").asText()).isEqualTo("not_found_error");
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
                "{\"stream\":\"yes\"}|stream|stream must be true or false",
                "{\"n\":-1}|n|n must be an integer and not negative",
                "{\"max_tokens\":\"many\"}|max_tokens|max_tokens must be an integer and not negative",
                "{\"model\":null}|model|model must be a string",
                "{\"stream_options\":7}|stream_options|stream_options must be an object",
            })
    void refusesWhatItCannotAccountForByName(String change, String param, String message)
            throws IOException {
        ObjectNode request = TestProxy.request("hi");
        request.setAll((ObjectNode) Json.parse(change));
        TestProxy.Response refused = proxy.post(Json.line(request));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("invalid_request");
        assertThat(refused.json().at("/error/param").asText()).isEqualTo(param);
        assertThat(refused.message()).startsWith(message);
    }

    @Test
    void refusesAMemberThatIsThereTwice() {
        TestProxy.Response refused = proxy.post("{\"model\":\"teacher\",\"model\":\"b\"}");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.message()).startsWith("model is given twice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"n\" : 2",
                "\"temprature\":1.50",
                "\"messages\":[ ]",
                "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AAAA\"}}]}]",
                "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{}}}]",
                "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"a\":1e2}}",
                "\"logprobs\":true, \"user\":\"Gr\\u00fc\u00dfe\""
            })
    void passesOnWhateverAProviderOfTheSameDialectMayUnderstandByteForByte(String members) {
        String before = "{ " + members + ",\n\t\"model\" :\"";
        String after = "\" , \"seed\":7}";
        assertThat(proxy.post(before + "teacher" + after, Headers.STORE, "off").status())
                .isEqualTo(200);
        assertThat(upstream.bodies().getLast()).isEqualTo(before + "model-a" + after);
    }

    @Test
    void refusesByNameWhatAProviderOfAnotherDialectHasNoWordFor(@TempDir Path folder) {
        String anthropic =
                "{ kind: anthropic, base_url: \"%s\", api_key: env:TEACHER_KEY }"
                        .formatted(upstream.baseUrl());
        int before = upstream.requests().size();
        try (TestProxy translating =
                TestProxy.start(
                        folder.resolve("store.db"),
                        TestProxy.config(Map.of("a", anthropic)),
                        List.of())) {
            String body = Json.line(TestProxy.request("hi").put("temprature", 1));
            TestProxy.Response refused = translating.post(body);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.code()).isEqualTo("unsupported_parameter");
            assertThat(refused.json().at("/error/param").asText()).isEqualTo("temprature");
        }
        assertThat(upstream.requests()).hasSize(before);
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
        TestProxy.Response refused = proxy.get("/v1/chat/nothing");
        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.message()).isEqualTo("there is no endpoint GET /v1/chat/nothing");
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
    void closesTheConnectionOfACallerWhoWantsNoOtherRequest() throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), proxy.server.uri().getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(
                            "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 200").endsWith("{\"status\":\"ok\"}");
        }
    }

    @Test
    void keepsUnicodeWhole() {
        assertThat(proxy.ask("Grüße 🎉 \u0000 \" \\").content()).isEqualTo("Grüße 🎉 \u0000 \" \\");
    }
}
