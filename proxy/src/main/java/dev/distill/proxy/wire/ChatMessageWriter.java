package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Conversation.Message;
import dev.distill.proxy.wire.Part.Source;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the messages of a chat completions request. A message of a single text has it as a string,
 * which every server takes. Thoughts go into {@code reasoning_content}, except for those that carry
 * another provider's signature or cannot be read: they mean nothing here and are left out, as every
 * provider does with thoughts of earlier turns. A result that says that the function failed begins
 * with {@code Error:}, since there is no member for it.
 */
final class ChatMessageWriter {
    private ChatMessageWriter() {}

    static ArrayNode write(List<Message> messages) {
        ArrayNode written = Json.array();
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            String path = "messages[" + i + "]";
            switch (message.role()) {
                case SYSTEM -> named(message, written.addObject().put("role", "system"), path);
                case USER -> named(message, written.addObject().put("role", "user"), path);
                case ASSISTANT -> assistant(message, written.addObject(), path);
                case TOOL -> results(message, written, path);
            }
        }
        return written;
    }

    private static void named(Message message, ObjectNode written, String path) {
        content(message.parts(), written, path);
        message.name().ifPresent(name -> written.put("name", name));
    }

    private static void assistant(Message message, ObjectNode written, String path) {
        written.put("role", "assistant");
        List<Part> content = new ArrayList<>();
        List<Part> calls = new ArrayList<>();
        StringBuilder thoughts = new StringBuilder();
        for (Part part : message.parts()) {
            switch (part) {
                case Part.ToolCall call -> calls.add(call);
                case Part.Thinking thinking -> {
                    if (thinking.signature().isEmpty()) {
                        thoughts.append(thoughts.isEmpty() ? "" : "\n\n").append(thinking.text());
                    }
                }
                case Part.RedactedThinking _ -> {}
                default -> content.add(part);
            }
        }
        if (!thoughts.isEmpty()) {
            written.put("reasoning_content", thoughts.toString());
        }
        if (content.isEmpty() && !calls.isEmpty()) {
            written.putNull("content");
        } else {
            content(content, written, path);
        }
        message.name().ifPresent(name -> written.put("name", name));
        if (!calls.isEmpty()) {
            written.set("tool_calls", toolCalls(calls));
        }
    }

    /** The calls among some parts, as requests and whole answers have them. */
    static ArrayNode toolCalls(List<Part> parts) {
        ArrayNode calls = Json.array();
        for (Part part : parts) {
            if (part instanceof Part.ToolCall call) {
                calls.addObject()
                        .put("id", call.id())
                        .put("type", "function")
                        .putObject("function")
                        .put("name", call.name())
                        .put("arguments", call.arguments());
            }
        }
        return calls;
    }

    private static void results(Message message, ArrayNode messages, String path) {
        for (Part part : message.parts()) {
            switch (part) {
                case Part.CachePoint _ -> {}
                case Part.ToolResult result -> {
                    ObjectNode written =
                            messages.addObject()
                                    .put("role", "tool")
                                    .put("tool_call_id", result.callId());
                    result(result, written, path);
                }
                default -> throw unsaid(path, "holds more than results of functions");
            }
        }
    }

    private static void result(Part.ToolResult result, ObjectNode written, String path) {
        List<Part> content = new ArrayList<>();
        for (Part part : result.content()) {
            if (part instanceof Part.Text) {
                content.add(part);
            } else if (!(part instanceof Part.CachePoint)) {
                throw unsaid(
                        path + ".content", "must be text, as this model takes no other results");
            }
        }
        if (result.failed()) {
            String first = content.isEmpty() ? "" : ((Part.Text) content.removeFirst()).text();
            content.addFirst(new Part.Text("Error: " + first));
        }
        content(content, written, path);
    }

    private static void content(List<Part> parts, ObjectNode message, String path) {
        List<Part> said = parts.stream().filter(p -> !(p instanceof Part.CachePoint)).toList();
        if (said.isEmpty()) {
            message.put("content", "");
        } else if (said.size() == 1 && said.getFirst() instanceof Part.Text text) {
            message.put("content", text.text());
        } else {
            ArrayNode content = message.putArray("content");
            for (int i = 0; i < said.size(); i++) {
                part(said.get(i), content.addObject(), path + ".content[" + i + "]");
            }
        }
    }

    private static void part(Part part, ObjectNode written, String path) {
        switch (part) {
            case Part.Text text -> written.put("type", "text").put("text", text.text());
            case Part.Refusal refusal ->
                    written.put("type", "refusal").put("refusal", refusal.text());
            case Part.Image image -> {
                ObjectNode url = written.put("type", "image_url").putObject("image_url");
                url.put("url", url(image.source(), path));
                image.detail().ifPresent(detail -> url.put("detail", detail));
            }
            case Part.Audio audio ->
                    written.put("type", "input_audio")
                            .putObject("input_audio")
                            .put("data", audio.base64())
                            .put("format", audio.format());
            case Part.Document document -> {
                ObjectNode file = written.put("type", "file").putObject("file");
                switch (document.source()) {
                    case Source.Inline inline -> file.put("file_data", OpenAiWords.url(inline));
                    case Source.Uploaded(String id) -> file.put("file_id", id);
                    case Source.Remote _ ->
                            throw unsaid(path, "must hold the document, not a link to it");
                }
                document.name().ifPresent(name -> file.put("filename", name));
            }
            case Part.ToolCall _,
                    Part.ToolResult _,
                    Part.Thinking _,
                    Part.RedactedThinking _,
                    Part.CachePoint _ ->
                    throw unsaid(path, "does not belong into such a message");
        }
    }

    private static String url(Source source, String path) {
        return switch (source) {
            case Source.Inline inline -> OpenAiWords.url(inline);
            case Source.Remote(String url) -> url;
            case Source.Uploaded _ -> throw unsaid(path, "must not be an uploaded picture");
        };
    }

    private static WireException unsaid(String path, String why) {
        return new WireException(path, path + " " + why);
    }
}
