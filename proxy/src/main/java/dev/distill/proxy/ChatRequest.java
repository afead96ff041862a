package dev.distill.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.proxy.upstream.Cassette;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A chat completion request that the proxy understands in full.
 *
 * @param route the caller's {@code model}
 * @param body the request without its {@code model}; nobody changes it
 * @param canonical what answers depend on, the model left out: members sorted, {@code user} and
 *     {@code metadata} gone, members that say nothing gone, numbers in one form
 */
record ChatRequest(String route, ObjectNode body, ObjectNode canonical) {
    /** Zeros written out at the end of a number; 1e999999999 would fill the memory. */
    private static final int MOST_ZEROS = 20;

    private static final Set<String> NOT_IN_KEY = Set.of("user", "metadata", "stream", "n");

    /**
     * Checks a request.
     *
     * @throws ApiException when something is missing, of the wrong type or not supported
     */
    static ChatRequest of(JsonNode request) {
        RequestRules.check(request);
        ObjectNode body = request.deepCopy();
        String route = body.remove("model").textValue();
        ObjectNode canonical = Json.object();
        body.properties()
                .forEach(
                        member -> {
                            JsonNode value = member.getValue();
                            if (!NOT_IN_KEY.contains(member.getKey()) && !value.isNull()) {
                                canonical.set(member.getKey(), oneForm(value));
                            }
                        });
        return new ChatRequest(route, body, canonical);
    }

    /**
     * The name of an answer to this request.
     *
     * @param storedAs the name under which answers of whoever is asked are stored
     */
    Digest key(String storedAs, int sample) {
        ObjectNode key = Json.object();
        key.put("model", storedAs);
        key.put("sample", sample);
        key.set("request", canonical);
        return Digest.of(Json.canonical(key));
    }

    /** No tokenizer makes more tokens of a text than it has bytes in UTF-8. */
    long inputTokensAtMost() {
        return Json.line(canonical).getBytes(StandardCharsets.UTF_8).length;
    }

    /** The most tokens that the answer may have, reasoning included. */
    OptionalLong outputTokensAtMost() {
        long most =
                Math.max(
                        canonical.path("max_tokens").asLong(-1),
                        canonical.path("max_completion_tokens").asLong(-1));
        return most < 0 ? OptionalLong.empty() : OptionalLong.of(most);
    }

    /** The text of the last user message of a request, empty when there is none. */
    static String lastUserText(ObjectNode request) {
        return Cassette.userText(request);
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
