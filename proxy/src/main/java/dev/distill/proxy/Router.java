package dev.distill.proxy;

import dev.distill.proxy.Opening.HoldBack;
import dev.distill.proxy.Opening.Ready;
import dev.distill.proxy.affinity.Whereabouts;
import dev.distill.proxy.routing.Balancer;
import dev.distill.proxy.routing.TargetHealth;
import dev.distill.proxy.upstream.Sleeper;
import dev.distill.proxy.wire.Refusal;
import java.util.Optional;

/**
 * Asks the targets of a route until one has an answer that can be handed on. Until then whatever
 * goes wrong moves on unseen; every call is booked, whatever comes of it. When every model of a
 * route is gone, its successor is asked.
 */
record Router(
        Balancer balancer,
        Opening opening,
        Sleeper sleeper,
        QuotaAlarm quotaAlarm,
        Whereabouts whereabouts) {
    /** An answer and the attempt that brought it; the attempt is still open. */
    record Found(Ready ready, Attempting attempt) {}

    /**
     * Asks until there is an answer.
     *
     * @throws RefusedException when nobody answers, or somebody says that nobody should
     */
    Found ask(Exchange exchange, HoldBack holdBack) throws InterruptedException {
        exchange.plan().retries().request();
        Optional<Route> successor = exchange.plan().successor(exchange.route());
        if (successor.isEmpty() || !isGone(exchange.route())) {
            Asking asking = new Asking(this, exchange, holdBack);
            Optional<Found> found = asking.run();
            if (found.isPresent()) {
                return found.get();
            }
            if (successor.isEmpty() || !asking.all(Refusal.Kind.MODEL_GONE)) {
                throw asking.failure();
            }
        }
        exchange.moveTo(successor.get());
        Asking atSuccessor = new Asking(this, exchange, holdBack);
        return atSuccessor.run().orElseThrow(atSuccessor::failure);
    }

    /** Whether all models of a route are known to have gone away. */
    private static boolean isGone(Route route) {
        return route.targets().stream()
                .allMatch(target -> target.health().state() == TargetHealth.State.GONE);
    }
}
