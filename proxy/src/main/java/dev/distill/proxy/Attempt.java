package dev.distill.proxy;

import dev.distill.files.Digest;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One call to a provider, as the ledger keeps it.
 *
 * @param outcome a {@link Verdict} or the {@link Refusal.Kind} of a failure, in lower case
 * @param status the HTTP status, or 0
 * @param costNanoUsd what it cost; empty when nobody can know
 * @param chargedNanoUsd what budgets count: the cost, or the worst case where it is unknown
 * @param content what was received, when it goes to the store
 */
record Attempt(
        Instant at,
        String provider,
        String model,
        String outcome,
        int status,
        long latencyMillis,
        Optional<Usage> usage,
        OptionalLong costNanoUsd,
        long chargedNanoUsd,
        boolean simulated,
        Optional<Content> content) {
    /**
     * What was asked and received.
     *
     * @param request the canonical request
     * @param body exactly as received
     * @param answeredBy the model that answered, as the provider names it
     * @param good whether it may answer the same request again
     */
    record Content(Digest key, String request, String body, String answeredBy, boolean good) {}
}
