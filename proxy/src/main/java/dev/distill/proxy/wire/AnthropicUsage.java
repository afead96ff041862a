package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.util.Optional;

/** Usage in the Messages API: input does not count what was cached, output counts thoughts. */
final class AnthropicUsage {
    private AnthropicUsage() {}

    static Usage read(Members usage) {
        Optional<Members> creation = usage.optionalMembers("cache_creation");
        long written = usage.count("cache_creation_input_tokens");
        long hour = creation.map(c -> c.count("ephemeral_1h_input_tokens")).orElse(0L);
        long minutes =
                creation.map(c -> c.count("ephemeral_5m_input_tokens"))
                        .orElse(Math.max(0, written - hour));
        long output = usage.count("output_tokens");
        long thoughts =
                usage.optionalMembers("output_tokens_details")
                        .map(details -> Math.min(output, details.count("thinking_tokens")))
                        .orElse(0L);
        return new Usage(
                usage.count("input_tokens"),
                usage.count("cache_read_input_tokens"),
                minutes,
                hour,
                0,
                output - thoughts,
                thoughts,
                0,
                usage.optionalMembers("server_tool_use")
                        .map(tools -> tools.count("web_search_requests"))
                        .orElse(0L));
    }

    static ObjectNode write(Usage usage) {
        ObjectNode written =
                Json.object()
                        .put("input_tokens", usage.inputFresh() + usage.inputAudio())
                        .put(
                                "cache_creation_input_tokens",
                                usage.cacheWrite() + usage.cacheWriteHour())
                        .put("cache_read_input_tokens", usage.inputCached());
        written.putObject("cache_creation")
                .put("ephemeral_5m_input_tokens", usage.cacheWrite())
                .put("ephemeral_1h_input_tokens", usage.cacheWriteHour());
        written.put("output_tokens", usage.output());
        if (usage.outputReasoning() > 0) {
            written.putObject("output_tokens_details")
                    .put("thinking_tokens", usage.outputReasoning());
        }
        if (usage.webSearches() > 0) {
            written.putObject("server_tool_use").put("web_search_requests", usage.webSearches());
        }
        return written;
    }
}
