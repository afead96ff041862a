package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.proxy.wire.ProviderCodec.StreamReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the chunks of a chat completion. A stream is complete when every choice has said why it
 * ended; {@code [DONE]} before that is a cut, and its absence after that is not.
 */
final class ChatStreamReader implements StreamReader {
    private final Map<Integer, ChoiceState> choices = new HashMap<>();
    private boolean started;
    private boolean ended;

    /** A choice: its calls by the number that the provider gives them, and whether it is over. */
    private static final class ChoiceState {
        final Map<Integer, CallState> calls = new HashMap<>();
        boolean refused;
        boolean finished;
    }

    /** A call: its number in our count, and whether its arguments have begun. */
    private static final class CallState {
        final int number;
        boolean hasArguments;

        CallState(int number) {
            this.number = number;
        }
    }

    @Override
    public List<Event> read(SseFrame frame) {
        String data = frame.data();
        List<Event> events = new ArrayList<>();
        if (ended || data.isBlank()) {
            return events;
        }
        if (data.equals("[DONE]")) {
            if (!complete()) {
                throw new WireException("stream", "the stream ended before the answer did");
            }
            ended = true;
            events.add(new Event.Ended());
            return events;
        }
        JsonNode chunk = Members.parse(data).json();
        if (chunk.path("error").isObject() || chunk.path("object").asText().equals("error")) {
            ended = true;
            events.add(new Event.Failed(OpenAiErrors.read(chunk)));
            return events;
        }
        chunk(chunk, events);
        return events;
    }

    @Override
    public List<Event> end() {
        if (ended || !complete()) {
            return List.of();
        }
        ended = true;
        return List.of(new Event.Ended());
    }

    private boolean complete() {
        return !choices.isEmpty() && choices.values().stream().allMatch(choice -> choice.finished);
    }

    private void chunk(JsonNode chunk, List<Event> events) {
        JsonNode list = chunk.path("choices");
        String id = chunk.path("id").asText("");
        // Azure's first chunk is about its filter and names nothing
        if (!started && (!id.isEmpty() || !list.isEmpty())) {
            started = true;
            String model = chunk.path("model").asText("");
            events.add(new Event.Started(id, model, chunk.path("created").asLong()));
        }
        for (JsonNode choice : list) {
            choice(choice, events);
        }
        OpenAiUsage.chat(chunk.path("usage"))
                .ifPresent(
                        usage ->
                                events.add(
                                        new Event.Used(
                                                usage,
                                                Optional.ofNullable(
                                                        chunk.path("service_tier").textValue()))));
    }

    private void choice(JsonNode choice, List<Event> events) {
        int index = choice.path("index").asInt();
        ChoiceState state = choices.computeIfAbsent(index, _ -> new ChoiceState());
        JsonNode delta = choice.path("delta");
        String thoughts = ChatFinish.thoughts(delta);
        if (!thoughts.isEmpty()) {
            events.add(new Event.ThinkingDelta(index, thoughts));
        }
        String text = delta.path("content").asText("");
        if (!text.isEmpty()) {
            events.add(new Event.TextDelta(index, text));
        }
        String refusal = delta.path("refusal").asText("");
        if (!refusal.isEmpty()) {
            state.refused = true;
            events.add(new Event.RefusalDelta(index, refusal));
        }
        if (choice.get("logprobs") instanceof ObjectNode logprobs) {
            events.add(new Event.Logprobs(index, logprobs));
        }
        for (JsonNode call : delta.path("tool_calls")) {
            call(index, state, call, events);
        }
        if (!choice.path("finish_reason").asText("").isEmpty() && !state.finished) {
            finish(index, state, choice, events);
        }
    }

    private static void call(int choice, ChoiceState state, JsonNode delta, List<Event> events) {
        JsonNode function = delta.path("function");
        String id = delta.path("id").asText("");
        String name = function.path("name").asText("");
        int given =
                delta.path("index")
                        .asInt(id.isEmpty() ? state.calls.size() - 1 : state.calls.size());
        CallState call = state.calls.get(given);
        if (call == null) {
            if (name.isEmpty()) {
                throw new WireException("stream", "a call without the name of its function");
            }
            call = new CallState(state.calls.size());
            state.calls.put(given, call);
            String known = id.isEmpty() ? "call_" + choice + "_" + call.number : id;
            events.add(new Event.ToolCallStarted(choice, call.number, known, name));
        }
        String arguments = function.path("arguments").asText("");
        if (!arguments.isEmpty()) {
            call.hasArguments = true;
            events.add(new Event.ToolCallDelta(choice, call.number, arguments));
        }
    }

    private static void finish(int index, ChoiceState state, JsonNode choice, List<Event> events) {
        state.finished = true;
        for (CallState call : state.calls.values()) {
            if (!call.hasArguments) {
                events.add(new Event.ToolCallDelta(index, call.number, "{}"));
            }
        }
        StopReason reason = ChatFinish.read(choice, "choices[" + index + "]", state.refused);
        Optional<String> sequence =
                reason == StopReason.STOP_SEQUENCE
                        ? Optional.of(choice.path("stop_reason").asText())
                        : Optional.empty();
        events.add(new Event.Finished(index, reason, sequence));
    }
}
