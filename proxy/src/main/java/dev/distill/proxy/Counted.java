package dev.distill.proxy;

import dev.distill.config.ProxyConfig;
import dev.distill.proxy.access.KeyRing;
import dev.distill.proxy.ledger.Replay;
import dev.distill.proxy.money.Budgets;
import dev.distill.proxy.money.Lots;
import dev.distill.proxy.money.PriceTable;
import dev.distill.proxy.money.RateLimits;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * What is counted across requests, plans and restarts: budgets, limits and lots. A new proxy learns
 * from the ledger what has been spent; a reload keeps what is counted.
 */
final class Counted {
    private final Replay ledger;
    private final InstantSource clock;

    Counted(Replay ledger, InstantSource clock) {
        this.ledger = ledger;
        this.clock = clock;
    }

    /** A plan over what was counted so far. */
    Plan plan(
            ProxyConfig config,
            Map<String, Route> routes,
            Optional<KeyRing> keys,
            PriceTable prices,
            Optional<Plan> before) {
        Budgets budgets =
                before.map(plan -> plan.budgets().reloaded(config.budgets()))
                        .orElseGet(() -> Budgets.of(config.budgets(), clock, lease(config), ledger::charged));
        budgets.replayFrom().ifPresent(from -> ledger.charges(from, budgets::replay));
        RateLimits limits =
                before.map(plan -> plan.limits().reloaded(config.limits()))
                        .orElseGet(() -> RateLimits.of(config.limits(), clock));
        Lots lots =
                before.map(plan -> plan.lots().reloaded(config.lots()))
                        .orElseGet(() -> Lots.of(config.lots()));
        if (before.isEmpty()) {
            ledger.drawn().forEach(lots::seed);
        }
        return new Plan(config, routes, keys, prices, budgets, limits, lots);
    }

    /** Longer than any call can take: what is open after that was lost. */
    private static Duration lease(ProxyConfig config) {
        return config.timeouts().total().multipliedBy(2);
    }
}
