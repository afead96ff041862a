package dev.distill.proxy.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distill.config.ProxyConfig.Budget;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BudgetsTest {
    private static final long DOLLAR = 1_000_000_000L;
    private static final Duration LEASE = Duration.ofMinutes(11);
    private static final Who ANN = Configs.who("ci", "search");

    private final MovableClock clock = new MovableClock("2026-06-10T12:30:00Z"); // a Wednesday

    private static List<Budget> written(String budgets) {
        return Configs.of("budgets: " + budgets).budgets();
    }

    private Budgets budgets(String budgets) {
        return Budgets.of(written(budgets), clock, LEASE, _ -> 0);
    }

    private static void spend(Budgets budgets, Who who, long nanoUsd) {
        budgets.reserve(who, "main", "m", nanoUsd).settle(nanoUsd);
    }

    @Test
    void aCallThatCouldPassTheLimitIsRefusedAndNothingIsSetAside() {
        Budgets budgets = budgets("[{ team: search, usd: 5, per: day }, { usd: 100 }]");
        spend(budgets, ANN, 3 * DOLLAR);
        Reservation running = budgets.reserve(ANN, "main", "m", DOLLAR);

        BudgetExceededException refusal =
                catchThrowableOfType(
                        BudgetExceededException.class,
                        () -> budgets.reserve(ANN, "main", "m", DOLLAR + 1));

        assertThat(refusal)
                .hasMessage(
                        "team search may spend 5 USD per day: spent 3, reserved 1,"
                                + " this call up to 1.000000001");
        assertThat(refusal.account().scope().team()).contains("search");
        assertThat(budgets.reservedNanoUsd()).isEqualTo(DOLLAR);
        running.close();
        budgets.reserve(ANN, "main", "m", 2 * DOLLAR).close();
        assertThat(budgets.accounts())
                .allMatch(account -> account.reservedNanoUsd() == 0)
                .allMatch(account -> account.spentNanoUsd() == 3 * DOLLAR);
    }

    @Test
    void aRefusalSaysWhenToComeBack() {
        Budgets budgets = budgets("[{ key: each, usd: 5, per: hour }]");
        spend(budgets, ANN, 3 * DOLLAR);
        try (Reservation _ = budgets.reserve(ANN, "main", "m", DOLLAR)) {
            assertThat(refused(budgets, 2 * DOLLAR)).contains(Duration.ofSeconds(1));
            assertThat(refused(budgets, 3 * DOLLAR)).contains(Duration.ofMinutes(30));
            assertThat(refused(budgets, 6 * DOLLAR)).isEmpty();
        }
    }

    private java.util.Optional<Duration> refused(Budgets budgets, long worst) {
        return catchThrowableOfType(
                        BudgetExceededException.class,
                        () -> budgets.reserve(ANN, "main", "m", worst))
                .retryAfter(clock.instant());
    }

    @Test
    void eachNameHasABudgetOfItsOwn() {
        Budgets budgets = budgets("[{ key: each, model: m, usd: 1, per: ever }]");

        spend(budgets, Configs.who("a", "search"), DOLLAR);
        spend(budgets, Configs.who("b", "search"), DOLLAR);

        assertThatThrownBy(() -> spend(budgets, Configs.who("a", "other"), 1))
                .hasMessage(
                        "key a, model m may spend 1 USD: spent 1, reserved 0,"
                                + " this call up to 0.000000001");
        budgets.reserve(Configs.who("a", "search"), "main", "other", 1).close();
        budgets.reserve(Who.anonymous("any"), "main", "m", DOLLAR).close();
        assertThat(budgets.accounts()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "hour, 2026-06-10T12:59:59.999Z, 2026-06-10T13:00:00Z",
        "day, 2026-06-10T23:59:59Z, 2026-06-11T00:00:00Z",
        "week, 2026-06-14T23:59:59Z, 2026-06-15T00:00:00Z",
        "month, 2026-06-30T23:59:59Z, 2026-07-01T00:00:00Z"
    })
    void aWindowEndsInUtc(String per, String last, String next) {
        Budgets budgets = budgets("[{ usd: 1, per: %s }]".formatted(per));
        spend(budgets, ANN, DOLLAR);

        clock.set(last);
        assertThatThrownBy(() -> spend(budgets, ANN, 1))
                .isInstanceOf(BudgetExceededException.class);
        assertThat(budgets.accounts().getFirst().ends()).contains(Instant.parse(next));
        clock.set(next);
        spend(budgets, ANN, DOLLAR);
        assertThat(Configs.spent(budgets)).containsExactly(DOLLAR);
    }

    @Test
    void aCallCountsToTheWindowInWhichItBegan() {
        Budgets budgets = budgets("[{ usd: 1, per: hour }]");
        Reservation long_ = budgets.reserve(ANN, "main", "m", DOLLAR);

        clock.set("2026-06-10T13:00:00Z");
        spend(budgets, ANN, DOLLAR / 2);
        long_.settle(DOLLAR / 4);

        assertThat(Configs.spent(budgets)).containsExactly(DOLLAR / 2);
        assertThat(budgets.reservedNanoUsd()).isZero();
        clock.set("2026-06-10T12:59:00Z"); // set back: the old window is as it was
        assertThat(Configs.spent(budgets)).containsExactly(DOLLAR / 4);
        spend(budgets, ANN, DOLLAR / 4);
        clock.set("2026-06-10T13:10:00Z");
        assertThat(Configs.spent(budgets)).containsExactly(DOLLAR / 2);
    }

    @Test
    void whatEndsFirstCounts() {
        Budgets budgets = budgets("[{ usd: 1 }]");

        try (Reservation reservation = budgets.reserve(ANN, "main", "m", DOLLAR)) {
            reservation.settle(7);
            reservation.settle(9);
        }

        assertThat(Configs.spent(budgets)).containsExactly(7L);
        assertThat(budgets.reservedNanoUsd()).isZero();
    }

    @Test
    void aLostCallIsSpentAtItsWorstUntilItIsKnown() {
        Budgets budgets = budgets("[{ usd: 1 }]");
        Reservation lost = budgets.reserve(ANN, "main", "m", DOLLAR);

        clock.pass(LEASE);
        assertThat(Configs.spent(budgets)).containsExactly(DOLLAR);
        assertThat(budgets.reservedNanoUsd()).isZero();
        lost.settle(DOLLAR / 10);
        lost.close();

        assertThat(Configs.spent(budgets)).containsExactly(DOLLAR / 10);
        assertThat(budgets.accounts().getFirst().reservedNanoUsd()).isZero();
    }

    @Test
    void callersAreWarnedFromAShareOn() {
        Budgets budgets = budgets("[{ usd: 1, warn: 0.5 }]");

        spend(budgets, ANN, DOLLAR / 2 - 1);
        assertThat(warnings(budgets)).isEmpty();
        spend(budgets, ANN, 1);
        assertThat(warnings(budgets))
                .singleElement()
                .extracting(Account::spentNanoUsd)
                .isEqualTo(DOLLAR / 2);
    }

    private static List<Account> warnings(Budgets budgets) {
        try (Reservation reservation = budgets.reserve(ANN, "main", "m", 1)) {
            return reservation.warnings();
        }
    }

    @Test
    void aJobHasABudgetWhenItsRequestSaysSo() {
        Budgets budgets = Budgets.of(List.of(), clock, LEASE, job -> job.equals("old") ? 7 : 0);

        spend(budgets, Configs.job("old", OptionalLong.empty()), 2);

        assertThatThrownBy(() -> spend(budgets, Configs.job("old", OptionalLong.of(9)), 1))
                .hasMessage(
                        "job old may spend 0.000000009 USD: spent 0.000000009, reserved 0,"
                                + " this call up to 0.000000001");
        spend(budgets, Configs.job("old", OptionalLong.of(10)), 1);
        assertThat(budgets.job("old").spentNanoUsd()).isEqualTo(10);
        assertThat(budgets.job("new").spentNanoUsd()).isZero();
    }

    @Test
    void jobsThatAreNotUsedAnyMoreAreReadFromTheLedgerAgain() {
        AtomicLong asked = new AtomicLong();
        Budgets budgets =
                Budgets.of(
                        List.of(),
                        clock,
                        LEASE,
                        job -> job.equals("first") ? asked.incrementAndGet() : 0);
        budgets.job("first");
        IntStream.range(0, 10_000).forEach(i -> budgets.job("job " + i));

        clock.pass(Duration.ofMinutes(59));
        spend(budgets, ANN, 0);
        assertThat(budgets.job("first").spentNanoUsd()).isEqualTo(1);
        clock.pass(Duration.ofMinutes(61));
        spend(budgets, ANN, 0);

        assertThat(budgets.job("first").spentNanoUsd()).isEqualTo(2);
    }

    @Test
    void aReloadKeepsWhatIsSpentAndReserved() {
        Budgets before = budgets("[{ team: search, usd: 5, per: day }, { key: ci, usd: 9 }]");
        spend(before, ANN, DOLLAR);
        Reservation running = before.reserve(ANN, "main", "m", 2 * DOLLAR);

        Budgets after = before.reloaded(written("[{ team: search, usd: 2, per: day }]"));

        assertThatThrownBy(() -> after.reserve(ANN, "main", "m", 1))
                .hasMessageContaining("may spend 2 USD per day: spent 1, reserved 2");
        running.settle(DOLLAR / 2);
        assertThat(Configs.spent(after)).containsExactly(DOLLAR + DOLLAR / 2);
        assertThat(after.replayFrom()).isEmpty();
        after.reserve(ANN, "main", "m", DOLLAR / 2).close();
    }

    @Test
    void theLedgerGivesTheCountersBack() {
        String text = "[{ team: search, usd: 5, per: day }, { usd: 9, per: ever }]";
        Budgets restarted = budgets(text);
        assertThat(restarted.replayFrom()).contains(Instant.EPOCH);

        charge(restarted, "2026-06-09T23:00:00Z", 1);
        charge(restarted, "2026-06-10T00:00:00Z", 20);
        charge(restarted, "2026-06-10T12:00:00Z", 300);
        charge(restarted, "2026-06-10T12:00:00Z", -100); // what a lost call did not cost

        assertThat(Configs.spent(restarted)).containsExactly(220L, 221L);
    }

    @Test
    void afterAReloadTheLedgerCountsToNewBudgetsOnly() {
        Budgets before = budgets("[{ key: ci, usd: 5, per: day }]");
        spend(before, ANN, 100);

        Budgets after =
                before.reloaded(
                        written(
                                "[{ key: each, usd: 5, per: day }, { key: ci, usd: 3, per: day },"
                                        + " { team: each, usd: 5, per: week }]"));

        assertThat(after.replayFrom()).contains(Instant.parse("2026-06-08T00:00:00Z"));
        charge(after, "2026-06-09T00:00:00Z", 50);
        charge(after, "2026-06-10T00:00:00Z", 100);
        assertThat(after.accounts())
                .extracting(a -> a.scope() + " " + a.spentNanoUsd())
                .containsExactly("key ci 100", "key ci 100", "team search 150");
    }

    private static void charge(Budgets budgets, String at, long nanoUsd) {
        budgets.replay(new Charge(ANN, "main", "m", Instant.parse(at), nanoUsd));
    }

    @Test
    void aThousandCallsAtOnceNeverPassTheLimit() {
        Budgets budgets =
                budgets("[{ usd: 5, per: day }, { key: each, usd: 4 }, { team: search, usd: 5 }]");
        AtomicLong spent = new AtomicLong();
        AtomicLong refused = new AtomicLong();
        AtomicLong most = new AtomicLong();
        long worst = DOLLAR / 50;

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 1000; i++) {
                Who who = Configs.who("key" + i % 2, "search");
                threads.execute(
                        () -> {
                            try (Reservation call = budgets.reserve(who, "main", "m", worst)) {
                                Account all = budgets.accounts().getFirst();
                                most.accumulateAndGet(
                                        all.reservedNanoUsd() + all.spentNanoUsd(), Math::max);
                                long charged = ThreadLocalRandom.current().nextLong(worst + 1);
                                call.settle(charged);
                                spent.addAndGet(charged);
                            } catch (BudgetExceededException _) {
                                refused.incrementAndGet();
                            }
                        });
            }
        }

        assertThat(refused.get()).isPositive();
        assertThat(spent.get()).isLessThanOrEqualTo(5 * DOLLAR);
        assertThat(most.get()).isLessThanOrEqualTo(5 * DOLLAR);
        assertThat(budgets.reservedNanoUsd()).isZero();
        assertThat(budgets.accounts()).allMatch(account -> account.reservedNanoUsd() == 0);
        assertThat(budgets.accounts().getFirst().spentNanoUsd()).isEqualTo(spent.get());
    }
}
