package dev.distill.proxy.telemetry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Spans as OTLP writes them in JSON: 64-bit numbers are text, ids are hexadecimal.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding">the encoding</a>
 */
final class OtlpJson {
    private static final int ERROR = 2;

    private OtlpJson() {}

    static String of(List<Span.Ended> spans) {
        ObjectNode root = Json.object();
        ObjectNode resourceSpans = root.putArray("resourceSpans").addObject();
        attributes(
                resourceSpans.putObject("resource").putArray("attributes"),
                Map.of("service.name", "distill-proxy"));
        ObjectNode scopeSpans = resourceSpans.putArray("scopeSpans").addObject();
        scopeSpans.putObject("scope").put("name", "dev.distill.proxy");
        ArrayNode list = scopeSpans.putArray("spans");
        spans.forEach(span -> span(list.addObject(), span));
        return Json.line(root);
    }

    private static void span(ObjectNode json, Span.Ended span) {
        json.put("traceId", span.self().traceId());
        json.put("spanId", span.self().spanId());
        span.parentId().ifPresent(parent -> json.put("parentSpanId", parent));
        json.put("name", span.name());
        json.put("kind", span.kind().number());
        json.put("startTimeUnixNano", nanos(span.start()));
        json.put("endTimeUnixNano", nanos(span.end()));
        attributes(json.putArray("attributes"), span.attributes());
        ObjectNode status = json.putObject("status");
        if (span.error().isPresent()) {
            status.put("code", ERROR);
            status.put("message", span.error().get());
        }
    }

    private static void attributes(ArrayNode list, Map<String, Object> attributes) {
        attributes.forEach(
                (key, value) -> value(list.addObject().put("key", key).putObject("value"), value));
    }

    private static void value(ObjectNode json, Object value) {
        switch (value) {
            case Long number -> json.put("intValue", number.toString());
            case Double number -> json.put("doubleValue", number);
            case List<?> values -> {
                ArrayNode array = json.putObject("arrayValue").putArray("values");
                values.forEach(one -> value(array.addObject(), one));
            }
            default -> json.put("stringValue", value.toString());
        }
    }

    private static String nanos(Instant instant) {
        return Long.toString(
                Math.addExact(
                        Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L),
                        instant.getNano()));
    }
}
