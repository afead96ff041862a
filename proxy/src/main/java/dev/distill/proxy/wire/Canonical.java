package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Set;

/**
 * What the answer to a request depends on: the model left out, members sorted, those that say
 * nothing or only who asks gone, numbers in one form. Two requests with the same are the same.
 *
 * @param dialect an answer is kept in the dialect that it was asked for in
 * @param request nobody changes it
 */
public record Canonical(Dialect dialect, ObjectNode request) {
    /** Zeros written out at the end of a number; 1e999999999 would fill the memory. */
    private static final int MOST_ZEROS = 20;

    private static final Set<String> NOT_IN_KEY =
            Set.of("model", "user", "metadata", "stream", "stream_options");

    /** Of a request as it was read. */
    public static Canonical of(Dialect dialect, ObjectNode body) {
        ObjectNode canonical = Json.object();
        body.properties()
                .forEach(
                        member -> {
                            JsonNode value = member.getValue();
                            if (!NOT_IN_KEY.contains(member.getKey())
                                    && !value.isNull()
                                    && !isOne(member.getKey(), value)) {
                                canonical.set(member.getKey(), oneForm(value));
                            }
                        });
        return new Canonical(dialect, canonical);
    }

    /**
     * The name of an answer to it.
     *
     * @param storedAs the name under which answers of whoever is asked are stored
     * @param sample which of several answers
     */
    public Digest key(String storedAs, int sample) {
        ObjectNode key = Json.object();
        if (dialect != Dialect.OPENAI_CHAT) { // which was the only one at first
            key.put("dialect", dialect.name().toLowerCase(Locale.ROOT));
        }
        key.put("model", storedAs);
        key.put("sample", sample);
        key.set("request", request);
        return Digest.of(Json.canonical(key));
    }

    /** The name of the request itself, whoever answers it. */
    public Digest digest() {
        ObjectNode named = Json.object();
        named.put("dialect", dialect.name().toLowerCase(Locale.ROOT));
        named.set("request", request);
        return Digest.of(Json.canonical(named));
    }

    /** The request as it goes to the store. */
    public String json() {
        return Json.line(request);
    }

    private static boolean isOne(String name, JsonNode value) {
        return name.equals("n") && value.isIntegralNumber() && value.asLong() == 1;
    }

    /** {@code 0}, {@code 0.0} and {@code 0e0} are one temperature, and 20 tokens are not 2E+1. */
    private static JsonNode oneForm(JsonNode value) {
        if (!value.isNumber()) {
            return value;
        }
        BigDecimal number = value.decimalValue().stripTrailingZeros();
        boolean whole = number.scale() < 0 && number.scale() > -MOST_ZEROS;
        return Json.object().numberNode(whole ? number.setScale(0) : number);
    }
}
