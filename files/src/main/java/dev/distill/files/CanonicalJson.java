package dev.distill.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.Optional;

/**
 * One text for all spellings of a JSON value: members sorted by name, no white space, a number in
 * one form ({@code 1}, {@code 1.0} and {@code 10e-1} are the same, as they are in JSON Schema).
 * Strings and the order of lists count as they are.
 */
public final class CanonicalJson {
    /** Zeros that are written out; a greater power of ten keeps its exponent. */
    private static final int MOST_ZEROS = 30;

    private CanonicalJson() {}

    /** The text, or nothing when {@code text} is not exactly one JSON value. */
    public static Optional<String> of(String text) {
        try {
            JsonNode value = Json.parse(text);
            return value.isMissingNode() ? Optional.empty() : Optional.of(of(value));
        } catch (JsonProcessingException _) {
            return Optional.empty();
        }
    }

    /** The text of a value. */
    public static String of(JsonNode value) {
        return Json.canonical(plain(value));
    }

    private static JsonNode plain(JsonNode value) {
        if (value.isArray()) {
            ArrayNode copy = Json.array();
            value.forEach(child -> copy.add(plain(child)));
            return copy;
        }
        if (value.isObject()) {
            ObjectNode copy = Json.object();
            value.properties().forEach(e -> copy.set(e.getKey(), plain(e.getValue())));
            return copy;
        }
        return value.isNumber() ? number(value.decimalValue()) : value;
    }

    private static JsonNode number(BigDecimal written) {
        BigDecimal stripped = written.stripTrailingZeros();
        boolean readable = stripped.scale() < 0 && stripped.scale() >= -MOST_ZEROS;
        return DecimalNode.valueOf(readable ? stripped.setScale(0) : stripped);
    }
}
