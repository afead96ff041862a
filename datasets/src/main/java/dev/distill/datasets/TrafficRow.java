package dev.distill.datasets;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * A request of live traffic and its answer, kept as training material.
 *
 * @param at kept to the microsecond
 * @param requestId unique
 * @param route what was asked for
 * @param model the model that answered
 * @param dialect of the request
 * @param text the last user message: what a student would be asked
 * @param messages a JSON array of everything that was said before the answer
 * @param answer the answer as it came
 * @param inputTokens all tokens of the request, cached ones included
 * @param outputTokens all tokens of the answer, reasoning included
 * @param costNanoUsd billionths of a US dollar; absent when the price is unknown
 * @param mayTrainStudent whether the answer may train a student of its model
 */
public record TrafficRow(
        Instant at,
        String requestId,
        String route,
        String model,
        String dialect,
        String text,
        String messages,
        String answer,
        String finishReason,
        Optional<Long> inputTokens,
        Optional<Long> outputTokens,
        Optional<Long> costNanoUsd,
        boolean mayTrainStudent) {
    public TrafficRow {
        at = at.truncatedTo(ChronoUnit.MICROS);
    }
}
