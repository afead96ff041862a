package dev.distill.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.distill.files.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * An OpenAI-compatible endpoint on loopback that answers as a test says and counts what it is
 * asked.
 */
final class FakeTeacher implements AutoCloseable {
    private final HttpServer server;
    private final Map<String, Integer> asked = new ConcurrentHashMap<>();
    private volatile Function<String, Answer> answers;

    /** A status and a body. */
    record Answer(int status, String body) {
        static Answer label(String label) {
            return new Answer(200, JobFixture.completion(label));
        }
    }

    FakeTeacher(Function<String, Answer> answers) {
        this.answers = answers;
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/chat/completions", this::answer);
        server.start();
    }

    /** The label that a text of {@link JobFixture} has. */
    static Answer right(String text) {
        boolean refund =
                text.startsWith("money") || text.startsWith("pay") || text.startsWith("cancel");
        return Answer.label(refund ? "refund" : "shipping");
    }

    /** From now on it answers otherwise. */
    void answer(Function<String, Answer> otherwise) {
        this.answers = otherwise;
    }

    /** How often each text was asked. */
    Map<String, Integer> asked() {
        return Map.copyOf(asked);
    }

    /** Puts this teacher into a job, with or without a key. */
    void teach(JobFixture job, String key) {
        job.write(
                "proxy.yaml",
                """
                version: 1
                listen: 127.0.0.1:0
                providers:
                  fake: { kind: openai, base_url: "http://127.0.0.1:%d/v1"%s }
                routes:
                  teacher: [ { provider: fake, model: big } ]
                prices:
                  big: { input: 2, output: 8 }
                retry: { attempts: 1 }
                """
                        .formatted(server.getAddress().getPort(), key));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var messages = Json.parse(text(exchange)).path("messages");
            String text = messages.path(messages.size() - 1).path("content").asText();
            asked.merge(text, 1, Integer::sum);
            Answer answer = answers.apply(text);
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static String text(HttpExchange exchange) throws IOException {
        return new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
