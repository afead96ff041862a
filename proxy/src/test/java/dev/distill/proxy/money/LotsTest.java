package dev.distill.proxy.money;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.config.ProxyConfig.Lot;
import dev.distill.proxy.wire.Usage;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LotsTest {
    private static final Instant NOON = Instant.parse("2026-06-10T12:00:00Z");
    private static final String WRITTEN =
            """
            [{ name: late, provider: main, tokens: 1000, usd: 3, expires: 2026-12-31 },
             { name: soon, provider: main, models: [m], tokens: 100, usd: 1, expires: 2026-06-30 },
             { name: next, provider: main, tokens: 50, usd: 1, from: 2026-07-01 }]
            """;
    private static final PriceRow PRICE =
            PriceTable.of(Configs.of("prices: { m: { input: 2, output: 2, web_search: 10 } }"))
                    .at("main", "m", NOON)
                    .orElseThrow();

    private static List<Lot> written(String lots) {
        return Configs.of("lots: " + lots.strip().replace("\n", " ")).lots();
    }

    private static Optional<String> covering(Lots lots, String model, String when) {
        return lots.covering("main", model, Instant.parse(when)).map(Lot::name);
    }

    @Test
    void theLotThatExpiresFirstIsUsedFirstWithinItsDays() {
        Lots lots = Lots.of(written(WRITTEN));

        assertThat(covering(lots, "m", "2026-06-30T23:59:59Z")).contains("soon");
        assertThat(covering(lots, "other", "2026-06-30T23:59:59Z")).contains("late");
        assertThat(covering(lots, "m", "2026-07-01T00:00:00Z")).contains("late");
        assertThat(covering(lots, "m", "2027-01-01T00:00:00Z")).contains("next");
        assertThat(lots.preferred("main", "m", NOON)).isTrue();
        assertThat(lots.preferred("cloud", "m", NOON)).isFalse();
    }

    @Test
    void anAnswerDrawsFromSeveralLotsAndPaysForTheRest() {
        Lots lots = Lots.of(written(WRITTEN));
        lots.seed("late", 880);

        Drawdown covered = lots.draw("main", "m", NOON, Usage.of(60, 30));
        assertThat(covered.draws()).containsExactly(new Drawdown.Draw("soon", 90, 900_000_000));
        assertThat(covered.marginalNanoUsd(PRICE, Usage.of(60, 30), Optional.empty())).isZero();

        Usage long_ = new Usage(100, 0, 0, 0, 0, 60, 0, 0, 1);
        Drawdown split = lots.draw("main", "m", NOON, long_);
        assertThat(split.draws())
                .containsExactly(
                        new Drawdown.Draw("soon", 10, 100_000_000),
                        new Drawdown.Draw("late", 120, 360_000_000));
        assertThat(split.amortisedNanoUsd()).isEqualTo(460_000_000);
        assertThat(split.uncovered()).isEqualTo(30);
        assertThat(Usd.text(split.marginalNanoUsd(PRICE, long_, Optional.empty())))
                .isEqualTo("0.01006"); // a search, and 30 of 160 tokens

        assertThat(lots.preferred("main", "m", NOON)).isFalse();
        Drawdown none = lots.draw("main", "m", NOON, Usage.of(1, 1));
        assertThat(none.marginalNanoUsd(PRICE, Usage.of(1, 1), Optional.empty())).isEqualTo(4000);
    }

    @Test
    void aReloadKeepsWhatIsDrawn() {
        Lots before = Lots.of(written(WRITTEN));
        before.draw("main", "m", NOON, Usage.of(100, 40));

        Lots after =
                before.reloaded(written("[{ name: late, provider: main, tokens: 40, usd: 3 }]"));

        assertThat(after.preferred("main", "m", NOON)).isFalse();
        assertThat(after.draw("main", "m", NOON, Usage.of(1, 0)).uncovered()).isEqualTo(1);
    }

    @Property(tries = 100)
    void theSharesOfALotAddUpToItsPrice(
            @ForAll @Size(min = 1, max = 50) List<@IntRange(min = 0, max = 400) Integer> uses) {
        Lots lots = Lots.of(written("[{ name: a, provider: main, tokens: 7000, usd: 0.1 }]"));
        long paid = 0;
        long drawn = 0;
        for (int tokens : uses) {
            Drawdown drawdown = lots.draw("main", "m", NOON, Usage.of(tokens, 0));
            paid += drawdown.amortisedNanoUsd();
            drawn += tokens - drawdown.uncovered();
        }
        assertThat(drawn).isEqualTo(Math.min(7000, uses.stream().mapToInt(n -> n).sum()));
        paid += lots.draw("main", "m", NOON, Usage.of(7000, 0)).amortisedNanoUsd();
        assertThat(paid).isEqualTo(100_000_000);
    }

    @Test
    void manyAtOnceDrawEveryTokenOnce() throws Exception {
        Lots lots = Lots.of(written("[{ name: a, provider: main, tokens: 1000, usd: 1 }]"));
        List<Future<Drawdown>> draws = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 300; i++) {
                draws.add(threads.submit(() -> lots.draw("main", "m", NOON, Usage.of(7, 0))));
            }
        }
        long uncovered = 0;
        long paid = 0;
        for (Future<Drawdown> draw : draws) {
            uncovered += draw.get().uncovered();
            paid += draw.get().amortisedNanoUsd();
        }
        assertThat(uncovered).isEqualTo(300 * 7 - 1000);
        assertThat(paid).isEqualTo(1_000_000_000);
    }

    @Test
    void theForecastPlaysTheComingDaysThrough() {
        Lots lots = Lots.of(written(WRITTEN));
        lots.seed("soon", 40);
        LocalDate today = LocalDate.parse("2026-06-10");

        List<BurnDown> forecast =
                BurnDown.forecast(
                        lots,
                        List.of(
                                new BurnDown.DailyUse("main", "m", 20),
                                new BurnDown.DailyUse("main", "other", 1),
                                new BurnDown.DailyUse("cloud", "m", 99)),
                        today);

        assertThat(forecast)
                .containsExactly(
                        new BurnDown(
                                "soon",
                                60,
                                20,
                                OptionalLong.of(2),
                                Optional.of(LocalDate.parse("2026-06-12")),
                                Optional.of(LocalDate.parse("2026-06-30")),
                                0),
                        new BurnDown(
                                "late",
                                1000,
                                19, // one a day at first, 21 later
                                OptionalLong.of(50),
                                Optional.of(LocalDate.parse("2026-07-30")),
                                Optional.of(LocalDate.parse("2026-12-31")),
                                0),
                        new BurnDown(
                                "next",
                                50,
                                16,
                                OptionalLong.of(52),
                                Optional.of(LocalDate.parse("2026-08-01")),
                                Optional.empty(),
                                0));
    }

    @Test
    void theForecastSaysWhatWillExpireUnused() {
        Lots lots =
                Lots.of(
                        written(
                                "[{ name: a, provider: main, tokens: 1000, usd: 1, expires: 2026-06-12 },"
                                        + " { name: idle, provider: cloud, tokens: 5, usd: 1 }]"));

        List<BurnDown> forecast =
                BurnDown.forecast(
                        lots,
                        List.of(new BurnDown.DailyUse("main", "m", 100)),
                        LocalDate.parse("2026-06-10"));

        assertThat(forecast.getFirst().expiringUnused()).isEqualTo(700);
        assertThat(forecast.getFirst().runsOutOn()).isEmpty();
        assertThat(forecast.getLast().tokensPerDay()).isZero();
        assertThat(forecast.getLast().expiringUnused()).isZero();
    }
}
