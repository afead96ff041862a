package dev.distill.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.config.ProxyFile;
import dev.distill.proxy.telemetry.Reading.Sample;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Refusal;
import dev.distill.proxy.wire.Usage;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private static final Vocabulary WORDS =
            Vocabulary.of(
                    ProxyFile.of(
                                    Path.of("proxy.yaml"),
                                    """
                                    version: 1
                                    providers: { openai: { kind: openai } }
                                    routes: { chat: [ { provider: openai, model: gpt-5 } ] }
                                    """)
                            .value());

    private final Metrics metrics = new Metrics(WORDS);

    @Test
    void aRequestIsCountedWithItsTimes() {
        RouteMeter meter = metrics.route("chat", Dialect.OPENAI_CHAT);
        meter.ended(Vocabulary.OK, 30_000_000, 60_000);
        meter.ended(Refusal.Kind.OVERLOADED.word(), 10_000_000, 50_000);
        meter.firstToken(20_000_000);
        meter.retried();
        meter.fellBack();
        meter.storeHit();
        PrometheusText text = PrometheusText.parse(metrics.text());
        String labels = "{route=\"chat\",dialect=\"openai_chat\"";
        assertThat(text.value("distill_requests_total" + labels + ",outcome=\"ok\"}")).isEqualTo(1);
        assertThat(text.value("distill_requests_total" + labels + ",outcome=\"overloaded\"}"))
                .isEqualTo(1);
        String duration = "distill_request_duration_seconds";
        assertThat(text.value(duration + "_bucket" + labels + ",le=\"0.01\"}")).isEqualTo(1);
        assertThat(text.value(duration + "_bucket" + labels + ",le=\"0.05\"}")).isEqualTo(2);
        assertThat(text.value(duration + "_sum" + labels + "}")).isEqualTo(0.04);
        assertThat(text.value(duration + "_count" + labels + "}")).isEqualTo(2);
        assertThat(text.value("distill_overhead_seconds_bucket" + labels + ",le=\"5.0E-5\"}"))
                .isEqualTo(1);
        assertThat(text.value("distill_time_to_first_token_seconds_count" + labels + "}"))
                .isEqualTo(1);
        assertThat(text.value("distill_retries_total{route=\"chat\"}")).isEqualTo(1);
        assertThat(text.value("distill_fallbacks_total{route=\"chat\"}")).isEqualTo(1);
        assertThat(text.value("distill_store_hits_total{route=\"chat\"}")).isEqualTo(1);
    }

    @Test
    void whatAnAttemptUsedIsCountedByKindAndItsCostInDollars() {
        TargetMeter meter = metrics.target("chat", "openai", "gpt-5");
        meter.ended(Vocabulary.OK, 1_000_000);
        meter.billed(new Usage(10, 20, 3, 4, 0, 30, 40, 0, 0), 1_500_000_000L);
        PrometheusText text = PrometheusText.parse(metrics.text());
        String labels = "{route=\"chat\",provider=\"openai\",model=\"gpt-5\"";
        assertThat(text.value("distill_attempts_total" + labels + ",outcome=\"ok\"}")).isEqualTo(1);
        String tokens = "distill_tokens_total" + labels + ",kind=";
        assertThat(text.value(tokens + "\"input\"}")).isEqualTo(10);
        assertThat(text.value(tokens + "\"input_cached\"}")).isEqualTo(20);
        assertThat(text.value(tokens + "\"cache_write\"}")).isEqualTo(7);
        assertThat(text.value(tokens + "\"output\"}")).isEqualTo(30);
        assertThat(text.value(tokens + "\"output_reasoning\"}")).isEqualTo(40);
        assertThat(text.value("distill_cost_usd_total" + labels + "}")).isEqualTo(1.5);
    }

    @Property(tries = 200)
    void whateverCallersSendTheLabelsAreWordsOfTheConfiguration(
            @ForAll List<String> words, @ForAll String word) {
        for (String hostile : words) {
            metrics.route(hostile, Dialect.ANTHROPIC_MESSAGES).ended(hostile, 1, 1);
            TargetMeter target = metrics.target(hostile, hostile, hostile);
            target.ended(hostile, 1);
            target.billed(Usage.of(1, 1), 1);
        }
        metrics.readAll(
                Reading.TARGET_BREAKER_STATE,
                () ->
                        List.of(
                                new Sample(List.of(word, word), 1),
                                new Sample(List.of(word, ""), 1)));
        metrics.readAll(Reading.BUDGET_SPENT_USD, () -> List.of(new Sample(List.of(word), 1)));
        PrometheusText text = PrometheusText.parse(metrics.text());
        assertThat(text.labelValues("route")).isSubsetOf(Set.of("chat", "other"));
        assertThat(text.labelValues("provider")).isSubsetOf(Set.of("openai", "other"));
        assertThat(text.labelValues("model")).isSubsetOf(Set.of("gpt-5", "other"));
        assertThat(text.labelValues("outcome")).isSubsetOf(Set.of("other"));
        assertThat(text.labelValues("budget")).containsExactly(word);
        assertThat(text.size()).isLessThan(200);
    }

    @Test
    void otherPartsAreReadWhenSomebodyAsks() {
        double[] bytes = {5};
        metrics.read(Reading.LEDGER_QUEUE_BYTES, () -> bytes[0]);
        metrics.readAll(
                Reading.CONFIG_RELOADS_TOTAL,
                () ->
                        List.of(
                                new Sample(List.of("success"), 2),
                                new Sample(List.of("failure"), 1)));
        bytes[0] = 7.5;
        PrometheusText text = PrometheusText.parse(metrics.text());
        assertThat(text.value("distill_ledger_queue_bytes")).isEqualTo(7.5);
        assertThat(text.value("distill_config_reloads_total{result=\"success\"}")).isEqualTo(2);
    }

    @Test
    void aReloadAddsWordsAndKeepsWhatWasCounted() {
        metrics.route("chat", Dialect.OPENAI_CHAT).ended(Vocabulary.OK, 1, 1);
        metrics.vocabulary(new Vocabulary(Set.of("new"), Set.of(), Set.of(), WORDS.outcomes()));
        metrics.route("new", Dialect.OPENAI_CHAT).ended(Vocabulary.OK, 1, 1);
        PrometheusText text = PrometheusText.parse(metrics.text());
        assertThat(text.labelValues("route")).containsExactlyInAnyOrder("chat", "new");
    }

    @Test
    void concurrentCountsAreExact() {
        RouteMeter meter = metrics.route("chat", Dialect.OPENAI_CHAT);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 1_000; i++) {
                threads.execute(() -> meter.ended(Vocabulary.OK, 1_000_000, 10));
            }
        }
        PrometheusText text = PrometheusText.parse(metrics.text());
        String labels = "{route=\"chat\",dialect=\"openai_chat\"";
        assertThat(text.value("distill_requests_total" + labels + ",outcome=\"ok\"}"))
                .isEqualTo(1_000);
        assertThat(text.value("distill_request_duration_seconds_sum" + labels + "}")).isEqualTo(1);
    }
}
