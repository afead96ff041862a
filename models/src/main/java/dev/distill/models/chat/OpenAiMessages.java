package dev.distill.models.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Messages of the chat completions API in the shape that chat templates expect. Two things differ:
 * the arguments of a tool call are an object, not its text, and content that is only text is one
 * string, not a list of parts.
 */
public final class OpenAiMessages {
    private OpenAiMessages() {}

    /**
     * The chat that a request's body asks to go on with.
     *
     * @param request with {@code messages} and perhaps {@code tools}, of which an empty list is
     *     none
     * @throws UserError for content that is not text: these students do not see pictures
     */
    public static Chat chat(JsonNode request) {
        ArrayNode messages = Json.array();
        for (JsonNode message : request.path("messages")) {
            messages.add(message(message));
        }
        Optional<JsonNode> tools =
                request.path("tools").isEmpty()
                        ? Optional.empty()
                        : Optional.of(request.get("tools"));
        Chat chat = Chat.of(messages);
        return tools.map(chat::withTools).orElse(chat);
    }

    private static JsonNode message(JsonNode message) {
        if (!(message instanceof ObjectNode object)) {
            throw wrong("a message must be an object, got " + message.getNodeType());
        }
        ObjectNode copy = object.deepCopy();
        if (copy.path("content").isArray()) {
            copy.put("content", text(copy.get("content")));
        }
        for (JsonNode call : copy.path("tool_calls")) {
            if (call.path("function") instanceof ObjectNode function) {
                arguments(function);
            }
        }
        return copy;
    }

    /** Parts of text, one line each. */
    private static String text(JsonNode parts) {
        StringJoiner lines = new StringJoiner("\n");
        for (JsonNode part : parts) {
            if (!part.path("text").isTextual()) {
                throw wrong(
                        "content must be text, got a part of type '%s'"
                                .formatted(part.path("type").asText("?")));
            }
            lines.add(part.get("text").textValue());
        }
        return lines.toString();
    }

    /** Text that is no JSON object stays as it is. */
    private static void arguments(ObjectNode function) {
        JsonNode arguments = function.path("arguments");
        if (!arguments.isTextual()) {
            return;
        }
        try {
            JsonNode parsed =
                    Json.parse(arguments.textValue().isBlank() ? "{}" : arguments.textValue());
            if (parsed.isObject()) {
                function.set("arguments", parsed);
            }
        } catch (JsonProcessingException _) {
            return;
        }
    }

    private static UserError wrong(String message) {
        return new UserError(ExitCode.INVALID_INPUT, Problem.of(message));
    }
}
