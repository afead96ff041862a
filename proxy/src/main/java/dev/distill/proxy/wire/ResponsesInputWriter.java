package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Conversation.Message;
import dev.distill.proxy.wire.Part.Source;
import java.util.List;

/**
 * Writes the input of a response, one item for each thing said, called or returned. Another
 * provider's thoughts cannot be handed over: signed ones are left out, as everywhere, and plain
 * ones refused. A result that says that the function failed begins with {@code Error:}, since there
 * is no member for it.
 */
final class ResponsesInputWriter {
    private ResponsesInputWriter() {}

    static ArrayNode write(List<Message> messages) {
        ArrayNode input = Json.array();
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            String path = "messages[" + i + "]";
            if (message.name().isPresent()) {
                throw unsaid(path + ".name", "is not supported by this model");
            }
            switch (message.role()) {
                case SYSTEM -> item("system", message.parts(), input, path);
                case USER -> item("user", message.parts(), input, path);
                case ASSISTANT -> assistant(message.parts(), input, path);
                case TOOL -> results(message.parts(), input, path);
            }
        }
        return input;
    }

    private static void item(String role, List<Part> parts, ArrayNode input, String path) {
        ObjectNode item = input.addObject().put("type", "message").put("role", role);
        content(parts, item, "content", path);
    }

    private static void assistant(List<Part> parts, ArrayNode input, String path) {
        for (Part part : parts) {
            switch (part) {
                case Part.Text text ->
                        said(input)
                                .put("type", "output_text")
                                .put("text", text.text())
                                .putArray("annotations");
                case Part.Refusal refusal ->
                        said(input).put("type", "refusal").put("refusal", refusal.text());
                case Part.ToolCall call ->
                        input.addObject()
                                .put("type", "function_call")
                                .put("call_id", call.id())
                                .put("name", call.name())
                                .put("arguments", call.arguments());
                case Part.Thinking thinking -> {
                    if (thinking.signature().isEmpty()) {
                        throw unsaid(path, "has thoughts, which this model takes from nobody");
                    }
                }
                case Part.RedactedThinking _, Part.CachePoint _ -> {}
                case Part.Image _, Part.Audio _, Part.Document _, Part.ToolResult _ ->
                        throw unsaid(path, "holds more than text and calls");
            }
        }
    }

    /** What the assistant said goes into one message as long as nothing comes between. */
    private static ObjectNode said(ArrayNode input) {
        boolean goesOn =
                !input.isEmpty()
                        && input.get(input.size() - 1).path("role").asText().equals("assistant");
        if (!goesOn) {
            input.addObject().put("type", "message").put("role", "assistant").putArray("content");
        }
        return ((ArrayNode) input.get(input.size() - 1).get("content")).addObject();
    }

    private static void results(List<Part> parts, ArrayNode input, String path) {
        for (Part part : parts) {
            switch (part) {
                case Part.CachePoint _ -> {}
                case Part.ToolResult result -> {
                    ObjectNode item =
                            input.addObject()
                                    .put("type", "function_call_output")
                                    .put("call_id", result.callId());
                    content(result.content(), item, "output", path);
                    if (result.failed()) {
                        failed(item);
                    }
                }
                default -> throw unsaid(path, "holds more than results of functions");
            }
        }
    }

    private static void failed(ObjectNode item) {
        if (item.get("output") instanceof ArrayNode parts) {
            parts.insertObject(0).put("type", "input_text").put("text", "Error:");
        } else {
            item.put("output", "Error: " + item.path("output").asText());
        }
    }

    private static void content(List<Part> parts, ObjectNode item, String name, String path) {
        List<Part> said = parts.stream().filter(p -> !(p instanceof Part.CachePoint)).toList();
        if (said.isEmpty()) {
            item.put(name, "");
        } else if (said.size() == 1 && said.getFirst() instanceof Part.Text text) {
            item.put(name, text.text());
        } else {
            ArrayNode content = item.putArray(name);
            for (int i = 0; i < said.size(); i++) {
                part(said.get(i), content.addObject(), path + "." + name + "[" + i + "]");
            }
        }
    }

    private static void part(Part part, ObjectNode written, String path) {
        switch (part) {
            case Part.Text text -> written.put("type", "input_text").put("text", text.text());
            case Part.Image image -> {
                written.put("type", "input_image");
                switch (image.source()) {
                    case Source.Inline inline -> written.put("image_url", OpenAiWords.url(inline));
                    case Source.Remote(String url) -> written.put("image_url", url);
                    case Source.Uploaded(String id) -> written.put("file_id", id);
                }
                image.detail().ifPresent(detail -> written.put("detail", detail));
            }
            case Part.Document document -> {
                written.put("type", "input_file");
                switch (document.source()) {
                    case Source.Inline inline -> written.put("file_data", OpenAiWords.url(inline));
                    case Source.Remote(String url) -> written.put("file_url", url);
                    case Source.Uploaded(String id) -> written.put("file_id", id);
                }
                document.name().ifPresent(file -> written.put("filename", file));
            }
            case Part.Audio audio ->
                    written.put("type", "input_audio")
                            .putObject("input_audio")
                            .put("data", audio.base64())
                            .put("format", audio.format());
            case Part.ToolCall _,
                    Part.ToolResult _,
                    Part.Thinking _,
                    Part.RedactedThinking _,
                    Part.Refusal _,
                    Part.CachePoint _ ->
                    throw unsaid(path, "does not belong into such a message");
        }
    }

    private static WireException unsaid(String path, String why) {
        return new WireException(path, path + " " + why);
    }
}
