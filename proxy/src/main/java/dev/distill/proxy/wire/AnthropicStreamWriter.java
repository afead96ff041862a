package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Writes a stream of the Messages API. Exactly one block is open at a time, and each delta goes
 * into a block of its kind: whatever does not fit the open one closes it first.
 */
final class AnthropicStreamWriter implements CallerCodec.StreamWriter {
    private enum Block {
        NONE,
        TEXT,
        THINKING,
        CALL
    }

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private Block open = Block.NONE;

    /** Of the open block, or of the next one when none is. */
    private int index;

    private int call = -1;
    private boolean callHasArguments;
    private StopReason stopReason = StopReason.END;
    private Optional<String> stopSequence = Optional.empty();
    private Usage usage = Usage.NONE;
    private Optional<String> serviceTier = Optional.empty();

    @Override
    public byte[] write(Event event) {
        switch (event) {
            case Event.Started started -> start(started);
            case Event.TextDelta(_, String text) -> text(text);
            case Event.RefusalDelta(_, String text) -> text(text);
            case Event.ThinkingDelta(_, String text) -> {
                ensureThinking();
                delta("thinking_delta", "thinking", text);
            }
            case Event.ThinkingSigned(_, String signature) -> {
                ensureThinking();
                delta("signature_delta", "signature", signature);
                close(); // it signs this block
            }
            case Event.RedactedThinking(_, String data) -> {
                close();
                open(Json.object().put("type", "redacted_thinking").put("data", data), Block.TEXT);
                close();
            }
            case Event.ToolCallStarted started -> startCall(started);
            case Event.ToolCallDelta(_, int number, String json) -> arguments(number, json);
            case Event.Finished(_, StopReason reason, Optional<String> sequence) -> {
                stopReason = reason;
                stopSequence = sequence;
            }
            case Event.Used(Usage used, Optional<String> tier) -> {
                usage = used;
                serviceTier = tier;
            }
            case Event.Ended _ -> end();
            case Event.Failed(Refusal refusal) -> out.writeBytes(error(refusal, ""));
            case Event.Logprobs _ -> {} // callers of this dialect cannot ask for them
        }
        byte[] written = out.toByteArray();
        out.reset();
        return written;
    }

    @Override
    public byte[] fail(Refusal refusal, String requestId) {
        return error(refusal, requestId);
    }

    /** The last thing of a stream that failed. */
    static byte[] error(Refusal refusal, String requestId) {
        return frame(AnthropicErrors.write(refusal, requestId));
    }

    private void start(Event.Started started) {
        ObjectNode message =
                Json.object()
                        .put("id", started.id())
                        .put("type", "message")
                        .put("role", "assistant")
                        .put("model", started.model());
        message.putArray("content");
        message.putNull("stop_reason");
        message.putNull("stop_sequence");
        // most providers count at the end; message_delta is cumulative and has it then
        message.set("usage", AnthropicUsage.write(Usage.NONE));
        ObjectNode event = event("message_start");
        event.set("message", message);
        emit(event);
    }

    private void text(String text) {
        if (text.isEmpty()) {
            return;
        }
        if (open != Block.TEXT) {
            close();
            open(Json.object().put("type", "text").put("text", ""), Block.TEXT);
        }
        delta("text_delta", "text", text);
    }

    private void ensureThinking() {
        if (open != Block.THINKING) {
            close();
            open(
                    Json.object().put("type", "thinking").put("thinking", "").put("signature", ""),
                    Block.THINKING);
        }
    }

    private void startCall(Event.ToolCallStarted started) {
        close();
        ObjectNode block =
                Json.object()
                        .put("type", "tool_use")
                        .put("id", started.id())
                        .put("name", started.name());
        block.putObject("input");
        open(block, Block.CALL);
        call = started.call();
        callHasArguments = false;
    }

    private void arguments(int number, String json) {
        if (open != Block.CALL || number != call) {
            throw new WireException("", "the arguments of call " + number + " come too late");
        }
        if (!json.isEmpty()) {
            callHasArguments = true;
            delta("input_json_delta", "partial_json", json);
        }
    }

    private void open(ObjectNode block, Block kind) {
        ObjectNode event = event("content_block_start").put("index", index);
        event.set("content_block", block);
        emit(event);
        open = kind;
    }

    private void delta(String type, String member, String value) {
        ObjectNode event = event("content_block_delta").put("index", index);
        event.putObject("delta").put("type", type).put(member, value);
        emit(event);
    }

    private void close() {
        if (open == Block.NONE) {
            return;
        }
        if (open == Block.CALL && !callHasArguments) {
            delta("input_json_delta", "partial_json", "{}");
        }
        emit(event("content_block_stop").put("index", index));
        open = Block.NONE;
        index++;
    }

    private void end() {
        close();
        ObjectNode event = event("message_delta");
        event.putObject("delta")
                .put("stop_reason", AnthropicStopReason.write(stopReason))
                .put("stop_sequence", stopSequence.orElse(null));
        ObjectNode used = AnthropicUsage.write(usage);
        serviceTier.ifPresent(tier -> used.put("service_tier", tier));
        event.set("usage", used);
        emit(event);
        emit(event("message_stop"));
    }

    private static ObjectNode event(String type) {
        return Json.object().put("type", type);
    }

    private void emit(ObjectNode event) {
        out.writeBytes(frame(event));
    }

    private static byte[] frame(ObjectNode event) {
        String text =
                "event: " + event.path("type").textValue() + "\ndata: " + Json.line(event) + "\n\n";
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
