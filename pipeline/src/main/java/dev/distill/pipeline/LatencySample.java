package dev.distill.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.evaluation.Latency;
import dev.distill.evaluation.Provenance;
import dev.distill.files.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * The raw latencies of one measurement, as they are kept; the percentiles follow from them.
 *
 * @param millis one for each answered request
 * @param seconds from the first request to the last answer
 */
record LatencySample(
        Provenance provenance, int concurrency, List<Double> millis, int failures, double seconds) {
    LatencySample {
        millis = List.copyOf(millis);
    }

    ObjectNode toJson() {
        ObjectNode json =
                Json.object()
                        .put("simulated", provenance == Provenance.SIMULATED)
                        .put("concurrency", concurrency)
                        .put("failures", failures)
                        .put("seconds", seconds);
        millis.forEach(json.putArray("millis")::add);
        return json;
    }

    static LatencySample of(JsonNode json) {
        List<Double> millis = new ArrayList<>();
        json.path("millis").forEach(value -> millis.add(value.asDouble()));
        return new LatencySample(
                json.path("simulated").asBoolean() ? Provenance.SIMULATED : Provenance.MEASURED,
                json.path("concurrency").asInt(),
                millis,
                json.path("failures").asInt(),
                json.path("seconds").asDouble());
    }

    /** The figures for a report. */
    Latency summary(double confidence) {
        return Latency.of(provenance, concurrency, millis, failures, seconds, confidence);
    }
}
