package dev.distill.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.distill.files.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A provider on a real socket that does what a test says. */
final class FakeUpstream implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final List<ObjectNode> requests = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile Function<ObjectNode, Reaction> behaviour = FakeUpstream::echo;

    sealed interface Reaction {
        record Respond(int status, String body, Map<String, String> headers) implements Reaction {}

        /**
         * Streams.
         *
         * @param cut whether the connection then breaks instead of ending
         */
        record Stream(List<String> pieces, boolean cut) implements Reaction {}

        /** Closes the connection without a word. */
        record HangUp() implements Reaction {}

        /** Says nothing until the test is over. */
        record StaySilent() implements Reaction {}
    }

    FakeUpstream() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/v1/chat/completions", this::handle);
        server.start();
    }

    static Reaction respond(int status, String body) {
        return new Reaction.Respond(status, body, Map.of());
    }

    static Reaction stream(String... pieces) {
        return new Reaction.Stream(List.of(pieces), false);
    }

    static Reaction cut(String... pieces) {
        return new Reaction.Stream(List.of(pieces), true);
    }

    static Reaction error(int status, String code) {
        return respond(
                status,
                "{\"error\":{\"message\":\"says the fake: %s\",\"type\":\"t\",\"param\":null,\"code\":\"%s\"}}"
                        .formatted(code, code));
    }

    private static String lastUserText(ObjectNode request) {
        String text = "";
        for (JsonNode message : request.path("messages")) {
            if (message.path("role").asText().equals("user")) {
                text = message.path("content").asText();
            }
        }
        return text;
    }

    /** A good answer that repeats the last user message; 10 tokens in, 5 out. */
    static Reaction echo(ObjectNode request) {
        return respond(200, completion(lastUserText(request), "stop"));
    }

    static String completion(String content, String finishReason) {
        ObjectNode body = Json.object();
        body.put("id", "chatcmpl-1");
        body.put("object", "chat.completion");
        body.put("model", "fake-2026-01-01");
        ObjectNode choice = body.putArray("choices").addObject();
        choice.put("index", 0);
        choice.put("finish_reason", finishReason);
        choice.putObject("message").put("role", "assistant").put("content", content);
        ObjectNode usage = body.putObject("usage");
        usage.put("prompt_tokens", 10);
        usage.put("completion_tokens", 5);
        usage.put("total_tokens", 15);
        return Json.line(body);
    }

    /** Answers each request by its content. */
    void behave(Function<ObjectNode, Reaction> how) {
        behaviour = how;
    }

    /** Answers one request after the other, the last reaction for ever. */
    void script(Reaction... reactions) {
        int before = requests.size();
        behaviour = _ -> reactions[Math.min(requests.size() - before, reactions.length) - 1];
    }

    URI baseUrl() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
    }

    /** The requests as they came. */
    List<String> bodies() {
        return bodies;
    }

    List<ObjectNode> requests() {
        return requests;
    }

    List<String> authorizations() {
        return authorizations;
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String sent = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        bodies.add(sent);
        JsonNode request = Json.parse(sent);
        requests.add((ObjectNode) request);
        authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("authorization")));
        switch (behaviour.apply((ObjectNode) request)) {
            case Reaction.Respond(int status, String body, Map<String, String> headers) -> {
                headers.forEach(exchange.getResponseHeaders()::add);
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
                exchange.getResponseBody().write(bytes);
                exchange.close();
            }
            case Reaction.Stream(List<String> pieces, boolean cut) -> {
                exchange.getResponseHeaders().add("content-type", "text/event-stream");
                exchange.sendResponseHeaders(200, 0);
                for (String piece : pieces) {
                    exchange.getResponseBody().write(piece.getBytes(StandardCharsets.UTF_8));
                    exchange.getResponseBody().flush();
                }
                if (cut) {
                    throw new IOException("the server closes the connection upon this");
                }
                exchange.close();
            }
            case Reaction.HangUp() -> exchange.close();
            case Reaction.StaySilent() -> {
                try {
                    closing.await();
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
                exchange.close();
            }
        }
    }
}
