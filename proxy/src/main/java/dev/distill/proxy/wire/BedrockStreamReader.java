package dev.distill.proxy.wire;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a stream of ConverseStream, whose kinds of event are in the frames' headers. */
final class BedrockStreamReader implements ProviderCodec.StreamReader {
    private final long created;

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
    BedrockStreamReader(long created) {
        this.created = created;
    }

    @Override
    public List<Event> read(SseFrame frame) {
        if (BedrockErrors.isError(frame.event())) {
            return List.of(
                    new Event.Failed(
                            BedrockErrors.read(
                                    0, Map.of(BedrockErrors.TYPE, frame.event()), frame.data())));
        }
        List<Event> events = new ArrayList<>();
        Members data = Members.parse(frame.data());
        switch (frame.event()) {
            case "messageStart" -> events.add(new Event.Started("", "", created));
            case "contentBlockStart" -> start(index(data), data.members("start"), events);
            case "contentBlockDelta" -> delta(index(data), data.members("delta"), events);
            case "contentBlockStop" -> stop(index(data), events);
            case "messageStop" -> {
                finished = true;
                events.add(
                        new Event.Finished(
                                0,
                                BedrockCompletion.stopReason(data.text("stopReason")),
                                Optional.empty()));
            }
            case "metadata" -> {
                data.optionalMembers("usage")
                        .map(
                                usage ->
                                        new Event.Used(
                                                BedrockUsage.read(usage), BedrockUsage.tier(data)))
                        .ifPresent(events::add);
                if (finished && !ended) {
                    ended = true;
                    events.add(new Event.Ended());
                }
            }
            default -> {} // what may come
        }
        return events;
    }

    @Override
    public List<Event> end() {
        return finished && !ended ? List.of(new Event.Ended()) : List.of();
    }

    private static int index(Members data) {
        return data.optionalInt("contentBlockIndex")
                .orElseThrow(() -> data.unknown("contentBlockIndex", "is missing"));
    }

    private void start(int index, Members start, List<Event> events) {
        if (start.has("toolUse")) {
            Members tool = start.members("toolUse");
            Call call = new Call(calls.size());
            calls.put(index, call);
            events.add(
                    new Event.ToolCallStarted(
                            0, call.number, tool.text("toolUseId"), tool.text("name")));
        }
    }

    private void delta(int index, Members delta, List<Event> events) {
        delta.optionalText("text")
                .filter(text -> !text.isEmpty())
                .ifPresent(text -> events.add(new Event.TextDelta(0, text)));
        delta.optionalMembers("toolUse")
                .ifPresent(tool -> arguments(index, tool.text("input"), events));
        delta.optionalMembers("reasoningContent").ifPresent(thoughts -> thoughts(thoughts, events));
    }

    private void arguments(int index, String json, List<Event> events) {
        Call call = calls.get(index);
        if (call == null) {
            throw new WireException("contentBlockIndex", "no call began at " + index);
        }
        if (!json.isEmpty()) {
            call.hasArguments = true;
            events.add(new Event.ToolCallDelta(0, call.number, json));
        }
    }

    private static void thoughts(Members thoughts, List<Event> events) {
        thoughts.optionalText("text")
                .filter(text -> !text.isEmpty())
                .ifPresent(text -> events.add(new Event.ThinkingDelta(0, text)));
        thoughts.optionalText("signature")
                .ifPresent(signature -> events.add(new Event.ThinkingSigned(0, signature)));
        thoughts.optionalText("redactedContent")
                .ifPresent(data -> events.add(new Event.RedactedThinking(0, data)));
    }

    /** A call without arguments streams none at all; elsewhere they are an empty object. */
    private void stop(int index, List<Event> events) {
        Call call = calls.get(index);
        if (call != null && !call.hasArguments) {
            call.hasArguments = true;
            events.add(new Event.ToolCallDelta(0, call.number, "{}"));
        }
    }
}
