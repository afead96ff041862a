package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.util.List;
import java.util.Optional;

/** An item of a response's output while it grows, and the events that tell of it. */
final class ResponsesPiece {
    /** What grows. */
    enum Kind {
        TEXT("msg_", "response.output_text"),
        REFUSAL("msg_", "response.refusal"),
        THOUGHTS("rs_", "response.reasoning_summary_text"),
        CALL("fc_", "response.function_call_arguments");

        private final String prefix;
        private final String event;

        Kind(String prefix, String event) {
            this.prefix = prefix;
            this.event = event;
        }
    }

    private final Kind kind;
    private final String id;
    private final int place;
    private final String callId;
    private final String name;
    private final StringBuilder grown = new StringBuilder();
    private final ArrayNode logprobs = Json.array();

    ResponsesPiece(Kind kind, String responseId, int place) {
        this(kind, responseId, place, "", "");
    }

    /** A call of a function. */
    ResponsesPiece(String responseId, int place, String callId, String name) {
        this(Kind.CALL, responseId, place, callId, name);
    }

    private ResponsesPiece(Kind kind, String responseId, int place, String callId, String name) {
        this.kind = kind;
        this.id = kind.prefix + responseId + "_" + place;
        this.place = place;
        this.callId = callId;
        this.name = name;
    }

    Kind kind() {
        return kind;
    }

    int place() {
        return place;
    }

    /** The events at its beginning. */
    List<ObjectNode> begin() {
        ObjectNode added = Json.object().put("type", "response.output_item.added");
        added.put("output_index", place).set("item", item("in_progress"));
        return switch (kind) {
            case TEXT, REFUSAL -> List.of(added, withPart("response.content_part.added"));
            case THOUGHTS -> List.of(added, withPart("response.reasoning_summary_part.added"));
            case CALL -> List.of(added);
        };
    }

    /** The event for more of it. */
    ObjectNode add(String more) {
        grown.append(more);
        ObjectNode event = event(kind.event + ".delta").put("delta", more);
        if (kind == Kind.TEXT) {
            event.putArray("logprobs");
        }
        return event;
    }

    /** The event for log-probabilities of the text so far. */
    Optional<ObjectNode> logprobs(ArrayNode more) {
        if (kind != Kind.TEXT) {
            return Optional.empty();
        }
        logprobs.addAll(more);
        ObjectNode event = event(kind.event + ".delta").put("delta", "");
        event.set("logprobs", more);
        return Optional.of(event);
    }

    /** The events at its end. */
    List<ObjectNode> end() {
        if (kind == Kind.CALL && grown.isEmpty()) {
            grown.append("{}");
        }
        ObjectNode all = event(kind.event + ".done");
        switch (kind) {
            case TEXT -> all.put("text", grown.toString()).set("logprobs", logprobs);
            case REFUSAL -> all.put("refusal", grown.toString());
            case THOUGHTS -> all.put("text", grown.toString());
            case CALL -> all.put("name", name).put("arguments", grown.toString());
        }
        ObjectNode done = Json.object().put("type", "response.output_item.done");
        done.put("output_index", place).set("item", item("completed"));
        return switch (kind) {
            case TEXT, REFUSAL -> List.of(all, withPart("response.content_part.done"), done);
            case THOUGHTS -> List.of(all, withPart("response.reasoning_summary_part.done"), done);
            case CALL -> List.of(all, done);
        };
    }

    /** The item as far as it has come; at its beginning it is empty. */
    ObjectNode item(String status) {
        boolean begun = !status.equals("in_progress");
        return switch (kind) {
            case TEXT, REFUSAL -> {
                ObjectNode message = ResponsesItems.message(id, status);
                if (begun) {
                    message.withArray("content").add(part());
                }
                yield message;
            }
            case THOUGHTS -> {
                ObjectNode reasoning = ResponsesItems.reasoning(id);
                if (begun) {
                    reasoning.withArray("summary").add(part());
                }
                yield reasoning;
            }
            case CALL -> ResponsesItems.call(id, status, callId, name, grown.toString());
        };
    }

    private ObjectNode part() {
        return switch (kind) {
            case TEXT -> ResponsesItems.text(grown.toString(), logprobs.deepCopy());
            case REFUSAL -> ResponsesItems.refusal(grown.toString());
            case THOUGHTS, CALL -> ResponsesItems.summary(grown.toString());
        };
    }

    private ObjectNode withPart(String type) {
        ObjectNode event = event(type);
        event.set("part", part());
        return event;
    }

    private ObjectNode event(String type) {
        ObjectNode event =
                Json.object().put("type", type).put("item_id", id).put("output_index", place);
        return switch (kind) {
            case TEXT, REFUSAL -> event.put("content_index", 0);
            case THOUGHTS -> event.put("summary_index", 0);
            case CALL -> event;
        };
    }
}
