package dev.distill.proxy.ledger;

import dev.distill.proxy.wire.Usage;
import java.util.Optional;

/**
 * Who answered a request, and with how many tokens.
 *
 * @param usage as the provider counted it, also when the answer came from the store
 * @param estimated whether we counted the tokens, since the provider did not
 * @param simulated whether a recording answered
 */
public record Served(
        String provider,
        String model,
        Optional<Usage> usage,
        boolean estimated,
        boolean simulated) {
    /** A stored answer, or one that was just stored. */
    public static Served of(StoredAnswer answer) {
        return new Served(
                answer.provider(), answer.model(), answer.usage(), false, answer.simulated());
    }
}
