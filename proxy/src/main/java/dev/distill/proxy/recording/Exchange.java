package dev.distill.proxy.recording;

import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Usage;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A request and its whole answer, as they came.
 *
 * @param at when the request arrived
 * @param model the model that answered, as its provider names it
 * @param dialect of the request
 * @param request the body of the request
 * @param answer the text of the answer; for calls of functions their JSON
 * @param finishReason why the model stopped
 * @param usage what the provider counted
 * @param costNanoUsd absent when the price is unknown
 * @param mayTrainStudent whether the route allows it
 */
public record Exchange(
        Instant at,
        String requestId,
        String route,
        String model,
        Dialect dialect,
        String request,
        String answer,
        String finishReason,
        Optional<Usage> usage,
        OptionalLong costNanoUsd,
        boolean mayTrainStudent) {
    /** About the bytes that it takes in memory. */
    long weight() {
        return 512L + request.length() + answer.length();
    }
}
