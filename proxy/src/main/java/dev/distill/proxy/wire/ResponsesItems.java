package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;

/**
 * The objects that responses are made of. Clients check that they are whole, so whatever a response
 * repeats of its request, which nobody here knows any more, has the value that says nothing.
 */
final class ResponsesItems {
    private ResponsesItems() {}

    /** A response without its output, which ended for no reason yet. */
    static ObjectNode response(Event.Started started, String status) {
        ObjectNode response =
                Json.object()
                        .put("id", started.id())
                        .put("object", "response")
                        .put("created_at", started.created())
                        .put("status", status)
                        .put("background", false)
                        .putNull("error")
                        .putNull("incomplete_details")
                        .putNull("instructions")
                        .putNull("max_output_tokens")
                        .put("model", started.model());
        response.putArray("output");
        response.put("parallel_tool_calls", true).putNull("previous_response_id");
        response.putObject("reasoning").putNull("effort").putNull("summary");
        response.put("store", false).putNull("temperature");
        response.putObject("text").putObject("format").put("type", "text");
        response.put("tool_choice", "auto").putArray("tools");
        response.putNull("top_p").put("truncation", "disabled").putNull("usage").putNull("user");
        response.putObject("metadata");
        return response;
    }

    /**
     * Says why it ended.
     *
     * @param refused whether the words for not answering have been given
     */
    static void end(ObjectNode response, StopReason reason, boolean refused) {
        switch (reason) {
            case END, STOP_SEQUENCE, TOOL_CALLS, UNKNOWN -> response.put("status", "completed");
            case REFUSED -> {
                if (!refused) {
                    incomplete(response, "content_filter");
                }
            }
            // a paused turn is not complete, and the caller may go on
            case LENGTH, PAUSED -> incomplete(response, "max_output_tokens");
            case FILTERED -> incomplete(response, "content_filter");
        }
    }

    private static void incomplete(ObjectNode response, String reason) {
        response.put("status", "incomplete").putObject("incomplete_details").put("reason", reason);
    }

    static ObjectNode message(String id, String status) {
        ObjectNode item =
                Json.object()
                        .put("id", id)
                        .put("type", "message")
                        .put("status", status)
                        .put("role", "assistant");
        item.putArray("content");
        return item;
    }

    static ObjectNode text(String text, ArrayNode logprobs) {
        ObjectNode part = Json.object().put("type", "output_text").put("text", text);
        part.putArray("annotations");
        part.set("logprobs", logprobs);
        return part;
    }

    static ObjectNode refusal(String text) {
        return Json.object().put("type", "refusal").put("refusal", text);
    }

    static ObjectNode summary(String text) {
        return Json.object().put("type", "summary_text").put("text", text);
    }

    static ObjectNode reasoning(String id) {
        ObjectNode item = Json.object().put("id", id).put("type", "reasoning");
        item.putArray("summary");
        return item;
    }

    static ObjectNode call(String id, String status, String callId, String name, String arguments) {
        return Json.object()
                .put("id", id)
                .put("type", "function_call")
                .put("status", status)
                .put("call_id", callId)
                .put("name", name)
                .put("arguments", arguments);
    }
}
