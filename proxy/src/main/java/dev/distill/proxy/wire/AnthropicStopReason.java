package dev.distill.proxy.wire;

/** Stop reasons of the Messages API. */
final class AnthropicStopReason {
    private AnthropicStopReason() {}

    static StopReason read(String word) {
        return switch (word) {
            case "stop_sequence" -> StopReason.STOP_SEQUENCE;
            case "max_tokens", "model_context_window_exceeded" -> StopReason.LENGTH;
            case "tool_use" -> StopReason.TOOL_CALLS;
            case "refusal" -> StopReason.REFUSED;
            case "pause_turn" -> StopReason.PAUSED;
            case "end_turn" -> StopReason.END;
            default -> StopReason.UNKNOWN; // the answer is there, and paid
        };
    }

    static String write(StopReason reason) {
        return switch (reason) {
            case END, UNKNOWN -> "end_turn";
            case STOP_SEQUENCE -> "stop_sequence";
            case LENGTH -> "max_tokens";
            case TOOL_CALLS -> "tool_use";
            case FILTERED, REFUSED -> "refusal";
            case PAUSED -> "pause_turn";
        };
    }
}
