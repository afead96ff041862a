package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Completion.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads whole responses, generously: items of tools that the provider runs itself are counted. */
final class ResponsesAnswerReader {
    private ResponsesAnswerReader() {}

    static Completion read(JsonNode response) {
        JsonNode output = response.path("output");
        if (response.path("error").isObject()) {
            throw new WireException(OpenAiErrors.read(response));
        }
        if (!output.isArray()) {
            throw new WireException("output", "the answer has no output");
        }
        List<Part> parts = new ArrayList<>();
        ArrayNode logprobs = Json.array();
        for (JsonNode item : output) {
            item(item, parts, logprobs);
        }
        Choice choice =
                new Choice(parts, stopReason(response, parts), Optional.empty(), of(logprobs));
        return new Completion(
                response.path("id").asText(""),
                response.path("model").asText(""),
                response.path("created_at").asLong(),
                List.of(choice),
                usage(response),
                Optional.ofNullable(response.path("service_tier").textValue()));
    }

    static Optional<Usage> usage(JsonNode response) {
        long searches = 0;
        for (JsonNode item : response.path("output")) {
            searches += isSearch(item) ? 1 : 0;
        }
        return OpenAiUsage.response(response.path("usage"), searches);
    }

    /** Looking at a page that was found is no search and costs nothing. */
    private static boolean isSearch(JsonNode item) {
        return item.path("type").asText().equals("web_search_call")
                && item.at("/action/type").asText("search").equals("search");
    }

    /** Why it ended; a response does not say whether it waits for results of functions. */
    static StopReason stopReason(JsonNode response, List<Part> parts) {
        boolean refused = parts.stream().anyMatch(Part.Refusal.class::isInstance);
        boolean calls = parts.stream().anyMatch(Part.ToolCall.class::isInstance);
        return stopReason(response, refused, calls);
    }

    static StopReason stopReason(JsonNode response, boolean refused, boolean calls) {
        String status = response.path("status").asText("");
        return switch (status) {
            case "completed" ->
                    calls ? StopReason.TOOL_CALLS : refused ? StopReason.REFUSED : StopReason.END;
            case "incomplete" ->
                    response.path("incomplete_details")
                                    .path("reason")
                                    .asText("")
                                    .equals("content_filter")
                            ? StopReason.FILTERED
                            : StopReason.LENGTH;
            default ->
                    throw new WireException("status", "the answer is not complete but " + status);
        };
    }

    /** Log-probabilities in the shape of chat completions. */
    static Optional<ObjectNode> of(ArrayNode tokens) {
        if (tokens.isEmpty()) {
            return Optional.empty();
        }
        ObjectNode logprobs = Json.object();
        logprobs.set("content", tokens);
        return Optional.of(logprobs.putNull("refusal"));
    }

    private static void item(JsonNode item, List<Part> parts, ArrayNode logprobs) {
        switch (item.path("type").asText()) {
            case "message" -> {
                for (JsonNode part : item.path("content")) {
                    if (part.path("type").asText().equals("refusal")) {
                        parts.add(new Part.Refusal(part.path("refusal").asText("")));
                    } else {
                        parts.add(new Part.Text(part.path("text").asText("")));
                        part.path("logprobs").forEach(logprobs::add);
                    }
                }
            }
            case "function_call" -> {
                String arguments = item.path("arguments").asText("");
                parts.add(
                        new Part.ToolCall(
                                item.path("call_id").asText(""),
                                item.path("name").asText(""),
                                arguments.isBlank() ? "{}" : arguments));
            }
            case "reasoning" -> {
                StringBuilder thoughts = new StringBuilder();
                for (String list : List.of("summary", "content")) {
                    for (JsonNode piece : item.path(list)) {
                        thoughts.append(thoughts.isEmpty() ? "" : "\n\n");
                        thoughts.append(piece.path("text").asText(""));
                    }
                }
                if (!thoughts.isEmpty()) {
                    parts.add(new Part.Thinking(thoughts.toString(), Optional.empty()));
                }
            }
            default -> {}
        }
    }
}
