package dev.distill.models.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a chat template renders. Messages and tools are passed to it as they are, in the shape that
 * transformers takes; what comes from the chat completions API goes through {@link OpenAiMessages}
 * first.
 *
 * @param messages a list of objects with {@code role} and {@code content}
 * @param tools a list of tools as JSON schemas, where there are some
 * @param variables what the template asks for beside these, such as {@code enable_thinking}; a
 *     variable goes before a special token of the same name
 */
public record Chat(JsonNode messages, Optional<JsonNode> tools, Map<String, JsonNode> variables) {
    public Chat {
        if (!messages.isArray()) {
            throw new IllegalArgumentException("messages must be a list, got " + messages);
        }
        variables = Map.copyOf(variables);
    }

    /** Messages alone. */
    public static Chat of(JsonNode messages) {
        return new Chat(messages, Optional.empty(), Map.of());
    }

    /** The same with tools; even an empty list is one. */
    public Chat withTools(JsonNode list) {
        return new Chat(messages, Optional.of(list), variables);
    }

    /** The same with one more variable. */
    public Chat with(String name, JsonNode value) {
        Map<String, JsonNode> more = new LinkedHashMap<>(variables);
        more.put(name, value);
        return new Chat(messages, tools, more);
    }
}
