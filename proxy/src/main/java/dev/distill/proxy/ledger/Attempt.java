package dev.distill.proxy.ledger;

import dev.distill.files.Digest;
import dev.distill.proxy.money.Drawdown.Draw;
import dev.distill.proxy.wire.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One call to a provider, as the ledger keeps it.
 *
 * @param providerKey the name of the provider's key that was used
 * @param outcome what became of it, as a word in lower case
 * @param status the HTTP status, or 0
 * @param estimated whether the provider did not say what was used: either we counted, or nobody
 *     knows
 * @param costNanoUsd what the provider bills at its list price, as far as we know; empty when
 *     nobody can know
 * @param chargedNanoUsd what budgets count: the cost, or as long as it may be more, the worst case
 * @param tier the provider's service tier
 * @param draws what each prepaid lot gave of its tokens
 * @param upstreamId the provider's own name for the request, for its support
 * @param content what was received, when it goes to the store
 */
public record Attempt(
        Instant at,
        String provider,
        Optional<String> providerKey,
        String model,
        String outcome,
        int status,
        long latencyMillis,
        OptionalLong firstTokenMillis,
        Optional<Usage> usage,
        boolean estimated,
        OptionalLong costNanoUsd,
        long chargedNanoUsd,
        Optional<String> tier,
        List<Draw> draws,
        boolean simulated,
        Optional<String> upstreamId,
        Optional<Content> content) {
    public Attempt {
        draws = List.copyOf(draws);
    }

    /**
     * What was asked and received.
     *
     * @param request the canonical request
     * @param body exactly as received
     * @param answeredBy the model that answered, as the provider names it
     * @param good whether it may answer the same request again
     */
    public record Content(
            Digest key, String request, String body, String answeredBy, boolean good) {}

    /** A call of which nothing was received. */
    public static Attempt of(
            Instant at,
            String provider,
            String model,
            String outcome,
            int status,
            long latencyMillis,
            OptionalLong costNanoUsd,
            long chargedNanoUsd) {
        return new Attempt(
                at,
                provider,
                Optional.empty(),
                model,
                outcome,
                status,
                latencyMillis,
                OptionalLong.empty(),
                Optional.empty(),
                costNanoUsd.isEmpty(),
                costNanoUsd,
                chargedNanoUsd,
                Optional.empty(),
                List.of(),
                false,
                Optional.empty(),
                Optional.empty());
    }

    /** The first of the lots that its tokens came from. */
    Optional<String> lot() {
        return draws.stream().map(Draw::lot).findFirst();
    }

    /** Whether the model thought before it answered. */
    boolean reasoned() {
        return usage.isPresent() && usage.get().outputReasoning() > 0;
    }
}
