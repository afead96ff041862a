package dev.distill.proxy;

import dev.distill.proxy.Opening.HoldBack;
import dev.distill.proxy.Opening.Ready;
import dev.distill.proxy.routing.AttemptPlan;
import dev.distill.proxy.routing.Balancer;
import dev.distill.proxy.routing.RetryBudget;
import dev.distill.proxy.upstream.Sleeper;
import dev.distill.proxy.wire.Refusal;
import java.util.Optional;

/**
 * Asks the targets of a route until one has an answer that can be handed on. Until then whatever
 * goes wrong moves on unseen; every call is booked, whatever comes of it. When every model of a
 * route is gone, its successor is asked.
 *
 * @param plan what follows a failure
 * @param budget of what is done twice
 */
record Router(
        AttemptPlan plan, RetryBudget budget, Balancer balancer, Opening opening, Sleeper sleeper) {
    /** An answer and the attempt that brought it; the attempt is still open. */
    record Found(Ready ready, Attempting attempt) {}

    /**
     * Asks until there is an answer.
     *
     * @throws RefusedException when nobody answers, or somebody says that nobody should
     */
    Found ask(Exchange exchange, HoldBack holdBack) throws InterruptedException {
        budget.request();
        Asking asking = new Asking(this, exchange, holdBack);
        Optional<Found> found = asking.run();
        if (found.isPresent()) {
            return found.get();
        }
        Optional<Route> successor =
                asking.all(Refusal.Kind.MODEL_GONE)
                        ? exchange.plan().successor(exchange.route())
                        : Optional.empty();
        if (successor.isEmpty()) {
            throw asking.failure();
        }
        exchange.moveTo(successor.get());
        Asking atSuccessor = new Asking(this, exchange, holdBack);
        return atSuccessor.run().orElseThrow(atSuccessor::failure);
    }
}
