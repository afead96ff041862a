package dev.distill.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The endpoints over HTTP; whatever goes wrong, the answer has the shape of the dialect. */
final class HttpFront {
    /** The largest request body. */
    static final int MOST_BYTES = 16 << 20;

    /** Requests worked on at the same time. */
    private static final int MOST_REQUESTS = 2048;

    private static final Logger LOG = System.getLogger(HttpFront.class.getName());

    private final Semaphore room = new Semaphore(MOST_REQUESTS);
    private final Gateway gateway;
    private final Routes routes;

    HttpFront(Gateway gateway, Routes routes) {
        this.gateway = gateway;
        this.routes = routes;
    }

    /** Adds the endpoints. */
    void addTo(HttpRouting.Builder routing) {
        routing.post("/v1/chat/completions", (q, s) -> answer(s, id -> chat(id, q)))
                .get("/v1/models", (q, s) -> answer(s, id -> Reply.of(200, models())))
                .get("/healthz", (q, s) -> answer(s, id -> Reply.of(200, "{\"status\":\"ok\"}")))
                .any((q, s) -> answer(s, id -> Reply.of(noSuchEndpoint(q))));
    }

    /** Takes no more requests, and waits for those under way as long as they may take. */
    void drain(Duration atMost) throws InterruptedException {
        room.tryAcquire(MOST_REQUESTS, atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    @FunctionalInterface
    private interface Work {
        Reply reply(String requestId) throws InterruptedException, IOException;
    }

    private void answer(ServerResponse response, Work work) {
        String id = "req_" + UUID.randomUUID().toString().replace("-", "");
        if (!room.tryAcquire()) {
            Duration soon = Duration.ofSeconds(1);
            String message = "the proxy has as much work as it can do, or is stopping";
            send(response, id, Reply.of(ApiError.later(503, "overloaded", message, soon)));
            return;
        }
        try {
            send(response, id, reply(id, work));
        } finally {
            room.release();
        }
    }

    private static Reply reply(String id, Work work) {
        try {
            return work.reply(id);
        } catch (ApiException e) {
            return Reply.of(e.error());
        } catch (UserError e) {
            return Reply.of(
                    ApiError.of(
                            500,
                            "server_error",
                            "store_failed",
                            e.problems().getFirst().toString()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            String message = "the proxy is stopping";
            return Reply.of(ApiError.of(503, "server_error", "stopping", message));
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, "request " + id + " failed unexpectedly", e); // callers see it
            String message = "an unexpected error in the proxy: " + e;
            return Reply.of(ApiError.of(500, "server_error", "internal_error", message));
        }
    }

    private static void send(ServerResponse response, String id, Reply reply) {
        response.status(Status.create(reply.status()));
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.header(HeaderNames.create(Headers.REQUEST_ID), id);
        reply.headers().forEach((name, value) -> response.header(HeaderNames.create(name), value));
        response.send(reply.body().getBytes(StandardCharsets.UTF_8));
    }

    private Reply chat(String id, ServerRequest request) throws InterruptedException, IOException {
        Caller caller = Caller.of(name -> request.headers().first(HeaderNames.create(name)));
        return gateway.chat(id, ChatRequest.of(json(body(request))), caller);
    }

    private static byte[] body(ServerRequest request) throws IOException {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        try (InputStream in = request.content().inputStream()) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                String message = "the body is larger than %d bytes".formatted(MOST_BYTES);
                throw new ApiException(
                        ApiError.of(413, "invalid_request_error", "request_too_large", message));
            }
            return bytes;
        }
    }

    private static JsonNode json(byte[] body) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(body);
            return Json.parse(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
        } catch (CharacterCodingException _) {
            throw invalidJson("it is not UTF-8");
        } catch (JsonProcessingException e) {
            Optional<String> at =
                    Optional.ofNullable(e.getLocation())
                            .map(
                                    l ->
                                            " at line %d, column %d"
                                                    .formatted(l.getLineNr(), l.getColumnNr()));
            throw invalidJson(e.getOriginalMessage() + at.orElse(""));
        }
    }

    private static ApiException invalidJson(String why) {
        String message = "the body is not JSON: " + why;
        return new ApiException(ApiError.badRequest("invalid_json", "body", message));
    }

    private String models() {
        ArrayNode data = Json.array();
        for (String route : routes.names()) {
            ObjectNode model = data.addObject();
            model.put("id", route);
            model.put("object", "model");
            model.put("created", 0);
            model.put("owned_by", "distill");
        }
        ObjectNode list = Json.object();
        list.put("object", "list");
        list.set("data", data);
        return Json.line(list);
    }

    private static ApiError noSuchEndpoint(ServerRequest request) {
        String what = request.prologue().method().text() + " " + request.path().path();
        String message = "there is no endpoint " + what;
        return ApiError.of(404, "invalid_request_error", "not_found", message);
    }
}
