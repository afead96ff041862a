package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.util.Optional;

/**
 * Usage objects of the OpenAI formats, in which cached, written and audio tokens are part of the
 * input, and reasoning and audio tokens part of the output. Some providers report reasoning beside
 * the output instead; their total, or a reasoning count above the output, gives them away.
 */
final class OpenAiUsage {
    private OpenAiUsage() {}

    /** Of a chat completion; empty when there is none or when its figures contradict each other. */
    static Optional<Usage> chat(JsonNode usage) {
        return read(usage, "prompt_tokens", "completion_tokens", 0);
    }

    /** Of a response. */
    static Optional<Usage> response(JsonNode usage, long webSearches) {
        return read(usage, "input_tokens", "output_tokens", webSearches);
    }

    /** Of embeddings, which have no output. */
    static Optional<Usage> embeddings(JsonNode usage) {
        long input = count(usage.path("prompt_tokens"));
        return input < 0 ? Optional.empty() : Optional.of(Usage.of(input, 0));
    }

    private static Optional<Usage> read(JsonNode usage, String in, String out, long webSearches) {
        long input = count(usage.path(in));
        long output = count(usage.path(out));
        JsonNode read = usage.path(in + "_details");
        JsonNode made = usage.path(out + "_details");
        long cached = detail(read.path("cached_tokens"));
        if (cached == 0) {
            cached = detail(usage.path("prompt_cache_hit_tokens")); // DeepSeek's name
        }
        long written = detail(read.path("cache_write_tokens")); // OpenRouter's
        long reasoning = detail(made.path("reasoning_tokens"));
        long audioIn = detail(read.path("audio_tokens"));
        long audioOut = detail(made.path("audio_tokens"));
        boolean counted = input >= 0 && output >= 0 && cached >= 0 && written >= 0;
        if (!counted || reasoning < 0 || audioIn < 0 || audioOut < 0) {
            return Optional.empty();
        }
        long total = count(usage.path("total_tokens"));
        boolean beside =
                reasoning > 0 && (reasoning > output || total == input + output + reasoning);
        // cached audio counts as both; it is billed as cached
        long audio = Math.min(audioIn, Math.max(0, input - cached - written));
        long fresh = input - cached - written - audio;
        long text = output - audioOut - (beside ? 0 : reasoning);
        if (fresh < 0 || text < 0) {
            return Optional.empty();
        }
        return Optional.of(
                new Usage(
                        fresh, cached, written, 0, audio, text, reasoning, audioOut, webSearches));
    }

    static ObjectNode writeChat(Usage usage) {
        ObjectNode written =
                Json.object()
                        .put("prompt_tokens", usage.input())
                        .put("completion_tokens", usage.output())
                        .put("total_tokens", usage.input() + usage.output());
        written.putObject("prompt_tokens_details")
                .put("cached_tokens", usage.inputCached())
                .put("audio_tokens", usage.inputAudio());
        written.putObject("completion_tokens_details")
                .put("reasoning_tokens", usage.outputReasoning())
                .put("audio_tokens", usage.outputAudio())
                .put("accepted_prediction_tokens", 0)
                .put("rejected_prediction_tokens", 0);
        return written;
    }

    static ObjectNode writeResponse(Usage usage) {
        ObjectNode written = Json.object().put("input_tokens", usage.input());
        written.putObject("input_tokens_details")
                .put("cached_tokens", usage.inputCached())
                .put("cache_write_tokens", usage.cacheWrite() + usage.cacheWriteHour());
        written.put("output_tokens", usage.output());
        written.putObject("output_tokens_details").put("reasoning_tokens", usage.outputReasoning());
        return written.put("total_tokens", usage.input() + usage.output());
    }

    private static long detail(JsonNode node) {
        return node.isMissingNode() || node.isNull() ? 0 : count(node);
    }

    /** A count, -1 when it is none; no answer has more tokens than an int. */
    private static long count(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToInt() ? node.intValue() : -1;
    }
}
