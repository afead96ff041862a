package dev.distill.proxy;

import dev.distill.proxy.access.Principal;
import dev.distill.proxy.ledger.Ledger;
import dev.distill.proxy.ledger.RequestRow;
import dev.distill.proxy.ledger.Who;
import dev.distill.proxy.telemetry.Metrics;
import dev.distill.proxy.telemetry.Vocabulary;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Refusal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Writes down and counts the requests that are refused before anybody is asked: what is no request,
 * a model that there is not or that the key is not for, more than the proxy takes on.
 *
 * <p>A name that a caller made up is written nowhere, so that neither sums nor labels grow by it.
 * Whoever has no valid key is counted only: anybody could fill the disk otherwise.
 */
record TurnedAway(Ledger ledger, Metrics metrics) {
    /** No route of ours. */
    static final String NOWHERE = "";

    /** The word for it in ledger and metrics. */
    static String word(Refusal refusal) {
        return refusal.code().filter(Vocabulary::isOwn).orElse(refusal.kind().word());
    }

    /** Nobody knows whose request it is. */
    void stranger(Arrival arrival, Refusal refusal) {
        count(arrival, NOWHERE, refusal);
    }

    /**
     * A request of somebody who may ask.
     *
     * @param route one of the proxy file, or {@link #NOWHERE}
     */
    void known(Gateway.Admitted admitted, String route, boolean stream, Refusal refusal) {
        Arrival arrival = admitted.arrival();
        count(arrival, route, refusal);
        Optional<Principal> principal = admitted.principal();
        ledger.append(
                new RequestRow(
                        admitted.at(),
                        arrival.id(),
                        new Who(
                                admitted.terms().job(),
                                principal.map(Principal::key),
                                principal.flatMap(Principal::user),
                                principal.flatMap(Principal::team),
                                Optional.empty()),
                        route,
                        word(arrival.dialect()),
                        stream,
                        word(refusal),
                        refusal.status(),
                        TimeUnit.NANOSECONDS.toMillis(nanos(arrival)),
                        OptionalLong.empty(),
                        Optional.empty(),
                        Headers.OFF,
                        List.of()));
    }

    private void count(Arrival arrival, String route, Refusal refusal) {
        long nanos = nanos(arrival);
        metrics.route(route, arrival.dialect()).ended(word(refusal), nanos, nanos);
    }

    private static long nanos(Arrival arrival) {
        return System.nanoTime() - arrival.startNanos();
    }

    private static String word(Dialect dialect) {
        return dialect.name().toLowerCase(Locale.ROOT);
    }
}
