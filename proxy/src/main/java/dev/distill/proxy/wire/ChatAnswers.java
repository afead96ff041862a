package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Completion.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whole answers of the chat completions API. They are read generously: servers add members of their
 * own and leave some out. Only an answer that does not say why it ended is refused, since it may be
 * half of one.
 */
final class ChatAnswers {
    private ChatAnswers() {}

    static Completion read(JsonNode answer) {
        if (answer.path("error").isObject()) {
            throw new WireException(OpenAiErrors.read(answer));
        }
        JsonNode choices = answer.path("choices");
        if (!choices.isArray() || choices.isEmpty()) {
            throw new WireException("choices", "the answer has no choices");
        }
        List<Choice> read = new ArrayList<>();
        choices.forEach(choice -> read.add(choice(choice, read.size())));
        return new Completion(
                answer.path("id").asText(""),
                answer.path("model").asText(""),
                answer.path("created").asLong(),
                read,
                OpenAiUsage.chat(answer.path("usage")),
                Optional.ofNullable(answer.path("service_tier").textValue()));
    }

    private static Choice choice(JsonNode choice, int index) {
        String path = "choices[" + index + "]";
        JsonNode message = choice.path("message");
        if (!message.isObject()) {
            throw new WireException(path, "the answer's " + path + " has no message");
        }
        List<Part> parts = new ArrayList<>();
        String thoughts = ChatFinish.thoughts(message);
        if (!thoughts.isEmpty()) {
            parts.add(new Part.Thinking(thoughts, Optional.empty()));
        }
        text(message.path("content")).ifPresent(text -> parts.add(new Part.Text(text)));
        text(message.path("refusal")).ifPresent(text -> parts.add(new Part.Refusal(text)));
        for (JsonNode call : message.path("tool_calls")) {
            parts.add(toolCall(call, path));
        }
        boolean refused = parts.stream().anyMatch(Part.Refusal.class::isInstance);
        StopReason reason = ChatFinish.read(choice, path, refused);
        return new Choice(
                parts,
                reason,
                reason == StopReason.STOP_SEQUENCE
                        ? Optional.of(choice.path("stop_reason").asText())
                        : Optional.empty(),
                choice.get("logprobs") instanceof ObjectNode logprobs
                        ? Optional.of(logprobs)
                        : Optional.empty());
    }

    private static Optional<String> text(JsonNode node) {
        return Optional.ofNullable(node.textValue()).filter(text -> !text.isEmpty());
    }

    private static Part toolCall(JsonNode call, String path) {
        JsonNode function = call.path("function");
        String name = function.path("name").asText("");
        if (name.isEmpty()) {
            throw new WireException(
                    path, "the answer's " + path + " calls a function without name");
        }
        String arguments = function.path("arguments").asText("");
        return new Part.ToolCall(
                call.path("id").asText(""), name, arguments.isBlank() ? "{}" : arguments);
    }

    static ObjectNode write(Completion completion) {
        ObjectNode answer =
                Json.object()
                        .put("id", completion.id())
                        .put("object", "chat.completion")
                        .put("created", completion.created())
                        .put("model", completion.model());
        ArrayNode choices = answer.putArray("choices");
        for (Choice choice : completion.choices()) {
            ObjectNode written = choices.addObject().put("index", choices.size() - 1);
            written.set("message", message(choice));
            written.set("logprobs", choice.logprobs().orElse(null));
            boolean refused = choice.parts().stream().anyMatch(Part.Refusal.class::isInstance);
            written.put("finish_reason", ChatFinish.write(choice.stopReason(), refused));
        }
        completion.usage().ifPresent(usage -> answer.set("usage", OpenAiUsage.writeChat(usage)));
        completion.serviceTier().ifPresent(tier -> answer.put("service_tier", tier));
        return answer;
    }

    /** Thoughts that nobody can read and proofs of them have no place here. */
    private static ObjectNode message(Choice choice) {
        StringBuilder text = new StringBuilder();
        StringBuilder refusal = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        for (Part part : choice.parts()) {
            switch (part) {
                case Part.Text said -> text.append(said.text());
                case Part.Refusal said -> refusal.append(said.text());
                case Part.Thinking said -> thoughts.append(said.text());
                case Part.ToolCall _, Part.RedactedThinking _, Part.CachePoint _ -> {}
                case Part.Image _, Part.Audio _, Part.Document _, Part.ToolResult _ ->
                        throw new WireException(
                                "choices", "the answer holds more than text and calls");
            }
        }
        ObjectNode message = Json.object().put("role", "assistant");
        message.put("content", text.isEmpty() ? null : text.toString());
        message.put("refusal", refusal.isEmpty() ? null : refusal.toString());
        if (!thoughts.isEmpty()) {
            message.put("reasoning_content", thoughts.toString());
        }
        ArrayNode calls = ChatMessageWriter.toolCalls(choice.parts());
        if (!calls.isEmpty()) {
            message.set("tool_calls", calls);
        }
        return message;
    }
}
