package dev.distill.proxy.telemetry;

import dev.distill.proxy.wire.Usage;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The span of one call to a provider. Safe for use by many threads. */
public final class AttemptSpan {
    private final Span span;
    private final Map<String, String> headers;

    AttemptSpan(Span span, Map<String, String> headers) {
        this.span = span;
        this.headers = Map.copyOf(headers);
    }

    /** The headers that join the provider's own spans to this one, or to the caller's. */
    public Map<String, String> headers() {
        return headers;
    }

    /** The model that answered, as it calls itself, and what it used. */
    public void answered(String model, Usage usage) {
        span.set(GenAi.RESPONSE_MODEL, model);
        span.set(usage);
    }

    /**
     * It has ended.
     *
     * @param status of the provider's answer, when there was one
     * @param error the word for what went wrong
     */
    public void end(OptionalInt status, Optional<String> error) {
        status.ifPresent(code -> span.set(GenAi.STATUS, code));
        span.end(error);
    }
}
