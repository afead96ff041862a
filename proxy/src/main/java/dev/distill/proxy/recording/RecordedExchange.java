package dev.distill.proxy.recording;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * A row of training material, blacked out.
 *
 * @param text of the last user message: what a student would be asked
 * @param messages a JSON array of everything that was said before the answer, system prompt first,
 *     in the shape of the dialect
 * @param inputTokens all tokens of the request, cached ones included; absent when nobody counted
 * @param outputTokens all tokens of the answer; absent when nobody counted
 * @param costNanoUsd absent when the price is unknown
 */
public record RecordedExchange(
        Instant at,
        String requestId,
        String route,
        String model,
        String dialect,
        String text,
        String messages,
        String answer,
        String finishReason,
        OptionalLong inputTokens,
        OptionalLong outputTokens,
        OptionalLong costNanoUsd,
        boolean mayTrainStudent) {}
