package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Requests without the thoughts that only another account or provider can read, so that somebody
 * else can answer them: the conversation itself stays, what the model had thought is lost.
 */
public final class Unsealed {
    private Unsealed() {}

    /**
     * A request to OpenAI's Responses API without items that have {@code encrypted_content} that
     * cannot be read. Items then lose their names too: a call of a function under a known name is
     * refused without the thoughts that led to it.
     *
     * @param readable whether an item can be read, by its name, which may be empty
     * @return empty when there is nothing to be left out
     */
    public static Optional<ObjectNode> response(ObjectNode request, Predicate<String> readable) {
        if (!(request.get("input") instanceof ArrayNode input)) {
            return Optional.empty();
        }
        ArrayNode left = Json.array();
        for (JsonNode item : input) {
            if (!item.hasNonNull("encrypted_content")
                    || readable.test(item.path("id").asText(""))) {
                left.add(item);
            }
        }
        if (left.size() == input.size()) {
            return Optional.empty();
        }
        ArrayNode nameless = Json.array();
        for (JsonNode item : left) {
            nameless.add(item instanceof ObjectNode object ? withoutName(object) : item);
        }
        ObjectNode copy = request.deepCopy();
        copy.set("input", nameless);
        return Optional.of(copy);
    }

    private static ObjectNode withoutName(ObjectNode item) {
        ObjectNode copy = item.deepCopy();
        switch (item.path("type").asText("message")) {
            case "message", "function_call", "custom_tool_call" -> copy.remove("id");
            default -> {}
        }
        return copy;
    }

    /**
     * A request to Anthropic without the thoughts that Gemini has signed: Anthropic refuses their
     * signatures, whereas its own hold on every platform that serves Claude.
     *
     * @return empty when there is nothing to be left out
     */
    public static Optional<ObjectNode> messages(ObjectNode request) {
        ObjectNode copy = request.deepCopy();
        boolean found = false;
        for (JsonNode message : copy.path("messages")) {
            if (message.path("content") instanceof ArrayNode blocks) {
                int before = blocks.size();
                blocks.removeIf(Unsealed::isGemini);
                found |= blocks.size() < before;
            }
        }
        if (copy.get("messages") instanceof ArrayNode messages && found) {
            messages.removeIf(m -> m.path("content").isArray() && m.path("content").isEmpty());
        }
        return found ? Optional.of(copy) : Optional.empty();
    }

    private static boolean isGemini(JsonNode block) {
        return block.path("type").asText().equals("thinking")
                && GeminiSignature.isOne(block.path("signature").asText());
    }
}
