package dev.distill.proxy.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.UserError;
import dev.distill.proxy.wire.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceTableTest {
    private static final Instant DAY = Instant.parse("2026-06-01T12:00:00Z");
    private static final Usage MILLION = Usage.of(1_000_000, 0);

    @TempDir private Path folder;

    private static String usd(PriceTable table, String provider, String model, Instant when) {
        return table.at(provider, model, when)
                .map(row -> Usd.text(row.nanoUsd(MILLION, Optional.empty())))
                .orElse("unknown");
    }

    @Test
    void aPriceHoldsFromItsDayToTheNext() {
        PriceTable table =
                PriceTable.of(
                        Configs.of(
                                """
                                prices:
                                  m:
                                    - { input: 3, output: 9, from: 2026-06-01 }
                                    - { input: 2, output: 9 }
                                    - { input: 4, output: 9, from: 2026-07-01 }
                                """));

        assertThat(usd(table, "main", "m", Instant.parse("2026-05-31T23:59:59Z"))).isEqualTo("2");
        assertThat(usd(table, "main", "m", Instant.parse("2026-06-01T00:00:00Z"))).isEqualTo("3");
        assertThat(usd(table, "main", "m", Instant.parse("2030-01-01T00:00:00Z"))).isEqualTo("4");
    }

    @Test
    void nobodyIsServedForNothingBecauseAPriceIsNotKnown() {
        PriceTable strict = PriceTable.of(Configs.of("prices: { m: { input: 1, output: 1 } }"));
        PriceTable lenient = PriceTable.of(Configs.of("unknown_price: { input: 30, output: 90 }"));

        assertThat(strict.at("main", "typo", DAY)).isEmpty();
        assertThat(usd(lenient, "main", "typo", DAY)).isEqualTo("30");
        assertThat(lenient.at("main", "typo", DAY).map(PriceRow::source))
                .contains(PriceRow.Source.ASSUMED);
    }

    @Test
    void aNameWithTheProviderGoesFirstAndTheProxyFileGoesBeforeThePriceFile() throws IOException {
        write(
                """
                {"m": {"input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6},
                 "gemini/m": {"input_cost_per_token": 2e-6, "output_cost_per_token": 1e-6},
                 "azure/m": {"input_cost_per_token": 3e-6, "output_cost_per_token": 1e-6},
                 "n": {"input_cost_per_token": 5e-6, "output_cost_per_token": 1e-6}}
                """);
        PriceTable table =
                PriceTable.of(
                        Configs.in(
                                folder,
                                """
                                price_file: prices.json
                                prices: { n: { input: 4, output: 1 }, main/k: { input: 6, output: 1 } }
                                """));

        assertThat(usd(table, "main", "m", DAY)).isEqualTo("1");
        assertThat(usd(table, "cloud", "m", DAY)).isEqualTo("2");
        assertThat(usd(table, "west", "m", DAY)).isEqualTo("3");
        assertThat(usd(table, "west", "n", DAY)).isEqualTo("4");
        assertThat(usd(table, "main", "k", DAY)).isEqualTo("6");
        assertThat(usd(table, "cloud", "k", DAY)).isEqualTo("unknown");
    }

    @Test
    void thePriceFileSaysHowMuchAModelReadsAndWhatASearchCosts() throws IOException {
        write(
                """
                {"m": {"input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6,
                       "max_input_tokens": 272000, "max_output_tokens": 128000,
                       "search_context_cost_per_query": {"search_context_size_low": 0.01}},
                 "n": {"input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6,
                       "max_input_tokens": null}}
                """);
        PriceTable table = PriceTable.of(Configs.in(folder, "price_file: prices.json"));

        PriceRow told = table.at("main", "m", DAY).orElseThrow();
        assertThat(told.maxInputTokens()).hasValue(272_000);
        assertThat(told.pricesSearches()).isTrue();
        assertThat(told.nanoUsd(Usage.NONE.withSearches(3), Optional.empty()))
                .isEqualTo(30_000_000);
        PriceRow silent = table.at("main", "n", DAY).orElseThrow();
        assertThat(silent.maxInputTokens()).isEmpty();
        assertThat(silent.pricesSearches()).isFalse();
        assertThat(silent.covers(Usage.NONE.withSearches(1))).isFalse();
    }

    @Test
    void modelsThatAreNotPricedByTheTokenAreUnknown() throws IOException {
        write(
                """
                {"sample_spec": {"input_cost_per_token": "a number", "mode": "one of chat, ..."},
                 "painter": {"mode": "image_generation", "output_cost_per_image": 0.04},
                 "half": {"mode": "chat", "input_cost_per_token": 1e-6},
                 "vectors": {"mode": "embedding", "input_cost_per_token": 2e-8,
                             "max_output_tokens": null}}
                """);
        PriceTable table = PriceTable.of(Configs.in(folder, "price_file: prices.json"));

        assertThat(usd(table, "main", "painter", DAY)).isEqualTo("unknown");
        assertThat(usd(table, "main", "half", DAY)).isEqualTo("unknown");
        assertThat(usd(table, "main", "sample_spec", DAY)).isEqualTo("unknown");
        assertThat(usd(table, "main", "vectors", DAY)).isEqualTo("0.02");
    }

    @Test
    void theLongestAnswerOfAModelIsKnown() throws IOException {
        write(
                """
                {"m": {"input_cost_per_token": 0, "output_cost_per_token": 0,
                       "max_output_tokens": 8192}}
                """);
        PriceTable table =
                PriceTable.of(
                        Configs.in(
                                folder,
                                """
                                price_file: prices.json
                                prices: { n: { input: 1, output: 1, max_output_tokens: 99 } }
                                """));

        assertThat(table.at("main", "m", DAY).orElseThrow().maxOutputTokens()).hasValue(8192);
        assertThat(table.at("main", "n", DAY).orElseThrow().maxOutputTokens()).hasValue(99);
    }

    @Test
    void everyBadPriceOfAFileIsNamed() throws IOException {
        write(
                """
                {"m": {"input_cost_per_token": -1e-6, "output_cost_per_token": 1e-6},
                 "n": {"input_cost_per_token": "1e-6", "output_cost_per_token": 1e-6},
                 "o": 7}
                """);

        assertThatThrownBy(() -> PriceTable.of(Configs.in(folder, "price_file: prices.json")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "prices.json: m.input_cost_per_token must be a number >= 0, got -0.000001")
                .hasMessageContaining("n.input_cost_per_token must be a number >= 0, got \"1e-6\"")
                .hasMessageContaining("o must be an object, got 7");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"m\": {\"input_cost_per_token\": NaN}} | prices.json:1:35: not JSON",
                "{\"m\": | prices.json:1:6: not JSON",
                "[] | prices.json: must be a JSON object with a member for each model"
            })
    void aFileThatIsNoPriceFileIsNamedWithThePlace(String text, String message) throws IOException {
        write(text);

        assertThatThrownBy(() -> PriceTable.of(Configs.in(folder, "price_file: prices.json")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "m: { input: 1, output: 1, tiers: { batch: -1 } } | prices.m.tiers.batch must be a number >= 0, got -1.0",
                "m: { input: 1, output: 1, bands: [{ above_input_tokens: 9, input: 1, output: 1 }, { above_input_tokens: 9, input: 1, output: 1 }] } | prices.m.bands has two that are above 9 tokens"
            })
    void whatTheProxyFileCannotMeanIsNamed(String price, String message) {
        assertThatThrownBy(() -> PriceTable.of(Configs.of("prices:\n  " + price)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
    }

    private void write(String text) throws IOException {
        Files.writeString(folder.resolve("prices.json"), text);
    }
}
