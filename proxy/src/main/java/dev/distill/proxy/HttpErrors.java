package dev.distill.proxy;

import dev.distill.proxy.wire.CallerCodec;
import dev.distill.proxy.wire.Codecs;
import dev.distill.proxy.wire.Refusal;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Errors that the server finds before a request reaches our handlers: they have a name and the
 * shape of the caller's dialect like any other.
 */
final class HttpErrors {
    private final RequestIds ids;

    HttpErrors(RequestIds ids) {
        this.ids = ids;
    }

    /** Handlers of all of them. */
    DirectHandlers handlers() {
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
            handlers.addHandler(type, this::answer);
        }
        return handlers.build();
    }

    private DirectHandler.TransportResponse answer(
            DirectHandler.TransportRequest request,
            DirectHandler.EventType type,
            Status status,
            ServerResponseHeaders headers,
            @Nullable String message) {
        String id = ids.next();
        boolean anthropic =
                request.headers().contains(HeaderNames.create(Endpoints.ANTHROPIC_VERSION));
        CallerCodec codec = Codecs.forCaller(Endpoints.dialect(request.path(), anthropic));
        Refusal refusal = Refusals.http(status.code(), message(status, message));
        return DirectHandler.TransportResponse.builder()
                .status(Status.create(codec.statusOf(refusal)))
                .headers(headers)
                .header(HeaderNames.CONTENT_TYPE, "application/json")
                .header(HeaderNames.create(Headers.REQUEST_ID), id)
                .keepAlive(type.keepAlive())
                .entity(codec.writeError(refusal, id).toString())
                .build();
    }

    /** Ours begin with a small letter; those of the server do not, and some have none. */
    private static String message(Status status, @Nullable String message) {
        String text =
                message == null || message.isBlank()
                        ? status.reasonPhrase().toLowerCase(Locale.ROOT)
                        : message;
        return "the request cannot be read: " + text;
    }
}
