package dev.distill.proxy;

import dev.distill.config.ProxyConfig;
import dev.distill.config.Suggestion;
import dev.distill.proxy.access.KeyRing;
import dev.distill.proxy.money.Budgets;
import dev.distill.proxy.money.Lots;
import dev.distill.proxy.money.PriceTable;
import dev.distill.proxy.money.RateLimits;
import dev.distill.proxy.routing.AttemptPlan;
import dev.distill.proxy.routing.RetryBudget;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Everything that a proxy file says, ready to be used and never changed: a reload makes another
 * plan, and requests under way keep the one they began with.
 *
 * @param keys who may ask; empty where everybody may
 * @param attempts what follows a failed call
 * @param retries how much may be done twice
 */
record Plan(
        ProxyConfig config,
        Map<String, Route> routes,
        Optional<KeyRing> keys,
        PriceTable prices,
        Budgets budgets,
        RateLimits limits,
        Lots lots,
        AttemptPlan attempts,
        RetryBudget retries) {
    private static final int MOST_NAMED = 100;

    /**
     * The route of a name.
     *
     * @param allowed whether whoever asks may use a route, and so may hear of it
     * @throws RefusedException when there is none
     */
    Route named(String name, Predicate<String> allowed) {
        Route route = routes.get(name);
        if (route == null) {
            String brief = name.substring(0, Math.min(name.length(), MOST_NAMED));
            List<String> near =
                    Suggestion.nearest(brief, routes.keySet().stream().filter(allowed).toList());
            String hint =
                    near.isEmpty()
                            ? "GET /v1/models lists those that are there"
                            : "did you mean " + String.join(" or ", near) + "?";
            throw new RefusedException(
                    Refusals.notFound(
                            "model_not_found", "there is no route %s; %s".formatted(brief, hint)));
        }
        return route;
    }

    /** The models that somebody has to be paid for and that have no price, by provider and name. */
    List<String> unpriced(Instant now) {
        return routes.values().stream()
                .flatMap(route -> route.targets().stream())
                .filter(target -> !target.upstream().simulated())
                .filter(target -> !isPriced(target, now))
                .map(Target::toString)
                .distinct()
                .toList();
    }

    boolean isPriced(Target target, Instant now) {
        return prices.at(target.provider(), target.model(), now).isPresent();
    }

    /** The route itself until its sunset, then what has taken its place. */
    Route inForce(Route route, LocalDate today) {
        Optional<ProxyConfig.Retirement> end = route.config().retirement();
        boolean over = end.flatMap(r -> r.sunset()).filter(day -> !today.isBefore(day)).isPresent();
        return over ? successor(route).orElse(route) : route;
    }

    /** What takes the place of a route when its models are gone. */
    Optional<Route> successor(Route route) {
        return route.config().retirement().map(end -> routes.get(end.successor()));
    }
}
