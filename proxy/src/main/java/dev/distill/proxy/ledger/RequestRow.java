package dev.distill.proxy.ledger;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One request of a caller, as the ledger keeps it, with the attempts made for it.
 *
 * @param answer where the answer came from, when there was one
 * @param outcome the word answered, or the code of the error
 * @param status the HTTP status that the caller got
 * @param costNanoUsd of all attempts together; empty when nobody can know
 * @param store hit, miss or off
 */
public record RequestRow(
        Instant at,
        String requestId,
        Optional<String> job,
        String route,
        Optional<StoredAnswer> answer,
        String outcome,
        int status,
        long latencyMillis,
        OptionalLong costNanoUsd,
        String store,
        List<Attempt> attempts) {
    public RequestRow {
        attempts = List.copyOf(attempts);
    }
}
