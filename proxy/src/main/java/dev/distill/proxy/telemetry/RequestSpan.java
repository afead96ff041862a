package dev.distill.proxy.telemetry;

import dev.distill.proxy.wire.Usage;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The span of one request. Safe for use by many threads; ended once, by whoever began it. */
public final class RequestSpan {
    private static final double NANOS = Duration.ofSeconds(1).toNanos();

    private final Traces traces;
    private final Span span;
    private final Function<TraceParent, Map<String, String>> headers;

    /**
     * @param headers what a call to a provider carries, by the place of its span
     */
    RequestSpan(Traces traces, Span span, Function<TraceParent, Map<String, String>> headers) {
        this.traces = traces;
        this.span = span;
        this.headers = headers;
    }

    /** The trace that it belongs to: 32 hexadecimal digits. */
    public String traceId() {
        return span.self().traceId();
    }

    /** The session that it belongs to. */
    public void session(String id) {
        span.set(GenAi.CONVERSATION, id);
    }

    /** The first piece of a streamed answer went out, so long after the request arrived. */
    public void firstChunk(long nanos) {
        span.set(GenAi.FIRST_CHUNK, nanos / NANOS);
    }

    /**
     * Who answered in the end.
     *
     * @param provider {@link GenAi#provider}
     */
    public void answered(String provider, String model, List<String> finishReasons) {
        span.set(GenAi.PROVIDER, provider);
        span.set(GenAi.RESPONSE_MODEL, model);
        span.set(GenAi.FINISH_REASONS, finishReasons);
    }

    /** What it used, all attempts together. */
    public void usage(Usage usage) {
        span.set(usage);
    }

    /**
     * A call to a provider begins.
     *
     * @param operation {@link GenAi#operation}
     * @param provider {@link GenAi#provider}
     */
    public AttemptSpan attempt(String operation, String provider, String model, URI server) {
        Span child = traces.child(span, operation + " " + model);
        child.set(GenAi.OPERATION, operation);
        child.set(GenAi.PROVIDER, provider);
        child.set(GenAi.REQUEST_MODEL, model);
        if (server.getHost() != null) {
            child.set(GenAi.SERVER_ADDRESS, server.getHost());
            child.set(GenAi.SERVER_PORT, port(server));
        }
        return new AttemptSpan(child, headers.apply(child.self()));
    }

    /**
     * It has ended.
     *
     * @param error the word for what went wrong
     */
    public void end(int status, Optional<String> error) {
        span.set(GenAi.STATUS, status);
        span.end(error);
    }

    private static long port(URI server) {
        if (server.getPort() >= 0) {
            return server.getPort();
        }
        return "http".equals(server.getScheme()) ? 80 : 443;
    }
}
