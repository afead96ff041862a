package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.CallerCodec.StreamWriter;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Writes the events of a response. Text, refusals and thoughts follow each other, so that one of
 * them ends where another begins; calls may grow side by side until the answer is complete.
 */
final class ResponsesStreamWriter implements StreamWriter {
    private Event.Started started = new Event.Started("", "", 0);
    private StopReason reason = StopReason.END;
    private boolean refused;
    private Optional<Event.Used> used = Optional.empty();
    private long sequenceNumber;

    /** What is complete, by its place in the output; calls may be so out of order. */
    private final TreeMap<Integer, ObjectNode> done = new TreeMap<>();

    private int places;
    private Optional<ResponsesPiece> open = Optional.empty();

    /** Calls that grow, by their number. */
    private final TreeMap<Integer, ResponsesPiece> calls = new TreeMap<>();

    private ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public byte[] write(Event event) {
        bytes = new ByteArrayOutputStream();
        switch (event) {
            case Event.Started first -> {
                started = first;
                lifecycle("response.created", ResponsesItems.response(started, "in_progress"));
                lifecycle("response.in_progress", ResponsesItems.response(started, "in_progress"));
            }
            case Event.TextDelta(int choice, String text) ->
                    say(choice, ResponsesPiece.Kind.TEXT, text);
            case Event.RefusalDelta(int choice, String text) -> {
                refused = true;
                say(choice, ResponsesPiece.Kind.REFUSAL, text);
            }
            case Event.ThinkingDelta(int choice, String text) ->
                    say(choice, ResponsesPiece.Kind.THOUGHTS, text);
            case Event.ToolCallStarted call -> startCall(call);
            case Event.ToolCallDelta(int _, int number, String json) -> {
                ResponsesPiece call = calls.get(number);
                if (call == null) {
                    throw new WireException("stream", "arguments of a call that has not begun");
                }
                emit(call.add(json));
            }
            case Event.Logprobs(int _, ObjectNode logprobs) ->
                    open.filter(piece -> logprobs.path("content") instanceof ArrayNode)
                            .ifPresent(
                                    piece ->
                                            piece.logprobs((ArrayNode) logprobs.path("content"))
                                                    .ifPresent(this::emit));
            case Event.Finished finished -> {
                single(finished.choice());
                closeAll();
                reason = finished.reason();
            }
            case Event.Used last -> used = Optional.of(last);
            case Event.Ended _ -> end();
            case Event.Failed(Refusal refusal) -> fail(refusal);
            // there is no place for what only the provider can read
            case Event.ThinkingSigned _, Event.RedactedThinking _ -> {}
        }
        return bytes.toByteArray();
    }

    private static void single(int choice) {
        if (choice != 0) {
            throw new WireException("n", "a response is a single answer");
        }
    }

    private void say(int choice, ResponsesPiece.Kind kind, String text) {
        single(choice);
        if (open.isPresent() && open.get().kind() != kind) {
            close(open.get());
            open = Optional.empty();
        }
        if (open.isEmpty()) {
            ResponsesPiece piece = new ResponsesPiece(kind, started.id(), places++);
            open = Optional.of(piece);
            piece.begin().forEach(this::emit);
        }
        emit(open.get().add(text));
    }

    private void startCall(Event.ToolCallStarted call) {
        single(call.choice());
        open.ifPresent(this::close);
        open = Optional.empty();
        ResponsesPiece piece = new ResponsesPiece(started.id(), places++, call.id(), call.name());
        calls.put(call.call(), piece);
        piece.begin().forEach(this::emit);
    }

    private void close(ResponsesPiece piece) {
        piece.end().forEach(this::emit);
        done.put(piece.place(), piece.item("completed"));
    }

    private void closeAll() {
        open.ifPresent(this::close);
        open = Optional.empty();
        calls.values().forEach(this::close);
        calls.clear();
    }

    private void end() {
        closeAll();
        ObjectNode response = ResponsesItems.response(started, "completed");
        ResponsesItems.end(response, reason, refused);
        response.putArray("output").addAll(done.values());
        used.ifPresent(
                last -> {
                    response.set("usage", OpenAiUsage.writeResponse(last.usage()));
                    last.serviceTier().ifPresent(tier -> response.put("service_tier", tier));
                });
        lifecycle("response." + response.path("status").asText(), response);
    }

    private void fail(Refusal refusal) {
        bytes.writeBytes(OpenAiResponsesCodec.streamError(refusal, sequenceNumber++));
        ObjectNode response = ResponsesItems.response(started, "failed");
        response.putObject("error")
                .put("code", OpenAiErrors.code(refusal))
                .put("message", refusal.message());
        response.putArray("output").addAll(done.values());
        lifecycle("response.failed", response);
    }

    private void lifecycle(String type, JsonNode response) {
        ObjectNode event = Json.object().put("type", type);
        event.set("response", response);
        emit(event);
    }

    private void emit(ObjectNode event) {
        event.put("sequence_number", sequenceNumber++);
        bytes.writeBytes(Sse.event(event.path("type").asText(), Json.line(event)));
    }
}
