package dev.distill.proxy.ledger;

import dev.distill.files.Digest;
import dev.distill.proxy.wire.Usage;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An answer and everything worth knowing about when it was really asked.
 *
 * @param model the target's name of the model, which its price goes by
 * @param answeredBy the same in the provider's words
 * @param askedAt to the millisecond, as the ledger keeps it
 */
public record StoredAnswer(
        Digest key,
        String provider,
        String model,
        String answeredBy,
        int status,
        String body,
        long latencyMillis,
        Optional<Usage> usage,
        OptionalLong costNanoUsd,
        boolean simulated,
        Instant askedAt) {}
