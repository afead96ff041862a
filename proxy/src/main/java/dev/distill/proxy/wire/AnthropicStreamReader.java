package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a stream of the Messages API. Kinds of events, blocks and deltas that it does not know are
 * passed over, as Anthropic asks.
 */
final class AnthropicStreamReader implements ProviderCodec.StreamReader {
    private final long created;

    /** What usage the events have reported so far, later members over earlier ones. */
    private final ObjectNode usage = Json.object();

    /** Calls by the index of their block. */
    private final Map<Integer, Call> calls = new HashMap<>();

    private boolean finished;
    private boolean ended;

    private static final class Call {
        private final int number;
        private boolean hasArguments;

        private Call(int number) {
            this.number = number;
        }
    }

    /**
     * @param created when the answer begins, which the stream does not say
     */
    AnthropicStreamReader(long created) {
        this.created = created;
    }

    @Override
    public List<Event> read(SseFrame frame) {
        Members data = Members.parse(frame.data());
        List<Event> events = new ArrayList<>();
        switch (data.text("type")) {
            case "message_start" -> start(data.members("message"), events);
            case "content_block_start" ->
                    blockStart(index(data), data.members("content_block"), events);
            case "content_block_delta" -> delta(index(data), data.members("delta"), events);
            case "content_block_stop" -> blockStop(index(data), events);
            case "message_delta" -> finish(data, events);
            case "message_stop" -> {
                ended = true;
                events.add(new Event.Ended());
            }
            case "error" -> events.add(failed(data));
            default -> {} // ping, and what may come
        }
        return events;
    }

    @Override
    public List<Event> end() {
        return finished && !ended ? List.of(new Event.Ended()) : List.of();
    }

    private void start(Members message, List<Event> events) {
        events.add(new Event.Started(message.text("id"), message.text("model"), created));
        used(message, events);
    }

    private static int index(Members data) {
        return data.optionalInt("index").orElseThrow(() -> data.unknown("index", "is missing"));
    }

    private void blockStart(int index, Members block, List<Event> events) {
        switch (block.text("type")) {
            case "text" -> text(block.optionalText("text"), events);
            case "thinking" -> thinking(block.optionalText("thinking"), events);
            case "redacted_thinking" ->
                    events.add(new Event.RedactedThinking(0, block.text("data")));
            case "tool_use" -> {
                Call call = new Call(calls.size());
                calls.put(index, call);
                events.add(
                        new Event.ToolCallStarted(
                                0, call.number, block.text("id"), block.text("name")));
            }
            default -> {}
        }
    }

    private void delta(int index, Members delta, List<Event> events) {
        switch (delta.text("type")) {
            case "text_delta" -> text(Optional.of(delta.text("text")), events);
            case "thinking_delta" -> thinking(Optional.of(delta.text("thinking")), events);
            case "signature_delta" ->
                    events.add(new Event.ThinkingSigned(0, delta.text("signature")));
            case "input_json_delta" -> arguments(index, delta.text("partial_json"), events);
            default -> {}
        }
    }

    private static void text(Optional<String> text, List<Event> events) {
        text.filter(t -> !t.isEmpty()).ifPresent(t -> events.add(new Event.TextDelta(0, t)));
    }

    private static void thinking(Optional<String> text, List<Event> events) {
        text.filter(t -> !t.isEmpty()).ifPresent(t -> events.add(new Event.ThinkingDelta(0, t)));
    }

    private void arguments(int index, String json, List<Event> events) {
        Call call = calls.get(index);
        if (call != null && !json.isEmpty()) { // without a call it is a tool that Anthropic runs
            call.hasArguments = true;
            events.add(new Event.ToolCallDelta(0, call.number, json));
        }
    }

    /** A call without arguments streams none at all; elsewhere they are an empty object. */
    private void blockStop(int index, List<Event> events) {
        Call call = calls.get(index);
        if (call != null && !call.hasArguments) {
            call.hasArguments = true;
            events.add(new Event.ToolCallDelta(0, call.number, "{}"));
        }
    }

    private void finish(Members data, List<Event> events) {
        Members delta = data.members("delta");
        Optional<String> reason = delta.optionalText("stop_reason");
        if (reason.isPresent() && !finished) {
            finished = true;
            events.add(
                    new Event.Finished(
                            0,
                            AnthropicStopReason.read(reason.get()),
                            delta.optionalText("stop_sequence")));
        }
        used(data, events);
    }

    private void used(Members owner, List<Event> events) {
        if (owner.has("usage")) {
            for (Map.Entry<String, JsonNode> member : owner.object("usage").properties()) {
                if (!member.getValue().isNull()) {
                    usage.set(member.getKey(), member.getValue());
                }
            }
            Members all = Members.of(usage, "usage");
            events.add(new Event.Used(AnthropicUsage.read(all), all.optionalText("service_tier")));
        }
    }

    private static Event failed(Members data) {
        return new Event.Failed(AnthropicErrors.read(data.json()));
    }
}
