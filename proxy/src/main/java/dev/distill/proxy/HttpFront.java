package dev.distill.proxy;

import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.proxy.wire.CallerCodec;
import dev.distill.proxy.wire.Codecs;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Refusal;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
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
    /** The headers of a caller that a provider may get to see. */
    private static final List<HeaderName> PASSED_ON =
            List.of(
                    HeaderNames.create("anthropic-version"),
                    HeaderNames.create("anthropic-beta"),
                    HeaderNames.create("openai-beta"),
                    HeaderNames.create("traceparent"),
                    HeaderNames.create("tracestate"));

    private static final HeaderName ANTHROPIC_VERSION =
            HeaderNames.create(Endpoints.ANTHROPIC_VERSION);

    /**
     * So much of a refused request is read to its end, which costs less than another connection.
     */
    private static final long SHORT_BODY = 64 << 10;

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

    /** Makes the names of requests. */
    RequestIds ids() {
        return ids;
    }

    /** Adds the endpoints. */
    void addTo(HttpRouting.Builder routing) {
        Endpoints.QUESTIONS.forEach((path, dialect) -> routing.post(path, ask(dialect)));
        routing.post(Endpoints.COUNT_TOKENS, this::countTokens);
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
        outlet.waits();
        try {
            boolean packed =
                    BodyCoding.isPacked(request.headers().first(HeaderNames.CONTENT_ENCODING));
            InputStream in = request.content().inputStream();
            return packed
                    ? BodyCoding.unpacked(in, unpacked -> slot.read(unpacked, -1))
                    : slot.read(in, request.headers().contentLength().orElse(-1));
        } catch (RefusedException e) {
            gateway.turnAway(admitted, e.refusal());
            throw e;
        } finally {
            outlet.goesOn();
        }
    }

    private void countTokens(ServerRequest request, ServerResponse response) {
        answer(
                Dialect.ANTHROPIC_MESSAGES,
                request,
                response,
                (arrival, q, outlet) -> {
                    Gateway.Admitted admitted = gateway.admit(arrival);
                    try (Intake.Slot slot = enter(admitted)) {
                        gateway.countTokens(admitted, body(admitted, slot, q, outlet), outlet);
                    }
                });
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
                if (isUnread(request) && !outlet.hasBegun()) {
                    response.header(HeaderValues.CONNECTION_CLOSE);
                }
                refuse(arrival, refusal.get(), outlet);
            }
        } catch (ClientGoneException _) {
            return; // nobody is left to tell
        }
        outlet.finish();
    }

    /** Whether more of a request is to come than is worth waiting for. */
    private static boolean isUnread(ServerRequest request) {
        return request.content().hasEntity()
                && !request.content().consumed()
                && request.headers().contentLength().orElse(Long.MAX_VALUE) > SHORT_BODY;
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
        outlet.whole(
                codec.statusOf(refusal),
                bytes(Json.line(codec.writeError(refusal, arrival.id()))),
                headers(refusal));
    }

    private static Map<String, String> headers(Refusal refusal) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (refusal.code().equals(Optional.of(Refusals.ANSWER_TOO_LARGE))) {
            headers.put("x-should-retry", "false"); // clients of both vendors go by it
        }
        refusal.retryAfter()
                .ifPresent(
                        wait -> {
                            long millis = Math.max(wait.toMillis(), 0);
                            headers.put("retry-after", Long.toString((millis + 999) / 1000));
                            headers.put("retry-after-ms", Long.toString(millis));
                        });
        return headers;
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
        String path = request.path().path();
        String method = request.prologue().method().text();
        Optional<String> allowed = Endpoints.allowed(path);
        allowed.ifPresent(methods -> response.header(HeaderNames.ALLOW, methods));
        Refusal refusal =
                allowed.map(
                                m ->
                                        Refusals.wrongMethod(
                                                "%s takes %s, not %s".formatted(path, m, method)))
                        .orElseGet(
                                () ->
                                        Refusals.noEndpoint(
                                                "there is no endpoint %s %s"
                                                        .formatted(method, path)));
        answer(
                Endpoints.dialect(path, request.headers().contains(ANTHROPIC_VERSION)),
                request,
                response,
                (_, _, _) -> {
                    throw new RefusedException(refusal);
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
