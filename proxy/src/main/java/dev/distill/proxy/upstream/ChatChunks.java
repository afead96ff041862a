package dev.distill.proxy.upstream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An OpenAI chat completion as the events of a stream and back. Only what this process makes or
 * recorded comes here; members that nobody knows are carried along.
 */
final class ChatChunks {
    static final String DONE = "[DONE]";

    private ChatChunks() {}

    /**
     * The events of a stream that says the same as a completion.
     *
     * @param withUsage whether the last event before the end has the usage
     */
    static List<String> split(ObjectNode completion, boolean withUsage) {
        List<String> events = new ArrayList<>();
        for (JsonNode choice : completion.path("choices")) {
            ObjectNode first = Json.object().put("index", choice.path("index").asInt());
            first.set("delta", delta(choice.path("message")));
            if (choice.hasNonNull("logprobs")) {
                first.set("logprobs", choice.path("logprobs"));
            }
            first.putNull("finish_reason");
            ObjectNode last = Json.object().put("index", choice.path("index").asInt());
            last.putObject("delta");
            last.set("finish_reason", choice.path("finish_reason"));
            events.add(chunk(completion, first));
            events.add(chunk(completion, last));
        }
        if (withUsage && completion.hasNonNull("usage")) {
            ObjectNode chunk = envelope(completion);
            chunk.putArray("choices");
            chunk.set("usage", completion.path("usage"));
            events.add(Json.line(chunk));
        }
        events.add(DONE);
        return events;
    }

    /**
     * The completion that the events of a stream add up to.
     *
     * @throws UpstreamException when they do not make a complete one
     */
    static ObjectNode fold(List<String> events) {
        return join(events.stream().filter(e -> !e.equals(DONE)).map(ChatChunks::parse).toList());
    }

    /** The same of chunks, which are taken apart by it. */
    static ObjectNode join(List<ObjectNode> chunks) {
        ObjectNode completion = Json.object();
        Map<Integer, ObjectNode> choices = new TreeMap<>();
        for (ObjectNode chunk : chunks) {
            chunk.path("choices").forEach(choice -> add(choices, choice));
            chunk.remove("choices");
            chunk.properties().stream()
                    .filter(member -> !member.getValue().isNull())
                    .forEach(member -> completion.set(member.getKey(), member.getValue()));
        }
        boolean cut = choices.values().stream().anyMatch(c -> !c.hasNonNull("finish_reason"));
        if (cut || choices.isEmpty()) {
            throw new UpstreamException(
                    Fault.TRUNCATED, "the recorded stream ends before the answer does", true);
        }
        completion.put("object", "chat.completion");
        completion.putArray("choices").addAll(choices.values());
        return completion;
    }

    private static ObjectNode delta(JsonNode message) {
        ObjectNode delta = message.deepCopy();
        int index = 0;
        for (JsonNode call : delta.path("tool_calls")) {
            ((ObjectNode) call).put("index", index++);
        }
        return delta;
    }

    private static String chunk(ObjectNode completion, ObjectNode choice) {
        ObjectNode chunk = envelope(completion);
        chunk.putArray("choices").add(choice);
        return Json.line(chunk);
    }

    private static ObjectNode envelope(ObjectNode completion) {
        ObjectNode chunk = completion.deepCopy();
        chunk.remove(List.of("choices", "usage"));
        return chunk.put("object", "chat.completion.chunk");
    }

    private static ObjectNode parse(String event) {
        try {
            if (Json.parse(event) instanceof ObjectNode chunk && !chunk.hasNonNull("error")) {
                return chunk;
            }
        } catch (JsonProcessingException _) {
            // the same as anything else that is not a chunk
        }
        throw new UpstreamException(
                Fault.TRUNCATED, "the recorded stream has an event that is no chunk", true);
    }

    private static void add(Map<Integer, ObjectNode> choices, JsonNode more) {
        int index = more.path("index").asInt();
        ObjectNode choice = choices.computeIfAbsent(index, i -> Json.object().put("index", i));
        ObjectNode message = choice.withObject("message");
        for (Map.Entry<String, JsonNode> member : more.path("delta").properties()) {
            if (member.getKey().equals("tool_calls")) {
                member.getValue().forEach(call -> addCall(message.withArray("tool_calls"), call));
            } else {
                append(message, member.getKey(), member.getValue());
            }
        }
        if (more.hasNonNull("logprobs")) {
            ObjectNode logprobs = choice.withObject("logprobs");
            more.path("logprobs")
                    .properties()
                    .forEach(list -> append(logprobs, list.getKey(), list.getValue()));
        }
        if (more.hasNonNull("finish_reason")) {
            choice.set("finish_reason", more.path("finish_reason"));
        }
    }

    private static void addCall(ArrayNode calls, JsonNode more) {
        int index = more.path("index").asInt();
        while (calls.size() <= index && calls.size() < 1024) {
            calls.addObject();
        }
        ObjectNode call = (ObjectNode) calls.get(Math.min(index, calls.size() - 1));
        more.properties().stream()
                .filter(member -> !member.getKey().equals("index"))
                .forEach(
                        member -> {
                            if (member.getKey().equals("function")) {
                                ObjectNode function = call.withObject("function");
                                member.getValue()
                                        .properties()
                                        .forEach(p -> append(function, p.getKey(), p.getValue()));
                            } else {
                                call.set(member.getKey(), member.getValue());
                            }
                        });
    }

    /** Texts and lists grow, but a role stays what it is; a null is nothing, unless it is all. */
    private static void append(ObjectNode to, String name, JsonNode more) {
        JsonNode before = to.path(name);
        if (before.isTextual() && more.isTextual() && !name.equals("role")) {
            to.put(name, before.textValue() + more.textValue());
        } else if (before instanceof ArrayNode list && more instanceof ArrayNode others) {
            list.addAll(others);
        } else if (!more.isNull() || before.isMissingNode()) {
            to.set(name, more.deepCopy());
        }
    }
}
