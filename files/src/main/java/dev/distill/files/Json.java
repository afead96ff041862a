package dev.distill.files;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** JSON as this project reads and writes it. */
public final class Json {
    /**
     * Its buffers are shared: by default each virtual thread would keep 20 KB of its own. Pictures
     * and documents are long strings; how much is read, its callers limit in bytes.
     */
    private static final ObjectMapper MAPPER =
            JsonMapper.builder(
                            new JsonFactoryBuilder()
                                    .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxStringLength(Integer.MAX_VALUE)
                                                    .build())
                                    .build())
                    .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .disable(MapperFeature.CAN_OVERRIDE_ACCESS_MODIFIERS)
                    .build();

    private Json() {}

    /** A new, empty object. */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** A new, empty array. */
    public static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    /**
     * Reads one JSON value.
     *
     * @throws JsonProcessingException with line and column when the text is not exactly one value
     */
    public static JsonNode parse(String text) throws JsonProcessingException {
        return MAPPER.readTree(text);
    }

    /**
     * Reads one JSON value from UTF-8.
     *
     * @throws IOException with line and column when the bytes are not exactly one value
     */
    public static JsonNode parse(byte[] utf8) throws IOException {
        return MAPPER.readTree(utf8);
    }

    /** Where text is not JSON; in words of our own, since a parser's name its own settings. */
    public static String where(JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        return at == null || at.getLineNr() < 0
                ? "somewhere"
                : "line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
    }

    /** A tree of texts, numbers, booleans, lists and maps as a JSON object. */
    public static ObjectNode object(Map<String, ?> values) {
        return MAPPER.valueToTree(values);
    }

    /** On one line, members in the order they were added. */
    public static String line(JsonNode node) {
        return write(node, false);
    }

    /** The same in UTF-8. */
    public static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can always be written", e);
        }
    }

    /** Indented, for people. */
    public static String pretty(JsonNode node) {
        return write(node, true) + "\n";
    }

    /**
     * One line in which objects have their members sorted by name, so that equal values have equal
     * text: what a digest of a value is taken of. Numbers keep the form they were given.
     */
    public static String canonical(JsonNode node) {
        return line(sorted(node));
    }

    private static JsonNode sorted(JsonNode node) {
        if (node.isArray()) {
            ArrayNode copy = array();
            node.forEach(child -> copy.add(sorted(child)));
            return copy;
        }
        if (node.isObject()) {
            List<String> names = new ArrayList<>();
            node.fieldNames().forEachRemaining(names::add);
            names.sort(null);
            ObjectNode copy = object();
            names.forEach(name -> copy.set(name, sorted(node.get(name))));
            return copy;
        }
        return node;
    }

    private static String write(JsonNode node, boolean indented) {
        try {
            return indented
                    ? MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node)
                    : MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can always be written", e);
        }
    }
}
