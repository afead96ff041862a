package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;

/** Why a chat completion ended, and the names that servers have for its thoughts. */
final class ChatFinish {
    private ChatFinish() {}

    /**
     * Reads it from a choice of an answer or a chunk. vLLM puts the stop sequence that came up into
     * {@code stop_reason}.
     */
    static StopReason read(JsonNode choice, String path, boolean refused) {
        String word = choice.path("finish_reason").asText("");
        return switch (word) {
            case "" ->
                    throw new WireException(
                            path + ".finish_reason", "the answer does not say why it ended");
            case "error" ->
                    throw new WireException(
                            path + ".finish_reason", "the answer ended because of an error");
            case "length" -> StopReason.LENGTH;
            case "tool_calls", "function_call" -> StopReason.TOOL_CALLS;
            case "content_filter" -> StopReason.FILTERED;
            case "stop", "eos_token", "stop_sequence" -> {
                if (refused) {
                    yield StopReason.REFUSED;
                }
                yield choice.path("stop_reason").isTextual()
                        ? StopReason.STOP_SEQUENCE
                        : StopReason.END;
            }
            default -> StopReason.UNKNOWN; // such as vLLM's abort
        };
    }

    /**
     * The word for it.
     *
     * @param refused whether the words for not answering have been given
     */
    static String write(StopReason reason, boolean refused) {
        return switch (reason) {
            case END, STOP_SEQUENCE, UNKNOWN -> "stop";
            case LENGTH -> "length";
            case PAUSED -> "length"; // not complete, and the caller may go on
            case TOOL_CALLS -> "tool_calls";
            case FILTERED -> "content_filter";
            case REFUSED -> refused ? "stop" : "content_filter";
        };
    }

    /** The thoughts in a message or a delta, as vLLM and DeepSeek name them or as others do. */
    static String thoughts(JsonNode message) {
        String content = message.path("reasoning_content").asText("");
        return content.isEmpty() && message.path("reasoning").isTextual()
                ? message.path("reasoning").textValue()
                : content;
    }
}
