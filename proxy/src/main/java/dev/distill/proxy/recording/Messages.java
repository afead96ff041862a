package dev.distill.proxy.recording;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What was said in a request, in any of the dialects that callers speak. */
final class Messages {
    private static final String CONTENT = "content";
    private static final String ROLE = "role";

    private Messages() {}

    /** Everything in order, the system prompt first; empty when it is no conversation. */
    static Optional<ArrayNode> of(JsonNode request) {
        JsonNode said = request.path(request.has("messages") ? "messages" : "input");
        ArrayNode messages = Json.array();
        for (String system : List.of("system", "instructions")) {
            if (request.hasNonNull(system)) {
                messages.add(message("system", request.get(system)));
            }
        }
        if (said.isTextual()) {
            messages.add(message("user", said));
        } else if (said.isArray() && !said.isEmpty() && said.get(0).isObject()) {
            said.forEach(messages::add);
        } else {
            return Optional.empty();
        }
        return Optional.of(messages);
    }

    /** The text of the last user message that has one. */
    static Optional<String> lastUserText(ArrayNode messages) {
        for (int i = messages.size() - 1; i >= 0; i--) {
            JsonNode message = messages.get(i);
            if (message.path(ROLE).asText().equals("user")) {
                String text = text(message.path(CONTENT));
                if (!text.isBlank()) {
                    return Optional.of(text);
                }
            }
        }
        return Optional.empty();
    }

    private static String text(JsonNode content) {
        if (content.isTextual()) {
            return content.asText();
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode part : content) {
            if (part.path("text").isTextual()) {
                texts.add(part.get("text").asText());
            }
        }
        return String.join("\n", texts);
    }

    private static ObjectNode message(String role, JsonNode content) {
        ObjectNode message = Json.object();
        message.put(ROLE, role);
        message.set(CONTENT, content);
        return message;
    }
}
