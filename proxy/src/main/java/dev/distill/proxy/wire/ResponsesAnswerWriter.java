package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Completion.Choice;

/** Writes whole responses. */
final class ResponsesAnswerWriter {
    private static final String COMPLETED = "completed";

    private ResponsesAnswerWriter() {}

    static ObjectNode write(Completion completion) {
        if (completion.choices().size() != 1) {
            throw new WireException("n", "a response is a single answer");
        }
        Choice choice = completion.choices().getFirst();
        ObjectNode response =
                ResponsesItems.response(
                        new Event.Started(
                                completion.id(), completion.model(), completion.created()),
                        COMPLETED);
        boolean refused = choice.parts().stream().anyMatch(Part.Refusal.class::isInstance);
        ResponsesItems.end(response, choice.stopReason(), refused);
        response.set("output", output(completion.id(), choice));
        completion
                .usage()
                .ifPresent(usage -> response.set("usage", OpenAiUsage.writeResponse(usage)));
        completion.serviceTier().ifPresent(tier -> response.put("service_tier", tier));
        return response;
    }

    private static ArrayNode output(String id, Choice choice) {
        ArrayNode output = Json.array();
        ArrayNode logprobs = Json.array();
        choice.logprobs().ifPresent(l -> l.path("content").forEach(logprobs::add));
        for (Part part : choice.parts()) {
            String name = id + "_" + output.size();
            switch (part) {
                case Part.Text text -> {
                    said(output, name).add(ResponsesItems.text(text.text(), logprobs.deepCopy()));
                    logprobs.removeAll(); // they belong to the first text
                }
                case Part.Refusal refusal ->
                        said(output, name).add(ResponsesItems.refusal(refusal.text()));
                case Part.Thinking thinking -> {
                    ObjectNode item = ResponsesItems.reasoning("rs_" + name);
                    item.withArray("summary").add(ResponsesItems.summary(thinking.text()));
                    output.add(item);
                }
                case Part.ToolCall call ->
                        output.add(
                                ResponsesItems.call(
                                        "fc_" + name,
                                        COMPLETED,
                                        call.id(),
                                        call.name(),
                                        call.arguments()));
                // there is no place for what only the provider can read
                case Part.RedactedThinking _, Part.CachePoint _ -> {}
                case Part.Image _, Part.Audio _, Part.Document _, Part.ToolResult _ ->
                        throw new WireException(
                                "output", "the answer holds more than text and calls");
            }
        }
        return output;
    }

    /** The content of the last item if that is a message, else of a new one. */
    private static ArrayNode said(ArrayNode output, String name) {
        JsonNode last = output.path(output.size() - 1);
        if (last.path("type").asText().equals("message")) {
            return (ArrayNode) last.path("content");
        }
        ObjectNode message = ResponsesItems.message("msg_" + name, COMPLETED);
        output.add(message);
        return (ArrayNode) message.path("content");
    }
}
