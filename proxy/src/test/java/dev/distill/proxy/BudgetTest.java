package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.config.ProxyConfig;
import dev.distill.files.Json;
import dev.distill.proxy.ledger.Spend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("it")
final class BudgetTest {
    /** An answer of the fake costs 10 tokens at 1 dollar and 5 at 2 dollars per million. */
    private static final long ANSWER_NANO_USD = 20_000;

    @TempDir private Path folder;
    private final FakeUpstream upstream = new FakeUpstream();

    @AfterEach
    void stop() {
        upstream.close();
    }

    @Test
    void neverOvershootsUnderManyConcurrentRequestsAndHoldsNothingAtRest() throws Exception {
        Path store = folder.resolve("store.db");
        long limit = 1_000_000;
        try (TestProxy proxy = TestProxy.start(store, upstream);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<TestProxy.Response>> asked =
                    IntStream.range(0, 200)
                            .mapToObj(
                                    i ->
                                            threads.submit(
                                                    () ->
                                                            proxy.ask(
                                                                    "message " + i,
                                                                    Headers.JOB,
                                                                    "j",
                                                                    Headers.MAX_USD,
                                                                    "0.001")))
                            .toList();
            List<Integer> statuses = new ArrayList<>();
            for (Future<TestProxy.Response> response : asked) {
                statuses.add(response.get().status());
            }
            assertThat(statuses).containsOnly(200, 429);
            dev.distill.proxy.money.Account account = proxy.server.account("j");
            assertThat(account.reservedNanoUsd()).isZero();
            assertThat(account.spentNanoUsd())
                    .isEqualTo(ANSWER_NANO_USD * upstream.requests().size())
                    .isLessThanOrEqualTo(limit);
        }
        assertThat(Spend.of(store, "j").orElseThrow().chargedNanoUsd())
                .isEqualTo(ANSWER_NANO_USD * upstream.requests().size());
    }

    @Test
    void remembersWhatAJobSpentAcrossRestartsAndStillServesWhatIsPaidFor() {
        Path store = folder.resolve("store.db");
        try (TestProxy proxy = TestProxy.start(store, upstream)) {
            assertThat(proxy.ask("one", Headers.JOB, "j").status()).isEqualTo(200);
        }
        try (TestProxy proxy = TestProxy.start(store, upstream)) {
            String[] terms = {Headers.JOB, "j", Headers.MAX_USD, "0.00005"};
            TestProxy.Response refused = proxy.ask("two", terms);
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.code()).isEqualTo("budget_exceeded");
            assertThat(refused.json().at("/error/type").asText()).isEqualTo("budget_exceeded");
            assertThat(refused.message())
                    .startsWith(
                            "job j may spend 0.00005 USD: spent 0.00002, reserved 0, this call up to 0.000");
            assertThat(proxy.ask("one", terms).header(Headers.STORE)).isEqualTo("hit");
            assertThat(proxy.ask("two", Headers.JOB, "k", Headers.MAX_USD, "1").status())
                    .isEqualTo(200);
        }
    }

    @Test
    void givesBackWhatACallThatFailedHadReserved() {
        upstream.script(FakeUpstream.error(500, "boom"));
        try (TestProxy proxy = TestProxy.start(folder.resolve("store.db"), upstream)) {
            proxy.ask("hi", Headers.JOB, "j", Headers.MAX_USD, "1");
            assertThat(proxy.server.account("j").reservedNanoUsd()).isZero();
            assertThat(proxy.server.account("j").spentNanoUsd()).isZero();
        }
    }

    @Test
    void refusesToSpendALimitedBudgetOnAModelWithoutAPrice() {
        ProxyConfig config =
                TestProxy.config(Map.of("a", TestProxy.openAi(upstream)), "prices: {}");
        Path store = folder.resolve("store.db");
        try (TestProxy proxy = TestProxy.start(store, config, List.of())) {
            TestProxy.Response refused = proxy.ask("hi", Headers.JOB, "j", Headers.MAX_USD, "5.00");
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.code()).isEqualTo("price_unknown");
            assertThat(refused.message()).contains("set prices.model-a in the proxy file");
            assertThat(upstream.requests()).isEmpty();

            TestProxy.Response unlimited = proxy.ask("hi", Headers.JOB, "j");
            assertThat(unlimited.header(Headers.COST_USD)).isEqualTo("unknown");
        }
        assertThat(Spend.of(store, "j").orElseThrow().unknownCosts()).isEqualTo(1);
    }

    @Test
    void refusesALimitedBudgetForAnAnswerWithoutALimit() {
        try (TestProxy proxy = TestProxy.start(folder.resolve("store.db"), upstream)) {
            String body = Json.line(TestProxy.request("hi").without(List.of("max_tokens")));
            TestProxy.Response refused =
                    proxy.post(body, Headers.JOB, "j", Headers.MAX_USD, "5.00");
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.code()).isEqualTo("max_tokens_required");
        }
    }

    @Test
    void forecastsWhatIsMissingAtMostAndTypically() {
        Path store = folder.resolve("store.db");
        ProxyConfig config = TestProxy.config(Map.of("a", TestProxy.openAi(upstream)));
        var asked = List.of(TestProxy.request("one"), TestProxy.request("two"));
        Forecast before = Forecast.of(config, store, "teacher", asked);
        assertThat(before.stored()).containsExactly(false, false);
        assertThat(store).doesNotExist();
        try (TestProxy proxy = TestProxy.start(store, config, List.of())) {
            proxy.ask("one");
        }
        Forecast after =
                Forecast.of(
                        config,
                        store,
                        "teacher",
                        List.of(
                                TestProxy.request("one"),
                                TestProxy.request("two"),
                                TestProxy.request("two")));
        assertThat(after.stored()).containsExactly(true, false, false);
        assertThat(after.missing()).isEqualTo(1);
        assertThat(after.worstNanoUsd().getAsLong())
                .isEqualTo(before.worstNanoUsd().getAsLong() / 2)
                .isGreaterThan(ANSWER_NANO_USD);
        assertThat(after.typicalNanoUsd()).hasValue(ANSWER_NANO_USD);
        assertThat(after.unpriced()).isEmpty();
    }
}
