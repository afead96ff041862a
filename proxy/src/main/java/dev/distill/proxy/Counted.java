package dev.distill.proxy;

import dev.distill.config.ProxyConfig;
import dev.distill.config.UserError;
import dev.distill.proxy.access.KeyRing;
import dev.distill.proxy.ledger.Ledger;
import dev.distill.proxy.ledger.StoreReader;
import dev.distill.proxy.ledger.UsageReader;
import dev.distill.proxy.money.Budgets;
import dev.distill.proxy.money.Charge;
import dev.distill.proxy.money.Lots;
import dev.distill.proxy.money.PriceTable;
import dev.distill.proxy.money.RateLimits;
import dev.distill.proxy.money.Who;
import dev.distill.proxy.routing.AttemptPlan;
import dev.distill.proxy.routing.Backoff;
import dev.distill.proxy.routing.RetryBudget;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/**
 * What is counted across requests, plans and restarts: budgets, limits and lots. A new proxy learns
 * from the ledger what has been spent; a reload keeps what is counted.
 */
final class Counted {
    private static final Logger LOG = System.getLogger(Counted.class.getName());

    /** For the rows of a process that died to reach the ledger. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration AGAIN = Duration.ofSeconds(10);

    private final Ledger ledger;
    private final StoreReader store;
    private final InstantSource clock;
    private final RandomGenerator random;

    /**
     * @param store where the spending of jobs is read
     */
    Counted(Ledger ledger, StoreReader store, InstantSource clock, RandomGenerator random) {
        this.ledger = ledger;
        this.store = store;
        this.clock = clock;
        this.random = random;
    }

    /** A plan over what was counted so far. */
    Plan plan(
            ProxyConfig config,
            Map<String, Route> routes,
            Optional<KeyRing> keys,
            PriceTable prices,
            Optional<Plan> before) {
        RateLimits limits =
                before.map(plan -> plan.limits().reloaded(config.limits()))
                        .orElseGet(() -> RateLimits.of(config.limits(), clock));
        Lots lots =
                before.map(plan -> plan.lots().reloaded(config.lots()))
                        .orElseGet(() -> Lots.of(config.lots()));
        Budgets budgets =
                before.map(plan -> plan.budgets().reloaded(config.budgets()))
                        .orElseGet(
                                () ->
                                        Budgets.of(
                                                config.budgets(),
                                                clock,
                                                lease(config),
                                                store::charged));
        boolean learnsLots = before.isEmpty() && !config.lots().isEmpty();
        if (budgets.replayFrom().isPresent() || learnsLots) {
            learn(budgets, lots);
        }
        RetryBudget retries = new RetryBudget(config.retry().budget(), System::nanoTime);
        AttemptPlan attempts = new AttemptPlan(config.retry(), new Backoff(random), retries);
        Plan plan =
                new Plan(config, routes, keys, prices, budgets, limits, lots, attempts, retries);
        warnOfUnpriced(plan.unpriced(clock.instant()));
        return plan;
    }

    /** Dollars that nobody knows are seen by no budget and by no rung of the ladder. */
    private static void warnOfUnpriced(List<String> models) {
        if (!models.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "no price for "
                            + String.join(", ", models)
                            + ": what they cost is unknown, and counts as nothing for runaway.*.usd;"
                            + " set prices, price_file or unknown_price");
        }
    }

    /**
     * What the ledger knows, what a dead process left behind included. A ledger that cannot be read
     * is tried again until it can: what was spent before then counts from that moment on.
     */
    private void learn(Budgets budgets, Lots lots) {
        Instant started = clock.instant();
        if (!learned(budgets, lots, started)) {
            Thread.ofVirtual()
                    .name("learn budgets")
                    .start(
                            () -> {
                                do {
                                    LockSupport.parkNanos(AGAIN.toNanos());
                                } while (!learned(budgets, lots, started));
                            });
        }
    }

    private boolean learned(Budgets budgets, Lots lots, Instant upTo) {
        if (!ledger.awaitShipped(PATIENCE)) {
            return false;
        }
        try (UsageReader reader = UsageReader.open(ledger.database())) {
            Map<String, Long> drawn = reader.lots();
            budgets.replayFrom().stream()
                    .flatMap(from -> reader.charged(from, upTo).stream())
                    .map(Counted::charge)
                    .forEach(budgets::replay);
            drawn.forEach(lots::seed);
            return true;
        } catch (UserError e) {
            LOG.log(
                    Level.WARNING,
                    "budgets start at nothing until the ledger can be read: "
                            + e.problems().getFirst());
            return false;
        }
    }

    private static Charge charge(UsageReader.Charged row) {
        Who who =
                new Who(
                        named(row.key()),
                        named(row.user()),
                        named(row.team()),
                        row.route(),
                        Optional.empty());
        return new Charge(who, row.provider(), row.model(), row.at(), row.nanoUsd());
    }

    private static Optional<String> named(String name) {
        return Optional.of(name).filter(n -> !n.isEmpty());
    }

    /** Longer than any call can take: what is open after that was lost. */
    private static Duration lease(ProxyConfig config) {
        return config.routes().values().stream()
                .map(route -> route.timeouts().over(config.timeouts()).total())
                .max(Comparator.naturalOrder())
                .orElse(config.timeouts().total())
                .multipliedBy(2);
    }
}
