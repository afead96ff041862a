package dev.distill.proxy.sessions;

import dev.distill.config.ProxyConfig.KeyRung;
import dev.distill.config.ProxyConfig.Runaway;
import dev.distill.config.ProxyConfig.Rung;
import java.util.Optional;

/**
 * The rungs for all sessions of a key together: the limits of the file for keys, and for rate and
 * repetition those for sessions where there are none for keys. See
 * docs/decisions/0015-keys-stop-only-where-it-is-written.md.
 */
final class KeyLadder {
    /** Where nothing is written: ten dollars within ten minutes. */
    private static final double USD_PER_MINUTE = 1;

    private static final Rung UNWRITTEN =
            new Rung(
                    Optional.empty(),
                    Optional.of(USD_PER_MINUTE),
                    Optional.empty(),
                    Optional.empty());

    private KeyLadder() {}

    static Rung ping(Runaway rules) {
        Rung written = written(rules.key().ping(), rules.ping());
        return isEmpty(written) ? UNWRITTEN : written;
    }

    /** Whether somebody decided when keys are pinged. */
    static boolean isPingWritten(Runaway rules) {
        return !isEmpty(written(rules.key().ping(), rules.ping()));
    }

    static Rung stop(Runaway rules) {
        return written(rules.key().stop(), rules.stop());
    }

    private static Rung written(KeyRung ofKey, Rung ofSession) {
        return new Rung(
                ofKey.usd(),
                ofKey.usdPerMinute().or(ofSession::usdPerMinute),
                Optional.empty(),
                ofKey.sameCall().or(ofSession::sameCall));
    }

    private static boolean isEmpty(Rung rung) {
        return rung.usd().isEmpty() && rung.usdPerMinute().isEmpty() && rung.sameCall().isEmpty();
    }
}
