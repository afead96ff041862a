package dev.distill.proxy.telemetry;

import dev.distill.proxy.wire.Usage;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A span in the making, or none where the trace is not recorded. Safe for use by many threads. */
final class Span {
    /** What a span is to those beside it, in the numbers of OTLP. */
    enum Kind {
        SERVER(2),
        CLIENT(3);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }

    /** A span that has ended. */
    record Ended(
            TraceParent self,
            Optional<String> parentId,
            String name,
            Kind kind,
            Instant start,
            Instant end,
            Map<String, Object> attributes,
            Optional<String> error) {}

    private final Traces traces;
    private final TraceParent self;
    private final Optional<String> parentId;
    private final String name;
    private final Kind kind;
    private final Instant start;
    private final Map<String, Object> attributes = new LinkedHashMap<>();
    private boolean ended;

    Span(Traces traces, TraceParent self, Optional<String> parentId, String name, Kind kind) {
        this.traces = traces;
        this.self = self;
        this.parentId = parentId;
        this.name = name;
        this.kind = kind;
        this.start = traces.now();
    }

    TraceParent self() {
        return self;
    }

    void set(String attribute, String value) {
        put(attribute, value);
    }

    void set(String attribute, long value) {
        put(attribute, value);
    }

    void set(String attribute, double value) {
        put(attribute, value);
    }

    void set(String attribute, List<String> values) {
        put(attribute, List.copyOf(values));
    }

    /** The convention counts cached tokens as input, and reasoning as output. */
    void set(Usage usage) {
        set(GenAi.INPUT_TOKENS, usage.input());
        set(GenAi.OUTPUT_TOKENS, usage.output());
        if (usage.inputCached() > 0) {
            set(GenAi.CACHED_TOKENS, usage.inputCached());
        }
        if (usage.cacheWrite() + usage.cacheWriteHour() > 0) {
            set(GenAi.CACHE_WRITE_TOKENS, usage.cacheWrite() + usage.cacheWriteHour());
        }
        if (usage.outputReasoning() > 0) {
            set(GenAi.REASONING_TOKENS, usage.outputReasoning());
        }
    }

    /** Hands the span over, the first time. */
    void end(Optional<String> error) {
        if (!self.sampled()) {
            return;
        }
        error.ifPresent(type -> set(GenAi.ERROR_TYPE, type));
        Map<String, Object> all;
        synchronized (attributes) {
            if (ended) {
                return;
            }
            ended = true;
            all = new LinkedHashMap<>(attributes);
        }
        traces.ended(new Ended(self, parentId, name, kind, start, traces.now(), all, error));
    }

    private void put(String attribute, Object value) {
        if (self.sampled()) {
            synchronized (attributes) {
                attributes.put(attribute, value);
            }
        }
    }
}
