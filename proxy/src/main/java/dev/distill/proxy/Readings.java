package dev.distill.proxy;

import dev.distill.proxy.ledger.Ledger;
import dev.distill.proxy.money.Account;
import dev.distill.proxy.routing.TargetHealth;
import dev.distill.proxy.sessions.Sessions;
import dev.distill.proxy.telemetry.Metrics;
import dev.distill.proxy.telemetry.Reading;
import dev.distill.proxy.telemetry.Reading.Sample;
import dev.distill.proxy.upstream.KeyPool;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The numbers that are looked up when somebody reads the metrics, rather than counted on the way.
 */
record Readings(
        Supplier<Plan> plans,
        Sessions sessions,
        Ledger ledger,
        Intake intake,
        Observers observers,
        Optional<ConfigWatch> watch,
        InstantSource clock) {
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;

    /** Has all of them read from now on. */
    void addTo(Metrics metrics) {
        metrics.readAll(Reading.TARGET_BREAKER_STATE, () -> targets(t -> breaker(t.health())));
        metrics.readAll(
                Reading.TARGET_COOLDOWN_SECONDS,
                () -> targets(t -> t.health().wait(Duration.ZERO).toNanos() / NANOS));
        metrics.readAll(Reading.TARGET_IN_FLIGHT, () -> targets(t -> t.health().pending()));
        metrics.readAll(Reading.TARGET_PRICED, () -> targets(this::priced));
        metrics.readAll(Reading.KEY_STATE, this::keys);
        metrics.readAll(Reading.BUDGET_LIMIT_USD, () -> budgets(Account::limitNanoUsd));
        metrics.readAll(Reading.BUDGET_SPENT_USD, () -> budgets(Account::spentNanoUsd));
        metrics.readAll(Reading.BUDGET_RESERVED_USD, () -> budgets(Account::reservedNanoUsd));
        metrics.readAll(Reading.LOT_REMAINING_TOKENS, this::lots);
        metrics.read(
                Reading.LEDGER_QUEUE_BYTES,
                () -> ledger.health().bufferedBytes() + ledger.health().waitingBytes());
        metrics.read(Reading.LEDGER_DROPPED_TOTAL, () -> ledger.health().dropped());
        metrics.read(Reading.IN_FLIGHT_REQUESTS, intake::requestsInFlight);
        metrics.read(Reading.IN_FLIGHT_BYTES, intake::bytesInFlight);
        metrics.read(Reading.SESSIONS, () -> sessions.list().size());
        metrics.read(Reading.SESSIONS_PINGED_TOTAL, sessions::pings);
        metrics.read(Reading.SESSIONS_STOPPED_TOTAL, sessions::stops);
        metrics.read(Reading.SESSIONS_FORGOTTEN_TOTAL, sessions::forgotten);
        metrics.read(Reading.WEBHOOKS_LOST_TOTAL, sessions::lostWebhooks);
        metrics.read(Reading.SPANS_DROPPED_TOTAL, () -> observers.traces().dropped());
        metrics.read(
                Reading.START_TIMESTAMP_SECONDS,
                () -> ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS);
        observers
                .recordings()
                .recorder()
                .ifPresent(r -> metrics.read(Reading.RECORDINGS_DROPPED_TOTAL, r::dropped));
        watch.ifPresent(w -> addReloads(metrics, w));
    }

    private static void addReloads(Metrics metrics, ConfigWatch watch) {
        metrics.readAll(
                Reading.CONFIG_RELOADS_TOTAL,
                () ->
                        List.of(
                                new Sample(List.of("success"), watch.successes()),
                                new Sample(List.of("failure"), watch.failures())));
        metrics.read(Reading.CONFIG_LAST_RELOAD_SUCCESSFUL, () -> watch.successful() ? 1 : 0);
        metrics.read(
                Reading.CONFIG_LAST_RELOAD_TIMESTAMP_SECONDS,
                () -> watch.since().toEpochMilli() / MILLIS);
    }

    private List<Sample> targets(ToDoubleFunction<Target> value) {
        return samples(target -> List.of(target.provider(), target.model()), value);
    }

    private List<Sample> samples(
            Function<Target, List<String>> labels, ToDoubleFunction<Target> value) {
        Map<List<String>, Double> values = new LinkedHashMap<>();
        plans.get().routes().values().stream()
                .flatMap(route -> route.targets().stream())
                .forEach(t -> values.putIfAbsent(labels.apply(t), value.applyAsDouble(t)));
        return values.entrySet().stream()
                .map(entry -> new Sample(entry.getKey(), entry.getValue()))
                .toList();
    }

    private double priced(Target target) {
        return plans.get().isPriced(target, clock.instant()) ? 1 : 0;
    }

    private List<Sample> keys() {
        Map<List<String>, Double> states = new LinkedHashMap<>();
        plans.get().routes().values().stream()
                .flatMap(route -> route.targets().stream())
                .forEach(
                        target -> {
                            KeyPool pool = target.upstream().keys();
                            for (String key : pool.names()) {
                                boolean fine = pool.state(key) == KeyPool.State.FINE;
                                states.put(List.of(target.provider(), key), fine ? 1.0 : 0.0);
                            }
                        });
        return states.entrySet().stream()
                .map(entry -> new Sample(entry.getKey(), entry.getValue()))
                .toList();
    }

    private List<Sample> budgets(ToDoubleFunction<Account> nanoUsd) {
        return plans.get().budgets().accounts().stream()
                .map(
                        account ->
                                new Sample(
                                        List.of(account.name()),
                                        nanoUsd.applyAsDouble(account) / NANOS))
                .toList();
    }

    private List<Sample> lots() {
        Plan plan = plans.get();
        return plan.lots().all().stream()
                .map(lot -> new Sample(List.of(lot.name()), plan.lots().remaining(lot)))
                .toList();
    }

    private static double breaker(TargetHealth health) {
        return switch (health.state()) {
            case CLOSED, COOLING, GONE -> 0;
            case HALF_OPEN -> 1;
            case OPEN -> 2;
        };
    }
}
