package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.proxy.wire.Conversation.Message;
import dev.distill.proxy.wire.Conversation.Role;
import dev.distill.proxy.wire.Part.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the input of a response: instructions first, then items. What the model thought, said and
 * called in a row becomes one message.
 */
final class ResponsesInputReader {
    private final Members request;
    private final List<Message> messages = new ArrayList<>();

    /** Of the assistant's message that is being put together. */
    private final List<Part> turn = new ArrayList<>();

    ResponsesInputReader(Members request) {
        this.request = request;
    }

    List<Message> messages() {
        request.optionalText("instructions").ifPresent(text -> add(Role.SYSTEM, text(text)));
        JsonNode input =
                request.optional("input").orElseThrow(() -> request.unknown("input", "is missing"));
        if (input.isTextual()) {
            add(Role.USER, text(input.textValue()));
        } else {
            request.list("input").forEach(this::item);
        }
        endTurn();
        if (messages.isEmpty()) {
            throw request.unknown("input", "must have at least one item");
        }
        return messages;
    }

    private void item(Members item) {
        // names that a server gives to items which it remembers
        item.optionalText("id");
        item.optionalText("status");
        switch (item.optionalText("type").orElse("message")) {
            case "message" -> message(item);
            case "function_call" -> turn.add(toolCall(item));
            case "function_call_output" ->
                    add(
                            Role.TOOL,
                            List.of(
                                    new Part.ToolResult(
                                            item.text("call_id"),
                                            content(item, "output", Role.TOOL),
                                            false)));
            case "reasoning" -> thoughts(item);
            default ->
                    throw item.unknown(
                            "type",
                            "must be message, function_call, function_call_output or reasoning for"
                                    + " this model");
        }
        item.nothingElse();
    }

    private void message(Members item) {
        switch (item.text("role")) {
            case "user" -> add(Role.USER, content(item, "content", Role.USER));
            case "system", "developer" -> add(Role.SYSTEM, content(item, "content", Role.SYSTEM));
            case "assistant" -> {
                item.optionalText("phase");
                turn.addAll(content(item, "content", Role.ASSISTANT));
            }
            default -> throw item.unknown("role", "must be user, assistant, system or developer");
        }
    }

    private static Part toolCall(Members item) {
        String arguments = item.text("arguments");
        return new Part.ToolCall(
                item.text("call_id"), item.text("name"), arguments.isBlank() ? "{}" : arguments);
    }

    private void thoughts(Members item) {
        item.refuse("encrypted_content", "can be read by the provider that made it alone");
        StringBuilder thoughts = new StringBuilder();
        for (String list : List.of("summary", "content")) {
            for (Members piece : item.list(list)) {
                piece.text("type");
                thoughts.append(thoughts.isEmpty() ? "" : "\n\n").append(piece.text("text"));
                piece.nothingElse();
            }
        }
        if (!thoughts.isEmpty()) {
            turn.add(new Part.Thinking(thoughts.toString(), Optional.empty()));
        }
    }

    private static List<Part> content(Members item, String name, Role role) {
        JsonNode content = item.optional(name).orElseThrow(() -> item.unknown(name, "is missing"));
        if (content.isTextual()) {
            return text(content.textValue());
        }
        return item.list(name).stream().map(part -> part(part, role)).toList();
    }

    private static List<Part> text(String text) {
        return text.isEmpty() ? List.of() : List.of(new Part.Text(text));
    }

    private static Part part(Members part, Role role) {
        String type = part.text("type");
        boolean assistant = type.equals("output_text") || type.equals("refusal");
        if (assistant != (role == Role.ASSISTANT)) {
            throw part.unknown("type", "must not be " + type + " in such an item");
        }
        Part read =
                switch (type) {
                    case "input_text" -> new Part.Text(part.text("text"));
                    case "output_text" -> said(part);
                    case "refusal" -> new Part.Refusal(part.text("refusal"));
                    case "input_image" ->
                            new Part.Image(
                                    part.has("file_id")
                                            ? new Source.Uploaded(part.text("file_id"))
                                            : OpenAiWords.source(part, "image_url"),
                                    part.optionalText("detail"));
                    case "input_file" ->
                            new Part.Document(document(part), part.optionalText("filename"));
                    case "input_audio" -> {
                        Members audio = part.members("input_audio");
                        Part sound = new Part.Audio(audio.text("format"), audio.text("data"));
                        audio.nothingElse();
                        yield sound;
                    }
                    default ->
                            throw part.unknown(
                                    "type",
                                    "must be input_text, input_image, input_file, input_audio,"
                                            + " output_text or refusal");
                };
        part.nothingElse();
        return read;
    }

    private static Part said(Members part) {
        part.optional("logprobs");
        if (!part.list("annotations").isEmpty()) {
            throw part.unknown("annotations", "are not supported by this model");
        }
        return new Part.Text(part.text("text"));
    }

    private static Source document(Members part) {
        if (part.has("file_id")) {
            return new Source.Uploaded(part.text("file_id"));
        }
        return part.has("file_url")
                ? new Source.Remote(part.text("file_url"))
                : OpenAiWords.inline(part, "file_data");
    }

    private void add(Role role, List<Part> parts) {
        endTurn();
        messages.add(new Message(role, parts, Optional.empty()));
    }

    private void endTurn() {
        if (!turn.isEmpty()) {
            messages.add(new Message(Role.ASSISTANT, turn, Optional.empty()));
            turn.clear();
        }
    }
}
