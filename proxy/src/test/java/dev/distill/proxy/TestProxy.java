package dev.distill.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ProxyConfig;
import dev.distill.config.ProxyFile;
import dev.distill.files.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A proxy on a free port in front of whatever a test names, and a client of it. */
final class TestProxy implements AutoCloseable {
    static final String KEY = "sk-secret-of-the-provider";
    static final ProxyConfig.Price PRICE = ProxyConfig.Price.of(1, 2);

    /** What is between the pieces of a chunked body. */
    private static final Pattern CHUNK = Pattern.compile("\r\n(0|[1-9a-f][0-9a-f]*)\r\n");

    final RecordingSleeper sleeper;
    final ProxyServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    private TestProxy(ProxyServer server, RecordingSleeper sleeper) {
        this.server = server;
        this.sleeper = sleeper;
    }

    /**
     * A route {@code teacher} over the providers in order, whose models are named after them.
     *
     * @param providers by name, in YAML
     * @param lines of the proxy file, which replace those here
     */
    static ProxyConfig config(Map<String, String> providers, String... lines) {
        Map<String, String> file = new LinkedHashMap<>();
        file.put("version", "1");
        file.put("listen", "127.0.0.1:0");
        file.put(
                "providers", flow(providers.keySet(), name -> String.valueOf(providers.get(name))));
        String targets =
                providers.keySet().stream()
                        .map("{ provider: %1$s, model: model-%1$s }"::formatted)
                        .collect(Collectors.joining(", "));
        file.put("routes", "{ teacher: { store: true, targets: [ " + targets + " ] } }");
        file.put(
                "prices",
                flow(
                        providers.keySet().stream().map(name -> "model-" + name).toList(),
                        _ -> "{ input: 1, output: 2 }"));
        file.put("timeouts", "{ total: 20s }");
        for (String line : lines) {
            String[] parts = line.split(": ", 2);
            file.put(parts[0], parts[1]);
        }
        String text =
                file.entrySet().stream()
                        .map(entry -> entry.getKey() + ": " + entry.getValue())
                        .collect(Collectors.joining("\n"));
        return ProxyFile.of(Path.of("proxy.yaml").toAbsolutePath(), text).value();
    }

    private static String flow(Collection<String> names, UnaryOperator<String> value) {
        return names.stream()
                .map(name -> name + ": " + value.apply(name))
                .collect(Collectors.joining(", ", "{ ", " }"));
    }

    static String openAi(FakeUpstream upstream) {
        return openAi(upstream.baseUrl());
    }

    static String openAi(URI baseUrl) {
        return "{ kind: openai, base_url: \"%s\", api_key: env:TEACHER_KEY }".formatted(baseUrl);
    }

    static TestProxy start(Path store, FakeUpstream... upstreams) {
        Map<String, String> providers = new LinkedHashMap<>();
        for (FakeUpstream upstream : upstreams) {
            providers.put(String.valueOf((char) ('a' + providers.size())), openAi(upstream));
        }
        return start(store, config(providers), List.of());
    }

    static TestProxy start(Path store, ProxyConfig config, List<LocalRoute> local) {
        RecordingSleeper sleeper = new RecordingSleeper();
        Surroundings surroundings =
                new Surroundings(InstantSource.system(), sleeper, new Random(1));
        Map<String, String> environment = Map.of("TEACHER_KEY", KEY);
        return new TestProxy(
                ProxyServer.start(
                        config, store, environment, local, ProxyServer.NO_STUDENTS, surroundings),
                sleeper);
    }

    static ObjectNode request(String user) {
        ObjectNode request = Json.object();
        request.put("model", "teacher");
        request.put("temperature", 0);
        request.put("max_tokens", 20);
        request.putArray("messages").addObject().put("role", "user").put("content", user);
        return request;
    }

    Response ask(String user, String... headers) {
        return post(Json.line(request(user)), headers);
    }

    Response post(String body, String... headers) {
        return postTo("/v1/chat/completions", body, headers);
    }

    Response postTo(String path, String body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(at(path)).POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build());
    }

    /** Asks for a stream, and takes it to its end. */
    Streamed stream(ObjectNode request, String... headers) {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(at("/v1/chat/completions"))
                        .POST(BodyPublishers.ofString(Json.line(request.put("stream", true))));
        if (headers.length > 0) {
            builder.headers(headers);
        }
        return new Streamed(send(builder.build()).http());
    }

    /**
     * Asks for a stream that will break, over a bare socket: the client of the JDK forgets what it
     * has received when a connection breaks.
     */
    Broken brokenStream(ObjectNode request) {
        byte[] body = Json.line(request.put("stream", true)).getBytes(StandardCharsets.UTF_8);
        String head =
                "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n"
                        .formatted(body.length);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.uri().getPort())) {
            socket.setSoTimeout(20_000); // a connection that stays open fails, and does not hang
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(body);
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int start = answer.indexOf("\r\n\r\n");
            String chunks = answer.substring(start + 2);
            return new Broken(
                    CHUNK.matcher(chunks).replaceAll(""), chunks.endsWith("\r\n0\r\n\r\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What came before a stream broke, and whether it ended as if it had not. */
    record Broken(String text, boolean endedWell) {}

    /** What came of a stream. */
    record Streamed(HttpResponse<String> http) {
        String text() {
            return http.body();
        }

        String header(String name) {
            return http.headers().firstValue(name).orElse("");
        }
    }

    Response get(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(at(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build());
    }

    URI at(String path) {
        return server.uri().resolve(path);
    }

    @Override
    public void close() {
        server.close();
    }

    private Response send(HttpRequest request) {
        try {
            return new Response(client.send(request, BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What came back. */
    record Response(HttpResponse<String> http) {
        int status() {
            return http.statusCode();
        }

        JsonNode json() {
            try {
                return Json.parse(http.body());
            } catch (JsonProcessingException e) {
                throw new AssertionError("not JSON: " + http.body(), e);
            }
        }

        String content() {
            return json().at("/choices/0/message/content").asText();
        }

        String code() {
            return json().at("/error/code").asText();
        }

        String message() {
            return json().at("/error/message").asText();
        }

        String header(String name) {
            return http.headers().firstValue(name).orElse("");
        }
    }
}
