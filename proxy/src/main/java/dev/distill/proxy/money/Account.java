package dev.distill.proxy.money;

import dev.distill.config.ProxyConfig.Period;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * How a budget stands in its present window.
 *
 * @param ends when the window ends and all starts anew; empty when it never does
 * @param spentNanoUsd by finished calls, and the worst case of those that were lost
 * @param reservedNanoUsd what running calls may still cost
 * @param limitNanoUsd the most that may be spent
 * @param warnNanoUsd what callers are warned from
 */
public record Account(
        Scope scope,
        Period per,
        Optional<Instant> ends,
        long spentNanoUsd,
        long reservedNanoUsd,
        long limitNanoUsd,
        long warnNanoUsd) {

    /** For metrics: {@code team search per month}. */
    public String name() {
        return "%s per %s".formatted(scope, per.name().toLowerCase(Locale.ROOT));
    }

    /** Whether so much is spent that callers are warned. */
    public boolean warns() {
        return spentNanoUsd >= warnNanoUsd;
    }

    /** Whether another call that may cost so much keeps within the limit. */
    boolean affords(long nanoUsd) {
        return nanoUsd <= limitNanoUsd - spentNanoUsd - reservedNanoUsd;
    }

    /** For people: {@code team search may spend 5 USD per month: spent 1.2, reserved 0}. */
    @Override
    public String toString() {
        return "%s may spend %s USD%s: spent %s, reserved %s"
                .formatted(
                        scope,
                        Usd.text(limitNanoUsd),
                        per == Period.EVER ? "" : " per " + per.name().toLowerCase(Locale.ROOT),
                        Usd.text(spentNanoUsd),
                        Usd.text(reservedNanoUsd));
    }
}
