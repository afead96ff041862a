package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.CallerCodec.StreamWriter;
import java.io.ByteArrayOutputStream;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Writes the chunks of a chat completion. */
final class ChatStreamWriter implements StreamWriter {
    private static final byte[] NOTHING = {};

    private final boolean includeUsage;
    private Event.Started started = new Event.Started("", "", 0);
    private Optional<Event.Used> used = Optional.empty();

    /** Choices that the caller has heard of, with the role that speaks. */
    private final Set<Integer> opened = new HashSet<>();

    /** Choices that say in words why they do not answer. */
    private final Set<Integer> refused = new HashSet<>();

    private record Call(int choice, int call) implements Comparable<Call> {
        @Override
        public int compareTo(Call other) {
            return choice == other.choice
                    ? Integer.compare(call, other.call)
                    : Integer.compare(choice, other.choice);
        }
    }

    private final Set<Call> withoutArguments = new TreeSet<>();

    ChatStreamWriter(boolean includeUsage) {
        this.includeUsage = includeUsage;
    }

    @Override
    public byte[] write(Event event) {
        return switch (event) {
            case Event.Started first -> {
                started = first;
                yield NOTHING;
            }
            case Event.TextDelta(int choice, String text) ->
                    delta(choice, Json.object().put("content", text));
            case Event.ThinkingDelta(int choice, String text) ->
                    delta(choice, Json.object().put("reasoning_content", text));
            case Event.RefusalDelta(int choice, String text) -> {
                refused.add(choice);
                yield delta(choice, Json.object().put("refusal", text));
            }
            case Event.ToolCallStarted call -> {
                withoutArguments.add(new Call(call.choice(), call.call()));
                yield call(call.choice(), call.call(), Optional.of(call), "");
            }
            case Event.ToolCallDelta(int choice, int call, String json) -> {
                withoutArguments.remove(new Call(choice, call));
                yield call(choice, call, Optional.empty(), json);
            }
            case Event.Logprobs(int choice, ObjectNode logprobs) ->
                    chunk(choice, Json.object(), Optional.of(logprobs), Optional.empty());
            case Event.Finished finished -> finish(finished);
            case Event.Used last -> {
                used = Optional.of(last);
                yield NOTHING;
            }
            case Event.Ended _ -> end();
            case Event.Failed(Refusal refusal) -> Sse.data(Json.line(OpenAiErrors.write(refusal)));
            // there is no place for what only the provider can read
            case Event.ThinkingSigned _, Event.RedactedThinking _ -> NOTHING;
        };
    }

    private byte[] delta(int choice, ObjectNode delta) {
        return chunk(choice, delta, Optional.empty(), Optional.empty());
    }

    private byte[] call(
            int choice, int number, Optional<Event.ToolCallStarted> start, String arguments) {
        ObjectNode delta = Json.object();
        ObjectNode call = delta.putArray("tool_calls").addObject().put("index", number);
        start.ifPresent(first -> call.put("id", first.id()).put("type", "function"));
        ObjectNode function = call.putObject("function");
        start.ifPresent(first -> function.put("name", first.name()));
        function.put("arguments", arguments);
        return delta(choice, delta);
    }

    private byte[] finish(Event.Finished finished) {
        int choice = finished.choice();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Call call : withoutArguments) {
            if (call.choice() == choice) {
                bytes.writeBytes(call(choice, call.call(), Optional.empty(), "{}"));
            }
        }
        withoutArguments.removeIf(call -> call.choice() == choice);
        String reason = ChatFinish.write(finished.reason(), refused.contains(choice));
        bytes.writeBytes(chunk(choice, Json.object(), Optional.empty(), Optional.of(reason)));
        return bytes.toByteArray();
    }

    private byte[] chunk(
            int choice, ObjectNode delta, Optional<ObjectNode> logprobs, Optional<String> reason) {
        ObjectNode chunk = frame();
        ObjectNode written = chunk.putArray("choices").addObject().put("index", choice);
        if (opened.add(choice)) {
            ObjectNode first = Json.object().put("role", "assistant");
            if (!delta.has("content")) {
                first.putNull("content");
            }
            written.set("delta", first.setAll(delta));
        } else {
            written.set("delta", delta);
        }
        written.set("logprobs", logprobs.orElse(null));
        written.put("finish_reason", reason.orElse(null));
        if (includeUsage) {
            chunk.putNull("usage");
        }
        return Sse.data(Json.line(chunk));
    }

    private byte[] end() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (includeUsage && used.isPresent()) {
            ObjectNode chunk = frame();
            chunk.putArray("choices");
            chunk.set("usage", OpenAiUsage.writeChat(used.get().usage()));
            used.get().serviceTier().ifPresent(tier -> chunk.put("service_tier", tier));
            bytes.writeBytes(Sse.data(Json.line(chunk)));
        }
        bytes.writeBytes(Sse.data("[DONE]"));
        return bytes.toByteArray();
    }

    private ObjectNode frame() {
        return Json.object()
                .put("id", started.id())
                .put("object", "chat.completion.chunk")
                .put("created", started.created())
                .put("model", started.model());
    }
}
