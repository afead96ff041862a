package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.distill.proxy.wire.ProviderCodec.StreamReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the events of a response. Those that only repeat what others said are passed over, as are
 * those of tools that the provider runs itself. Without its last event a response is cut.
 */
final class ResponsesStreamReader implements StreamReader {
    /** Calls by their place in the output. */
    private final Map<Integer, Call> calls = new HashMap<>();

    private boolean started;
    private boolean refused;
    private boolean ended;

    private static final class Call {
        final int number;
        boolean hasArguments;

        Call(int number) {
            this.number = number;
        }
    }

    @Override
    public List<Event> read(SseFrame frame) {
        List<Event> events = new ArrayList<>();
        if (ended || frame.data().isBlank() || frame.data().equals("[DONE]")) {
            return events;
        }
        JsonNode event = Members.parse(frame.data()).json();
        String delta = event.path("delta").asText("");
        switch (event.path("type").asText(frame.event())) {
            case "response.created", "response.in_progress" ->
                    start(event.path("response"), events);
            case "response.output_item.added" -> item(event, events);
            case "response.output_item.done" -> itemDone(event, events);
            case "response.function_call_arguments.delta" -> arguments(event, delta, events);
            case "response.output_text.delta" -> {
                if (!delta.isEmpty()) {
                    events.add(new Event.TextDelta(0, delta));
                }
                if (event.get("logprobs") instanceof ArrayNode logprobs) {
                    ResponsesAnswerReader.of(logprobs)
                            .ifPresent(l -> events.add(new Event.Logprobs(0, l)));
                }
            }
            case "response.refusal.delta" -> {
                refused = true;
                events.add(new Event.RefusalDelta(0, delta));
            }
            case "response.reasoning_summary_part.added" -> {
                if (event.path("summary_index").asInt() > 0) {
                    events.add(new Event.ThinkingDelta(0, "\n\n"));
                }
            }
            case "response.reasoning_summary_text.delta", "response.reasoning_text.delta" ->
                    events.add(new Event.ThinkingDelta(0, delta));
            case "response.completed", "response.incomplete" ->
                    complete(event.path("response"), events);
            case "response.failed" -> fail(event.path("response"), events);
            case "error" -> fail(event, events);
            default -> {}
        }
        return events;
    }

    @Override
    public List<Event> end() {
        return List.of();
    }

    private void start(JsonNode response, List<Event> events) {
        if (!started) {
            started = true;
            events.add(
                    new Event.Started(
                            response.path("id").asText(""),
                            response.path("model").asText(""),
                            response.path("created_at").asLong()));
        }
    }

    private void item(JsonNode event, List<Event> events) {
        JsonNode item = event.path("item");
        int place = event.path("output_index").asInt();
        if (item.path("type").asText().equals("function_call") && !calls.containsKey(place)) {
            String name = item.path("name").asText("");
            if (name.isEmpty()) {
                throw new WireException("stream", "a call without the name of its function");
            }
            Call call = new Call(calls.size());
            calls.put(place, call);
            String id = item.path("call_id").asText(item.path("id").asText(""));
            events.add(new Event.ToolCallStarted(0, call.number, id, name));
        }
    }

    /** Whatever of a call has not come in pieces. */
    private void itemDone(JsonNode event, List<Event> events) {
        item(event, events);
        Call call = calls.get(event.path("output_index").asInt());
        if (call != null && !call.hasArguments) {
            String arguments = event.path("item").path("arguments").asText("");
            arguments(event, arguments.isBlank() ? "{}" : arguments, events);
        }
    }

    private void arguments(JsonNode event, String delta, List<Event> events) {
        Call call = calls.get(event.path("output_index").asInt());
        if (call == null) {
            throw new WireException("stream", "arguments of a call that has not begun");
        }
        if (!delta.isEmpty()) {
            call.hasArguments = true;
            events.add(new Event.ToolCallDelta(0, call.number, delta));
        }
    }

    private void complete(JsonNode response, List<Event> events) {
        start(response, events);
        StopReason reason = ResponsesAnswerReader.stopReason(response, refused, !calls.isEmpty());
        events.add(new Event.Finished(0, reason, Optional.empty()));
        ResponsesAnswerReader.usage(response)
                .ifPresent(
                        usage ->
                                events.add(
                                        new Event.Used(
                                                usage,
                                                Optional.ofNullable(
                                                        response.path("service_tier")
                                                                .textValue()))));
        events.add(new Event.Ended());
        ended = true;
    }

    private void fail(JsonNode failure, List<Event> events) {
        ended = true;
        events.add(new Event.Failed(OpenAiErrors.read(failure)));
    }
}
