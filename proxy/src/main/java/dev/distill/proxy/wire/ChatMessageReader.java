package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.proxy.wire.Conversation.Message;
import dev.distill.proxy.wire.Conversation.Role;
import dev.distill.proxy.wire.Part.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the messages of a chat completions request. */
final class ChatMessageReader {
    private final Members request;

    ChatMessageReader(Members request) {
        this.request = request;
    }

    List<Message> messages() {
        List<Members> messages = request.list("messages");
        if (messages.isEmpty()) {
            throw request.unknown("messages", "must have at least one message");
        }
        return messages.stream().map(ChatMessageReader::message).toList();
    }

    private static Message message(Members message) {
        Role role =
                switch (message.text("role")) {
                    case "system", "developer" -> Role.SYSTEM;
                    case "user" -> Role.USER;
                    case "assistant" -> Role.ASSISTANT;
                    case "tool" -> Role.TOOL;
                    default ->
                            throw message.unknown(
                                    "role", "must be system, developer, user, assistant or tool");
                };
        List<Part> parts =
                switch (role) {
                    case SYSTEM, USER -> content(message, role);
                    case ASSISTANT -> assistant(message);
                    case TOOL ->
                            List.of(
                                    new Part.ToolResult(
                                            message.text("tool_call_id"),
                                            content(message, role),
                                            false));
                };
        Message read = new Message(role, parts, message.optionalText("name"));
        message.nothingElse();
        return read;
    }

    /** A string or parts; an empty string is no part. */
    private static List<Part> content(Members message, Role role) {
        Optional<JsonNode> content = message.optional("content");
        if (content.isEmpty() && role != Role.ASSISTANT) {
            throw message.unknown("content", "is missing");
        }
        if (content.isEmpty() || content.get().isTextual()) {
            String text = content.map(JsonNode::textValue).orElse("");
            return text.isEmpty() ? List.of() : List.of(new Part.Text(text));
        }
        return message.list("content").stream().map(part -> part(part, role)).toList();
    }

    private static List<Part> assistant(Members message) {
        List<Part> parts = new ArrayList<>();
        // what vLLM and DeepSeek call thoughts, and what others do
        message.optionalText("reasoning_content")
                .or(() -> message.optionalText("reasoning"))
                .ifPresent(text -> parts.add(new Part.Thinking(text, Optional.empty())));
        message.optionalText("reasoning");
        parts.addAll(content(message, Role.ASSISTANT));
        message.optionalText("refusal").ifPresent(text -> parts.add(new Part.Refusal(text)));
        message.refuse("audio", "is known to the provider that made it alone");
        message.refuse("function_call", "is not supported; use tool_calls");
        if (!message.list("annotations").isEmpty()) {
            throw message.unknown("annotations", "are not supported");
        }
        message.list("tool_calls").forEach(call -> parts.add(toolCall(call)));
        return parts;
    }

    private static Part toolCall(Members call) {
        if (!call.optionalText("type").orElse("function").equals("function")) {
            throw call.unknown("type", "must be function");
        }
        call.optional("index"); // clients that put a stream together leave it there
        Members function = call.members("function");
        String arguments = function.text("arguments");
        Part read =
                new Part.ToolCall(
                        call.text("id"),
                        function.text("name"),
                        arguments.isBlank() ? "{}" : arguments);
        function.nothingElse();
        call.nothingElse();
        return read;
    }

    private static Part part(Members part, Role role) {
        String type = part.text("type");
        part.optional("cache_control"); // asks other gateways for what OpenAI does by itself
        Part read =
                switch (type) {
                    case "text" -> new Part.Text(part.text("text"));
                    case "refusal" -> new Part.Refusal(part.text("refusal"));
                    case "image_url" -> image(part.members("image_url"));
                    case "input_audio" -> audio(part.members("input_audio"));
                    case "file" -> document(part.members("file"));
                    default ->
                            throw part.unknown(
                                    "type",
                                    "must be text, image_url, input_audio, file or refusal");
                };
        boolean fits =
                read instanceof Part.Text
                        || (role == Role.USER && !(read instanceof Part.Refusal))
                        || (role == Role.ASSISTANT && read instanceof Part.Refusal);
        if (!fits) {
            throw part.unknown("type", "must not be " + type + " in such a message");
        }
        part.nothingElse();
        return read;
    }

    private static Part image(Members image) {
        Part read = new Part.Image(OpenAiWords.source(image, "url"), image.optionalText("detail"));
        image.nothingElse();
        return read;
    }

    private static Part audio(Members audio) {
        Part read = new Part.Audio(audio.text("format"), audio.text("data"));
        audio.nothingElse();
        return read;
    }

    private static Part document(Members file) {
        Source source =
                file.has("file_id")
                        ? new Source.Uploaded(file.text("file_id"))
                        : OpenAiWords.inline(file, "file_data");
        Part read = new Part.Document(source, file.optionalText("filename"));
        file.nothingElse();
        return read;
    }
}
