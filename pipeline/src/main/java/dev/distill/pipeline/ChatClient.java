package dev.distill.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.Headers;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/**
 * Asks models for chat completions over HTTP, as any caller of the proxy does. Safe for use by many
 * threads at once.
 */
final class ChatClient implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT_TIMEOUT)
                    .build();
    private final URI endpoint;
    private final Map<String, String> headers;

    /**
     * @param proxy the proxy's address, without a path
     * @param headers sent with each request
     */
    ChatClient(URI proxy, Map<String, String> headers) {
        this.endpoint = URI.create(proxy + "/v1/chat/completions");
        this.headers = Map.copyOf(headers);
    }

    /** What came back. */
    sealed interface Reply {
        /**
         * A chat completion.
         *
         * @param body in the OpenAI dialect
         * @param headers the proxy's, which say who answered and what it cost
         */
        record Answered(JsonNode body, HttpHeaders headers) implements Reply {
            /** A header that the proxy always sends. */
            String header(String name) {
                return headers.firstValue(name)
                        .orElseThrow(() -> new IllegalStateException("the proxy sent no " + name));
            }
        }

        /**
         * A refusal, or no answer at all.
         *
         * @param status of HTTP; 0 when the proxy was not reached
         * @param code machine-readable, from the error body
         */
        record Refused(int status, String code, String message) implements Reply {}
    }

    /** Sends one request and waits for its answer; the time limits are those of the proxy. */
    Reply ask(ObjectNode body) throws InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(endpoint)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(Json.line(body)));
        headers.forEach(request::header);
        try {
            HttpResponse<String> response =
                    http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return read(response);
        } catch (ConnectException e) {
            return new Reply.Refused(0, "unreachable", "no proxy at " + endpoint + ": " + e);
        } catch (IOException e) {
            return new Reply.Refused(0, "connection_lost", "no answer from " + endpoint + ": " + e);
        }
    }

    private static Reply read(HttpResponse<String> response) {
        int status = response.statusCode();
        try {
            JsonNode body = Json.parse(response.body());
            if (status == 200 && response.headers().firstValue(Headers.STORE).isEmpty()) {
                return new Reply.Refused(
                        status,
                        "not_a_proxy",
                        "what answers at " + response.uri() + " is no distill proxy");
            }
            if (status == 200) {
                return new Reply.Answered(body, response.headers());
            }
            JsonNode error = body.path("error");
            return new Reply.Refused(
                    status, error.path("code").asText(""), error.path("message").asText(""));
        } catch (JsonProcessingException _) {
            return new Reply.Refused(status, "not_json", "the answer is not JSON");
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
