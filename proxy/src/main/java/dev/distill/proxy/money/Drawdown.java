package dev.distill.proxy.money;

import dev.distill.proxy.wire.Usage;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * What lots have paid of one answer.
 *
 * @param draws from each lot that gave something, in order
 * @param tokens of the answer, input and output
 * @param uncovered tokens of them that no lot has paid for
 */
public record Drawdown(List<Draw> draws, long tokens, long uncovered) {
    public Drawdown {
        draws = List.copyOf(draws);
    }

    /**
     * Tokens out of one lot.
     *
     * @param amortisedNanoUsd their share of what was paid for the lot
     */
    public record Draw(String lot, long tokens, long amortisedNanoUsd) {}

    /** The share of what was paid for the lots that the ledger keeps for this answer. */
    public long amortisedNanoUsd() {
        return draws.stream().mapToLong(Draw::amortisedNanoUsd).sum();
    }

    /**
     * What the answer still costs: searches, which no lot pays for, and of the tokens the same
     * share as is uncovered, rounded up.
     */
    public long marginalNanoUsd(PriceRow price, Usage usage, Optional<String> tier) {
        long all = price.nanoUsd(usage, tier);
        if (draws.isEmpty()) {
            return all;
        }
        long tokensAlone = price.nanoUsd(usage.withSearches(0), tier);
        BigInteger[] share =
                BigInteger.valueOf(tokensAlone)
                        .multiply(BigInteger.valueOf(uncovered))
                        .divideAndRemainder(BigInteger.valueOf(tokens));
        return all - tokensAlone + share[0].longValueExact() + share[1].signum();
    }
}
