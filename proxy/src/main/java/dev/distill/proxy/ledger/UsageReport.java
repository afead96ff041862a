package dev.distill.proxy.ledger;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * Who used how much in a span of time, the heaviest first.
 *
 * @param from the first instant, rounded down to a full hour
 * @param to the first instant that does not count, rounded up to a full hour
 */
public record UsageReport(Dimension by, Sort sort, Instant from, Instant to, List<Line> lines) {
    private static final double NANOS = 1e9;
    private static final double HOUR_MILLIS = 3_600_000.0;

    public UsageReport {
        lines = List.copyOf(lines);
    }

    /** What comes first. */
    public enum Sort {
        COST("SUM(charged_nano_usd)"),
        REASONING("SUM(output_reasoning)"),
        TOKENS(
                "SUM(input_fresh + input_cached + cache_write + cache_write_hour + input_audio"
                        + " + output_text + output_reasoning + output_audio)"),
        REQUESTS("SUM(requests)");

        private final String expression;

        Sort(String expression) {
            this.expression = expression;
        }

        String expression() {
            return expression;
        }
    }

    /**
     * The sums of one name.
     *
     * @param name empty for requests without one
     * @param hits requests answered from the store
     * @param errors requests that were not answered
     * @param attempts calls to providers
     * @param reasoningMillis how long the calls with reasoning took, together
     * @param costNanoUsd list price of the calls whose cost is known
     * @param chargedNanoUsd what budgets count
     * @param unknownCosts calls whose cost is not known
     */
    public record Line(
            String name,
            long requests,
            long hits,
            long errors,
            long attempts,
            Usage tokens,
            long latencyMillis,
            long reasoningMillis,
            long costNanoUsd,
            long chargedNanoUsd,
            long unknownCosts) {
        /** The time of calls with reasoning, in hours. */
        public double reasoningHours() {
            return reasoningMillis / HOUR_MILLIS;
        }

        private ObjectNode toJson() {
            ObjectNode json = Json.object();
            json.put("name", name)
                    .put("requests", requests)
                    .put("hits", hits)
                    .put("errors", errors)
                    .put("attempts", attempts);
            json.putObject("tokens")
                    .put("input_fresh", tokens.inputFresh())
                    .put("input_cached", tokens.inputCached())
                    .put("cache_write", tokens.cacheWrite())
                    .put("cache_write_hour", tokens.cacheWriteHour())
                    .put("input_audio", tokens.inputAudio())
                    .put("output_text", tokens.outputText())
                    .put("output_reasoning", tokens.outputReasoning())
                    .put("output_audio", tokens.outputAudio())
                    .put("web_searches", tokens.webSearches());
            return json.put("latency_ms", latencyMillis)
                    .put("reasoning_hours", reasoningHours())
                    .put("cost_usd", costNanoUsd / NANOS)
                    .put("charged_usd", chargedNanoUsd / NANOS)
                    .put("unknown_costs", unknownCosts);
        }
    }

    /** The same as JSON, money in dollars. */
    public ObjectNode toJson() {
        ObjectNode json = Json.object();
        json.put("by", word(by))
                .put("sort", word(sort))
                .put("from", from.toString())
                .put("to", to.toString());
        ArrayNode all = json.putArray("lines");
        lines.forEach(line -> all.add(line.toJson()));
        return json;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
