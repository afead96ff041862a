package dev.distill.proxy.money;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Usage;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Bills against totals computed by hand, and against what must hold for any price. */
class BillTest {
    private static final Instant DAY = Instant.parse("2026-06-01T12:00:00Z");
    private static final Path BILLS = Path.of("src/test/resources/bills");
    private static final PriceRow EVERYTHING =
            row(
                    """
                    prices:
                      m:
                        input: 3
                        cached_input: 0.3
                        output: 15
                        cache_write: 3.75
                        cache_write_hour: 6
                        reasoning: 12.5
                        audio_input: 40
                        audio_output: 80
                        web_search: 10
                        bands: [{ above_input_tokens: 200000, input: 6, output: 22.5 }]
                        tiers: { batch: 0.5, priority: 2 }
                    """);

    private static PriceRow row(String lines) {
        return PriceTable.of(Configs.of(lines)).at("main", "m", DAY).orElseThrow();
    }

    @Tag("golden")
    @TestFactory
    Stream<DynamicTest> billsAreWhatAPersonWithAPencilGets() throws IOException {
        try (Stream<Path> files = Files.list(BILLS)) {
            List<Path> bills = files.filter(f -> !f.endsWith("price_file.json")).sorted().toList();
            assertThat(bills).hasSizeGreaterThanOrEqualTo(3);
            return bills.stream().flatMap(BillTest::bills);
        }
    }

    private static Stream<DynamicTest> bills(Path file) {
        try {
            JsonNode set = Json.parse(Files.readString(file));
            PriceTable table = PriceTable.of(Configs.in(BILLS, set.path("prices").asText()));
            return Stream.iterate(0, i -> i < set.path("bills").size(), i -> i + 1)
                    .map(i -> set.path("bills").get(i))
                    .map(
                            bill ->
                                    DynamicTest.dynamicTest(
                                            file.getFileName() + ": " + bill.path("why").asText(),
                                            () -> check(table, bill)));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void check(PriceTable table, JsonNode bill) {
        String model = bill.path("model").asText();
        PriceRow row = table.at("main", model, DAY).orElseThrow();
        Optional<String> tier = Optional.ofNullable(bill.path("tier").textValue());
        assertThat(Usd.text(row.nanoUsd(usage(bill.path("usage")), tier)))
                .isEqualTo(bill.path("usd").asText());
    }

    private static Usage usage(JsonNode node) {
        return new Usage(
                node.path("input_fresh").asLong(),
                node.path("input_cached").asLong(),
                node.path("cache_write").asLong(),
                node.path("cache_write_hour").asLong(),
                node.path("input_audio").asLong(),
                node.path("output_text").asLong(),
                node.path("output_reasoning").asLong(),
                node.path("output_audio").asLong(),
                node.path("web_searches").asLong());
    }

    @Property(tries = 300)
    void aBillIsTheSumOfItsKinds(@ForAll("usages") Usage usage, @ForAll("tiers") String tier) {
        Optional<String> served = Optional.of(tier);
        BigDecimal sum = BigDecimal.ZERO;
        for (Kind kind : Kind.values()) {
            BigDecimal each = EVERYTHING.usdEach(kind, usage.input(), served);
            sum = sum.add(each.multiply(BigDecimal.valueOf(kind.of(usage))));
        }

        assertThat(EVERYTHING.nanoUsd(usage, served))
                .isEqualTo(
                        sum.movePointRight(9).setScale(0, RoundingMode.CEILING).longValueExact());
    }

    @Property(tries = 300)
    void moreTokensNeverCostLess(@ForAll("usages") Usage less, @ForAll("usages") Usage more) {
        Usage sum =
                new Usage(
                        less.inputFresh() + more.inputFresh(),
                        less.inputCached() + more.inputCached(),
                        less.cacheWrite() + more.cacheWrite(),
                        less.cacheWriteHour() + more.cacheWriteHour(),
                        less.inputAudio() + more.inputAudio(),
                        less.outputText() + more.outputText(),
                        less.outputReasoning() + more.outputReasoning(),
                        less.outputAudio() + more.outputAudio(),
                        less.webSearches() + more.webSearches());

        assertThat(EVERYTHING.nanoUsd(sum, Optional.empty()))
                .isGreaterThanOrEqualTo(EVERYTHING.nanoUsd(less, Optional.empty()));
    }

    @Property(tries = 300)
    void nothingCostsMoreThanTheWorstCase(
            @ForAll("usages") Usage usage, @ForAll("tiers") String tier) {
        long any =
                EVERYTHING.worst(
                        usage.input(),
                        usage.output(),
                        usage.webSearches(),
                        Kind.ALL,
                        Optional.of("auto"));
        long asked =
                EVERYTHING.worst(
                        usage.input(),
                        usage.output(),
                        usage.webSearches(),
                        Kind.ALL,
                        Optional.of(tier));

        assertThat(any).isGreaterThanOrEqualTo(EVERYTHING.nanoUsd(usage, Optional.of(tier)));
        assertThat(asked)
                .isGreaterThanOrEqualTo(EVERYTHING.nanoUsd(usage, Optional.of(tier)))
                .isGreaterThanOrEqualTo(EVERYTHING.nanoUsd(usage, Optional.empty()));
    }

    @Test
    void theWorstCaseLeavesOutWhatACallCannotUse() {
        PriceRow plain = row("prices: { m: { input: 2, output: 8 } }");

        assertThat(Usd.text(plain.worst(1_000_000, 0, 0, Kind.ALL, Optional.of("auto"))))
                .isEqualTo("4");
        assertThat(Usd.text(plain.worst(1_000_000, 0, 0, java.util.Set.of(), Optional.empty())))
                .isEqualTo("2");
    }

    @Test
    void absurdAmountsAreAThousandMillionDollarsAtMost() {
        PriceRow dear = row("prices: { m: { input: 1000000000, output: 1000000000 } }");

        assertThat(dear.nanoUsd(Usage.of(1L << 40, 1L << 40), Optional.empty()))
                .isEqualTo(Usd.MOST_NANO_USD);
        assertThat(dear.worst(1L << 40, 1L << 40, 0, Kind.ALL, Optional.of("auto")))
                .isEqualTo(Usd.MOST_NANO_USD);
    }

    @Provide
    Arbitrary<Usage> usages() {
        Arbitrary<Long> tokens = Arbitraries.longs().between(0, 300_000);
        return tokens.list()
                .ofSize(8)
                .map(
                        n ->
                                new Usage(
                                        n.get(0),
                                        n.get(1),
                                        n.get(2),
                                        n.get(3),
                                        n.get(4),
                                        n.get(5),
                                        n.get(6),
                                        n.get(7),
                                        n.get(7) % 5));
    }

    @Provide
    Arbitrary<String> tiers() {
        return Arbitraries.of("default", "batch", "Priority", "auto", "scale");
    }
}
