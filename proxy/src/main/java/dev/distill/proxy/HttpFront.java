package dev.distill.proxy;

import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.proxy.wire.CallerCodec;
import dev.distill.proxy.wire.Codecs;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Refusal;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The callers' endpoints over HTTP; whatever goes wrong, the answer has the shape of the dialect.
 */
final class HttpFront {
    private static final Map<String, Dialect> ENDPOINTS =
            Map.of(
                    "/v1/chat/completions", Dialect.OPENAI_CHAT,
                    "/v1/responses", Dialect.OPENAI_RESPONSES,
                    "/v1/embeddings", Dialect.OPENAI_EMBEDDINGS,
                    "/v1/messages", Dialect.ANTHROPIC_MESSAGES);

    /** The headers of a caller that a provider may get to see. */
    private static final List<HeaderName> PASSED_ON =
            List.of(
                    HeaderNames.create("anthropic-version"),
                    HeaderNames.create("anthropic-beta"),
                    HeaderNames.create("openai-beta"),
                    HeaderNames.create("traceparent"),
                    HeaderNames.create("tracestate"));

    private static final HeaderName ANTHROPIC_VERSION = HeaderNames.create("anthropic-version");

    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private static final Logger LOG = System.getLogger(HttpFront.class.getName());

    private final Gateway gateway;
    private final Intake intake;
    private final SignsOfLife signs;
    private final RequestIds ids;
    private final CallerConnections connections;

    HttpFront(
            Gateway gateway,
            Intake intake,
            SignsOfLife signs,
            RequestIds ids,
            CallerConnections connections) {
        this.gateway = gateway;
        this.intake = intake;
        this.signs = signs;
        this.ids = ids;
        this.connections = connections;
    }

    /** Adds the endpoints. */
    void addTo(HttpRouting.Builder routing) {
        ENDPOINTS.forEach((path, dialect) -> routing.post(path, ask(dialect)));
        routing.get("/v1/models", this::models).get("/v1/models/{name}", this::model);
        routing.any(this::noSuchEndpoint);
    }

    /**
     * Takes no more requests, and waits for those under way; those that take longer are ended, and
     * have a moment to say so.
     */
    void drain(Duration atMost) throws InterruptedException {
        if (!intake.drain(atMost)) {
            gateway.stopAll();
            intake.drain(LAST_WORDS);
        }
    }

    private Handler ask(Dialect dialect) {
        return (request, response) -> answer(dialect, request, response, this::serve);
    }

    /** Something that answers a request. */
    @FunctionalInterface
    private interface Work {
        void run(Arrival arrival, ServerRequest request, HttpOutlet outlet)
                throws IOException, InterruptedException, ClientGoneException;
    }

    private void serve(Arrival arrival, ServerRequest request, HttpOutlet outlet)
            throws IOException, InterruptedException, ClientGoneException {
        Gateway.Admitted admitted = gateway.admit(arrival);
        try (Intake.Slot slot = enter(admitted)) {
            gateway.serve(admitted, body(admitted, slot, request, outlet), outlet);
        }
    }

    private Intake.Slot enter(Gateway.Admitted admitted) {
        try {
            return intake.enter();
        } catch (RefusedException e) {
            gateway.turnAway(admitted, e.refusal());
            throw e;
        }
    }

    private byte[] body(
            Gateway.Admitted admitted, Intake.Slot slot, ServerRequest request, HttpOutlet outlet)
            throws IOException {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        long length = request.headers().contentLength().orElse(-1);
        outlet.waits();
        try {
            return slot.read(request.content().inputStream(), length);
        } catch (RefusedException e) {
            gateway.turnAway(admitted, e.refusal());
            throw e;
        } finally {
            outlet.goesOn();
        }
    }

    private void answer(
            Dialect dialect, ServerRequest request, ServerResponse response, Work work) {
        HttpOutlet outlet = new HttpOutlet(response, connections.current());
        Arrival arrival =
                new Arrival(
                        ids.next(),
                        dialect,
                        name -> request.headers().first(HeaderNames.create(name)),
                        passedOn(request),
                        System.nanoTime());
        response.header(HeaderNames.create(Headers.REQUEST_ID), arrival.id());
        if (dialect == Dialect.ANTHROPIC_MESSAGES) {
            response.header(HeaderNames.create("request-id"), arrival.id());
        }
        try (SignsOfLife.Watched _ = signs.watch(outlet)) {
            Optional<Refusal> refusal = refusalOf(work, arrival, request, outlet);
            if (refusal.isPresent()) {
                refuse(arrival, refusal.get(), outlet);
            }
        } catch (ClientGoneException _) {
            return; // nobody is left to tell
        }
        outlet.finish();
    }

    private static Optional<Refusal> refusalOf(
            Work work, Arrival arrival, ServerRequest request, HttpOutlet outlet)
            throws ClientGoneException {
        try {
            work.run(arrival, request, outlet);
            return Optional.empty();
        } catch (RefusedException e) {
            return Optional.of(e.refusal());
        } catch (UserError e) {
            String message = e.problems().getFirst().toString();
            return Optional.of(Refusals.internal("store_failed", message));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            String message = "the proxy is stopping";
            return Optional.of(Refusals.later("stopping", message, Duration.ofSeconds(1)));
        } catch (IOException e) {
            throw new ClientGoneException(e); // the body did not come
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "request " + arrival.id() + " failed unexpectedly", e);
            String message =
                    "an unexpected error in the proxy; its log has request " + arrival.id();
            return Optional.of(Refusals.internal("internal_error", message));
        }
    }

    private static void refuse(Arrival arrival, Refusal refusal, Outlet outlet)
            throws ClientGoneException {
        CallerCodec codec = Codecs.forCaller(arrival.dialect());
        if (outlet.hasBegun()) {
            outlet.breakOff(codec.writeStreamError(refusal, arrival.id()));
            return;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        refusal.retryAfter()
                .ifPresent(
                        wait -> {
                            long millis = Math.max(wait.toMillis(), 0);
                            headers.put("retry-after", Long.toString((millis + 999) / 1000));
                            headers.put("retry-after-ms", Long.toString(millis));
                        });
        byte[] body =
                Json.line(codec.writeError(refusal, arrival.id())).getBytes(StandardCharsets.UTF_8);
        outlet.whole(refusal.status(), body, headers);
    }

    private void models(ServerRequest request, ServerResponse response) {
        answer(
                modelsDialect(request),
                request,
                response,
                (arrival, _, outlet) -> {
                    ModelList list = gateway.models(gateway.admit(arrival));
                    outlet.whole(200, bytes(list.json(arrival.dialect())), Map.of());
                });
    }

    private void model(ServerRequest request, ServerResponse response) {
        answer(
                modelsDialect(request),
                request,
                response,
                (arrival, q, outlet) -> {
                    String name = q.path().pathParameters().get("name");
                    ModelList list = gateway.models(gateway.admit(arrival));
                    outlet.whole(200, bytes(list.json(arrival.dialect(), name)), Map.of());
                });
    }

    /** Two vendors have the same path for it; Anthropic's clients always name their version. */
    private static Dialect modelsDialect(ServerRequest request) {
        return request.headers().contains(ANTHROPIC_VERSION)
                ? Dialect.ANTHROPIC_MESSAGES
                : Dialect.OPENAI_CHAT;
    }

    private void noSuchEndpoint(ServerRequest request, ServerResponse response) {
        String what = request.prologue().method().text() + " " + request.path().path();
        String message = "there is no endpoint " + what;
        answer(
                Dialect.OPENAI_CHAT,
                request,
                response,
                (_, _, _) -> {
                    throw new RefusedException(Refusals.notFound("not_found", message));
                });
    }

    private static Map<String, String> passedOn(ServerRequest request) {
        Map<String, String> found = new LinkedHashMap<>();
        for (HeaderName name : PASSED_ON) {
            request.headers().first(name).ifPresent(v -> found.put(name.lowerCase(), v));
        }
        return found;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
