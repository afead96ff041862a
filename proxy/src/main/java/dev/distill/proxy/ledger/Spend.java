package dev.distill.proxy.ledger;

import dev.distill.proxy.wire.Usage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a job has spent over all time, summed over the ledger.
 *
 * @param requests of its callers, also those that failed
 * @param hits of them, answered from the store
 * @param tokens of all calls to providers
 * @param costNanoUsd of the calls whose cost is known
 * @param chargedNanoUsd what a limit on the job counts: the cost, and the worst case of priced
 *     calls whose cost is unknown, such as one that timed out
 * @param unknownCosts how many calls have no known cost
 */
public record Spend(
        String job,
        long requests,
        long hits,
        Usage tokens,
        long costNanoUsd,
        long chargedNanoUsd,
        long unknownCosts) {
    /** The sums of all jobs of a store file by name; none when there is no file. */
    public static List<Spend> all(Path storeFile) {
        if (!Files.exists(storeFile)) {
            return List.of();
        }
        try (StoreReader reader = StoreReader.open(storeFile)) {
            return reader.spend();
        }
    }

    /** The sums of one job; empty when it has asked nothing. */
    public static Optional<Spend> of(Path storeFile, String job) {
        return all(storeFile).stream().filter(spend -> spend.job().equals(job)).findFirst();
    }
}
