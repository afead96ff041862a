package dev.distill.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.ProxyFile;
import dev.distill.files.Json;
import dev.distill.proxy.ledger.Spend;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A proxy as its users have it: started from a text of a proxy file, asked over HTTP. Its store is
 * {@code store.db} in the folder it is given.
 */
final class LiveProxy implements AutoCloseable {
    /** The secrets that proxy files name. */
    static final Map<String, String> ENVIRONMENT =
            Map.of(
                    "PRIMARY_KEY", "sk-secret-of-primary",
                    "FALLBACK_KEY", "sk-secret-of-fallback",
                    "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE",
                    "AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

    /** No answer takes longer; a test that waits longer hangs. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ProxyServer server;
    private final Path store;

    private LiveProxy(ProxyServer server, Path store) {
        this.server = server;
        this.store = store;
    }

    /**
     * Starts one on a free port.
     *
     * @param yaml a proxy file without its first two keys
     */
    static LiveProxy start(Path folder, String yaml) {
        return start(folder, yaml, Surroundings.real());
    }

    /** The same with a clock, a sleeper and chance of the test's own. */
    static LiveProxy start(Path folder, String yaml, Surroundings surroundings) {
        String text = "version: 1\nlisten: 127.0.0.1:0\n" + yaml;
        Path store = folder.resolve("store.db");
        return new LiveProxy(
                ProxyServer.start(
                        ProxyFile.of(folder.resolve("proxy.yaml"), text).value(),
                        store,
                        ENVIRONMENT,
                        List.of(),
                        ProxyServer.NO_STUDENTS,
                        surroundings),
                store);
    }

    /** Starts one that records all answers to a cassette. */
    static LiveProxy record(Path folder, Path cassette, String yaml) {
        String text = "version: 1\nlisten: 127.0.0.1:0\n" + yaml;
        Path store = folder.resolve("store.db");
        return new LiveProxy(
                ProxyServer.start(
                        ProxyFile.of(folder.resolve("proxy.yaml"), text),
                        store,
                        ENVIRONMENT,
                        _ -> {
                            throw new IllegalStateException("nothing is recorded for training");
                        },
                        Optional.of(cassette),
                        ProxyServer.NO_STUDENTS),
                store);
    }

    /** A whole answer. */
    record Answer(int status, HttpHeaders headers, String body) {
        JsonNode json() {
            return LiveProxy.json(body);
        }

        String text(String pointer) {
            return json().at(pointer).asText();
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }
    }

    /** A frame of server-sent events. */
    record Frame(String event, String data) {
        JsonNode json() {
            return LiveProxy.json(data);
        }
    }

    /**
     * A streamed answer.
     *
     * @param clean whether its body had a proper end
     */
    record Streamed(int status, HttpHeaders headers, String raw, boolean clean) {
        List<Frame> frames() {
            List<Frame> frames = new ArrayList<>();
            String event = "";
            StringBuilder data = new StringBuilder();
            for (String line : raw.split("\r?\n", -1)) {
                if (line.startsWith("event:")) {
                    event = line.substring(6).strip();
                } else if (line.startsWith("data:")) {
                    data.append(data.isEmpty() ? "" : "\n").append(line.substring(5).strip());
                } else if (line.isEmpty() && !data.isEmpty()) {
                    frames.add(new Frame(event, data.toString()));
                    event = "";
                    data.setLength(0);
                }
            }
            return frames;
        }

        /** The JSON of all frames, without {@code [DONE]}. */
        List<JsonNode> events() {
            return frames().stream()
                    .filter(frame -> !frame.data().equals("[DONE]"))
                    .map(Frame::json)
                    .toList();
        }

        /** The text in all frames of OpenAI chat. */
        String content() {
            StringBuilder text = new StringBuilder();
            for (JsonNode event : events()) {
                JsonNode content = event.at("/choices/0/delta/content");
                text.append(content.isTextual() ? content.asText() : "");
            }
            return text.toString();
        }

        /** Whether OpenAI's last word came. */
        boolean done() {
            return raw.contains("data: [DONE]");
        }

        /** The errors in the stream, in OpenAI's or Anthropic's shape. */
        List<JsonNode> errors() {
            return events().stream()
                    .filter(event -> event.hasNonNull("error"))
                    .map(event -> event.get("error"))
                    .toList();
        }
    }

    Answer post(String path, JsonNode body, String... headers) {
        return post(path, Json.line(body), headers);
    }

    Answer post(String path, String body, String... headers) {
        return send(request(path, body, headers));
    }

    /** Posts bytes that need be no text. */
    Answer post(String path, byte[] body) {
        return send(
                HttpRequest.newBuilder(at(path))
                        .timeout(LIMIT)
                        .POST(BodyPublishers.ofByteArray(body))
                        .build());
    }

    Answer get(String path, String... headers) {
        HttpRequest.Builder get = HttpRequest.newBuilder(at(path)).timeout(LIMIT);
        if (headers.length > 0) {
            get.headers(headers);
        }
        return send(get.build());
    }

    /**
     * Asks and reads the stream to its end, proper or not, on a connection of its own: the JDK's
     * client throws away what came before a broken end.
     */
    Streamed stream(String path, JsonNode body, String... headers) {
        byte[] bytes = Json.line(body).getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder();
        head.append("POST ").append(path).append(" HTTP/1.1\r\nhost: proxy\r\n");
        head.append("connection: close\r\ncontent-type: application/json\r\n");
        head.append("content-length: ").append(bytes.length).append("\r\n");
        for (int i = 0; i < headers.length; i += 2) {
            head.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        try (RawHttp http = new RawHttp(port())) {
            http.send(
                    head.append("\r\n")
                            .append(new String(bytes, StandardCharsets.UTF_8))
                            .toString());
            return http.readResponse();
        }
    }

    /** Asks and leaves the reading to the caller; closing the stream hangs up. */
    HttpResponse<InputStream> open(String path, JsonNode body, String... headers) {
        return call(request(path, Json.line(body), headers), BodyHandlers.ofInputStream());
    }

    URI at(String path) {
        return server.uri().resolve(path);
    }

    int port() {
        return server.uri().getPort();
    }

    Path store() {
        return store;
    }

    /** Stops it, so that the ledger is complete, and says what a job has spent. */
    Spend spendAfterClosing(String job) {
        close();
        return Spend.of(store, job).orElseThrow(() -> new AssertionError("no rows of " + job));
    }

    @Override
    public void close() {
        server.close();
        client.shutdownNow();
    }

    /** JSON that must be JSON. */
    static JsonNode json(String text) {
        try {
            return Json.parse(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    private HttpRequest request(String path, String body, String... headers) {
        HttpRequest.Builder post =
                HttpRequest.newBuilder(at(path))
                        .timeout(LIMIT)
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            post.headers(headers);
        }
        return post.build();
    }

    private Answer send(HttpRequest request) {
        HttpResponse<String> response = call(request, BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.headers(), response.body());
    }

    private <T> HttpResponse<T> call(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return client.send(request, handler);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
