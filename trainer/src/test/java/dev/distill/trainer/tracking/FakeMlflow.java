package dev.distill.trainer.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.distill.files.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;

/** A tracking server on a loopback port: it knows experiments and runs, and keeps all calls. */
final class FakeMlflow implements AutoCloseable {
    private final HttpServer server;
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final Set<String> experiments = new TreeSet<>();
    private final Set<String> runs = new TreeSet<>();
    private final Map<String, String> parameters = new TreeMap<>();
    private volatile int failing;

    /** A request, its endpoint without {@code /api/2.0/mlflow/}. */
    record Call(String endpoint, String authorization, JsonNode body) {}

    FakeMlflow() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/prefix/api/2.0/mlflow/", this::answer);
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/prefix";
    }

    /** From now on every call is answered with this status. */
    void fail(int status) {
        failing = status;
    }

    /** Forgets all runs. */
    synchronized void forget() {
        runs.clear();
    }

    List<Call> calls() {
        return List.copyOf(calls);
    }

    /** The bodies that came to an endpoint. */
    List<JsonNode> bodies(String endpoint) {
        List<JsonNode> bodies = new ArrayList<>();
        calls.stream().filter(c -> c.endpoint.equals(endpoint)).forEach(c -> bodies.add(c.body));
        return bodies;
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        String endpoint =
                exchange.getRequestURI().getPath().substring("/prefix/api/2.0/mlflow/".length());
        String text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        JsonNode body = text.isEmpty() ? Json.object() : Json.parse(text);
        calls.add(
                new Call(
                        endpoint,
                        String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
                        body));
        if (failing != 0) {
            send(exchange, failing, "{\"error_code\":\"X\",\"message\":\"no room left\"}");
            return;
        }
        switch (endpoint) {
            case "experiments/get-by-name" -> {
                String name = exchange.getRequestURI().getQuery().split("=", 2)[1];
                if (experiments.contains(name)) {
                    send(
                            exchange,
                            200,
                            "{\"experiment\":{\"experiment_id\":\"id of " + name + "\"}}");
                } else {
                    send(exchange, 404, "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\"}");
                }
            }
            case "experiments/create" -> {
                experiments.add(body.path("name").asText());
                send(
                        exchange,
                        200,
                        "{\"experiment_id\":\"id of " + body.path("name").asText() + "\"}");
            }
            case "runs/create" -> {
                String run = "run-" + (runs.size() + 1);
                runs.add(run);
                send(exchange, 200, "{\"run\":{\"info\":{\"run_id\":\"" + run + "\"}}}");
            }
            case "runs/log-batch" -> {
                boolean known = runs.contains(body.path("run_id").asText());
                send(exchange, !known ? 404 : changes(body) ? 400 : 200, "{}");
            }
            case "runs/update" ->
                    send(exchange, runs.contains(body.path("run_id").asText()) ? 200 : 404, "{}");
            default -> send(exchange, 404, "{}");
        }
    }

    /** Whether a parameter has another value than before, which MLflow refuses. */
    private boolean changes(JsonNode body) {
        for (JsonNode parameter : body.path("params")) {
            String key = body.path("run_id").asText() + "/" + parameter.path("key").asText();
            String value = parameter.path("value").asText();
            String before = parameters.putIfAbsent(key, value);
            if (before != null && !before.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
