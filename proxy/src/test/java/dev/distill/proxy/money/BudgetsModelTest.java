package dev.distill.proxy.money;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.config.ProxyConfig.Budget;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Any order of reserving, settling, losing, reloading and clocks set anywhere, against sums. */
class BudgetsModelTest {
    private static final long LIMIT = 100;
    private static final Duration LEASE = Duration.ofMinutes(30);

    /** One key each hour, and all together for ever. */
    private static final List<Budget> WRITTEN =
            Configs.of(
                            """
                            budgets:
                              - { key: each, usd: 0.0000001, per: hour }
                              - { usd: 0.0000003, per: ever }
                            """)
                    .budgets();

    /**
     * What happens.
     *
     * @param what 0-4 reserve, 5-7 settle, 8 close, 9 pass time, 10 set the clock back, 11 reload
     */
    record Step(int what, int key, long amount) {}

    /** A call as the model sees it. */
    private static final class Call {
        private final Reservation reservation;
        private final String key;
        private final Instant began;
        private final long worst;
        private long spent;
        private long reserved;

        Call(Reservation reservation, String key, Instant began, long worst) {
            this.reservation = reservation;
            this.key = key;
            this.began = began;
            this.worst = worst;
            this.reserved = worst;
        }
    }

    @Property(tries = 200)
    void theCountersAreTheSumsOfTheCalls(@ForAll("steps") List<Step> steps) {
        MovableClock clock = new MovableClock("2026-06-10T12:30:00Z");
        Budgets budgets = Budgets.of(WRITTEN, clock, LEASE, _ -> 0);
        List<Call> calls = new ArrayList<>();
        List<Call> running = new ArrayList<>();
        for (Step step : steps) {
            String key = "key" + step.key();
            switch (step.what()) {
                case 0, 1, 2, 3, 4 -> reserve(budgets, clock, key, step.amount(), calls, running);
                case 5, 6, 7, 8 -> {
                    if (!running.isEmpty()) {
                        Call call = running.remove((int) (step.amount() % running.size()));
                        call.spent = step.what() == 8 ? 0 : Math.min(step.amount(), call.worst);
                        call.reserved = 0;
                        call.reservation.settle(call.spent);
                        call.reservation.close();
                    }
                }
                case 9 -> clock.pass(Duration.ofMinutes(step.amount()));
                case 10 -> clock.pass(Duration.ofMinutes(-step.amount()));
                default -> budgets = budgets.reloaded(WRITTEN);
            }
            budgets.accounts(); // lets leases run out where they have
            check(budgets, clock, calls, running);
        }
        running.forEach(call -> call.reservation.close());
        assertThat(budgets.reservedNanoUsd()).isZero();
        assertThat(budgets.accounts()).allMatch(account -> account.reservedNanoUsd() == 0);
    }

    private static void reserve(
            Budgets budgets,
            MovableClock clock,
            String key,
            long worst,
            List<Call> calls,
            List<Call> running) {
        long inHour = held(calls, call -> call.key.equals(key) && sameHour(call, clock));
        boolean fits = inHour + worst <= LIMIT && held(calls, _ -> true) + worst <= 3 * LIMIT;
        try {
            Reservation made = budgets.reserve(Configs.who(key, "search"), "main", "m", worst);
            assertThat(fits).isTrue();
            calls.add(new Call(made, key, clock.instant(), worst));
            running.add(calls.getLast());
        } catch (BudgetExceededException _) {
            assertThat(fits).isFalse();
        }
    }

    private static void check(
            Budgets budgets, MovableClock clock, List<Call> calls, List<Call> running) {
        Map<String, Long> expected = new HashMap<>();
        expected.put("everything", held(calls, _ -> true));
        for (String key : Set.of("key0", "key1")) {
            expected.put(
                    "key " + key,
                    held(calls, call -> call.key.equals(key) && sameHour(call, clock)));
        }
        for (Account account : budgets.accounts()) {
            assertThat(account.spentNanoUsd() + account.reservedNanoUsd())
                    .as(account.scope().toString())
                    .isEqualTo(expected.get(account.scope().toString()))
                    .isLessThanOrEqualTo(account.limitNanoUsd());
            assertThat(account.reservedNanoUsd()).isNotNegative();
        }
        assertThat(budgets.reservedNanoUsd())
                .isLessThanOrEqualTo(running.stream().mapToLong(call -> call.worst).sum());
    }

    /** Spent and reserved together; which of both a call is depends on its lease. */
    private static long held(List<Call> calls, Function<Call, Boolean> which) {
        return calls.stream()
                .filter(which::apply)
                .mapToLong(call -> call.spent + call.reserved)
                .sum();
    }

    private static boolean sameHour(Call call, MovableClock clock) {
        return call.began
                .truncatedTo(ChronoUnit.HOURS)
                .equals(clock.instant().truncatedTo(ChronoUnit.HOURS));
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Step> step =
                Combinators.combine(
                                Arbitraries.integers().between(0, 11),
                                Arbitraries.integers().between(0, 1),
                                Arbitraries.longs().between(0, 70))
                        .as(Step::new);
        return step.list().ofMinSize(1).ofMaxSize(40).map(list -> bounded(list.stream()));
    }

    /** The clock stays within an hour of where it was, as far back as sums are kept. */
    private static List<Step> bounded(Stream<Step> steps) {
        List<Step> list = new ArrayList<>();
        long minutes = 0;
        for (Step step : steps.toList()) {
            long move =
                    switch (step.what()) {
                        case 9 -> step.amount();
                        case 10 -> -step.amount();
                        default -> 0;
                    };
            if (Math.abs(minutes + move) <= 60) {
                minutes += move;
                list.add(step);
            }
        }
        return list;
    }
}
