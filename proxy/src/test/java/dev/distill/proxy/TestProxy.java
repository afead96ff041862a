package dev.distill.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ProxyConfig;
import dev.distill.config.Secret;
import dev.distill.files.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** A proxy on a free port in front of whatever a test names, and a client of it. */
final class TestProxy implements AutoCloseable {
    static final String KEY = "sk-secret-of-the-provider";
    static final ProxyConfig.Price PRICE = new ProxyConfig.Price(1.0, Optional.empty(), 2.0);

    final RecordingSleeper sleeper;
    final ProxyServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    private TestProxy(ProxyServer server, RecordingSleeper sleeper) {
        this.server = server;
        this.sleeper = sleeper;
    }

    /** A route {@code teacher} over the providers in order, whose models are named after them. */
    static ProxyConfig config(Map<String, ProxyConfig.Provider> providers) {
        List<ProxyConfig.Target> targets =
                providers.keySet().stream()
                        .map(name -> new ProxyConfig.Target(name, "model-" + name))
                        .toList();
        Map<String, ProxyConfig.Price> prices = new LinkedHashMap<>();
        targets.forEach(target -> prices.put(target.model(), PRICE));
        return new ProxyConfig(
                1,
                "127.0.0.1:0",
                providers,
                Map.of("teacher", targets),
                prices,
                new ProxyConfig.Timeouts(Duration.ofSeconds(2), Duration.ofSeconds(20)),
                3);
    }

    static ProxyConfig.OpenAi openAi(FakeUpstream upstream) {
        return new ProxyConfig.OpenAi(
                upstream.baseUrl(), Optional.of(new Secret.FromEnvironment("TEACHER_KEY")));
    }

    static TestProxy start(Path store, FakeUpstream... upstreams) {
        Map<String, ProxyConfig.Provider> providers = new LinkedHashMap<>();
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
                ProxyServer.start(config, store, environment, local, surroundings), sleeper);
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
        HttpRequest.Builder request =
                HttpRequest.newBuilder(at("/v1/chat/completions"))
                        .POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build());
    }

    Response get(String path) {
        return send(HttpRequest.newBuilder(at(path)).build());
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
