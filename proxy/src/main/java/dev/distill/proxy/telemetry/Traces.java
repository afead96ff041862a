package dev.distill.proxy.telemetry;

import dev.distill.config.ProxyConfig.Telemetry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * Traces of requests: one span for each, and one below it for each call to a provider. A caller's
 * {@code traceparent} is joined and decides whether the trace is recorded; of the others the
 * configured share is. Without a collector nothing is recorded, and the caller's headers are passed
 * on as they are: the decision whether to sample is not ours to change. Spans leave through a
 * bounded queue: a collector that is slow or gone costs spans, never a request.
 *
 * <p>Safe for use by many threads.
 */
public final class Traces implements AutoCloseable {
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);

    private final Optional<OtlpExporter> exporter;
    private final double sample;
    private final InstantSource clock;
    private final LongSupplier random;

    Traces(
            Optional<OtlpExporter> exporter,
            double sample,
            InstantSource clock,
            LongSupplier random) {
        this.exporter = exporter;
        this.sample = sample;
        this.clock = clock;
        this.random = random;
    }

    /** Opens the way to the collector, if there is one. */
    public static Traces open(Telemetry config, InstantSource clock) {
        return new Traces(
                config.otlp().map(uri -> new OtlpExporter(uri, FIRST_WAIT)),
                config.sample(),
                clock,
                () -> ThreadLocalRandom.current().nextLong());
    }

    /**
     * A request has arrived.
     *
     * @param operation {@link GenAi#operation}
     * @param route the model that is asked for, as the caller names it
     * @param traceparent the header of this name
     * @param tracestate the header of this name, passed on as it is
     */
    public RequestSpan begin(
            String operation,
            String route,
            Optional<String> traceparent,
            Optional<String> tracestate) {
        Optional<TraceParent> parent = traceparent.flatMap(TraceParent::parse);
        String traceId = parent.map(TraceParent::traceId).orElseGet(() -> hex() + hex());
        boolean sampled =
                exporter.isPresent()
                        && parent.map(TraceParent::sampled).orElseGet(() -> drawn(traceId));
        Span span =
                new Span(
                        this,
                        new TraceParent(traceId, hex(), sampled),
                        parent.map(TraceParent::spanId),
                        operation + " " + route,
                        Span.Kind.SERVER);
        span.set(GenAi.OPERATION, operation);
        span.set(GenAi.REQUEST_MODEL, route);
        Optional<String> state = parent.flatMap(_ -> tracestate);
        return exporter.isPresent()
                ? new RequestSpan(
                        this, span, attempt -> headers(Optional.of(attempt.header()), state))
                : new RequestSpan(
                        this, span, _ -> headers(parent.flatMap(_ -> traceparent), state));
    }

    private static Map<String, String> headers(
            Optional<String> traceparent, Optional<String> tracestate) {
        Map<String, String> headers = new LinkedHashMap<>();
        traceparent.ifPresent(header -> headers.put("traceparent", header));
        tracestate.ifPresent(header -> headers.put("tracestate", header));
        return headers;
    }

    /** Spans that were recorded and did not reach the collector. */
    public long dropped() {
        return exporter.map(OtlpExporter::dropped).orElse(0L);
    }

    /** Sends what is waiting, for a few seconds at most. */
    @Override
    public void close() {
        exporter.ifPresent(OtlpExporter::close);
    }

    Span child(Span parent, String name) {
        TraceParent above = parent.self();
        return new Span(
                this,
                new TraceParent(above.traceId(), hex(), above.sampled()),
                Optional.of(above.spanId()),
                name,
                Span.Kind.CLIENT);
    }

    void ended(Span.Ended span) {
        exporter.ifPresent(out -> out.offer(span));
    }

    Instant now() {
        return clock.instant();
    }

    /** The same trace is drawn or not by everybody who looks at its id. */
    private boolean drawn(String traceId) {
        long bits = HexFormat.fromHexDigitsToLong(traceId, 16, 32);
        return (bits >>> 11) * 0x1.0p-53 < sample;
    }

    /** 16 digits that are not all zero. */
    private String hex() {
        long bits = random.getAsLong();
        return HexFormat.of().toHexDigits(bits == 0 ? 1 : bits);
    }
}
