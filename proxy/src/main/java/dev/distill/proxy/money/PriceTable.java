package dev.distill.proxy.money;

import dev.distill.config.ProxyConfig;
import dev.distill.config.ProxyConfig.Price;
import dev.distill.config.UserError;
import dev.distill.proxy.money.PriceRow.Source;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What every model costs, at any moment. Immutable: a changed configuration makes a new one.
 *
 * <p>The proxy file goes before the community's price file, and both before {@code unknown_price}.
 * In either file the name of a model may have the provider before it, by its name in the proxy file
 * or by its kind: {@code azure/gpt-5} goes before {@code gpt-5}.
 */
public final class PriceTable {
    private final Map<String, NavigableMap<LocalDate, PriceRow>> configured;
    private final PriceFile.Content listed;
    private final Optional<PriceRow> assumed;
    private final Map<String, String> kinds;

    private PriceTable(
            Map<String, NavigableMap<LocalDate, PriceRow>> configured,
            PriceFile.Content listed,
            Optional<PriceRow> assumed,
            Map<String, String> kinds) {
        this.configured = Map.copyOf(configured);
        this.listed = listed;
        this.assumed = assumed;
        this.kinds = Map.copyOf(kinds);
    }

    /**
     * The table of a configuration; reads its price file.
     *
     * @throws UserError when the price file cannot be read or a price is no number from 0
     */
    public static PriceTable of(ProxyConfig config) {
        Map<String, NavigableMap<LocalDate, PriceRow>> configured = new HashMap<>();
        config.prices().forEach((model, prices) -> configured.put(model, byDay(model, prices)));
        Map<String, String> kinds = new HashMap<>();
        config.providers().forEach((name, provider) -> kinds.put(name, kind(provider)));
        return new PriceTable(
                configured,
                config.priceFile().map(PriceFile::read).orElse(PriceFile.Content.NONE),
                config.unknownPrice()
                        .map(p -> new ConfiguredPrices("unknown_price").row(p, Source.ASSUMED)),
                kinds);
    }

    /** The price of a model on that day in UTC; empty when nobody says anything about it. */
    public Optional<PriceRow> at(String provider, String model, Instant when) {
        List<String> names = names(provider, model);
        LocalDate day = LocalDate.ofInstant(when, ZoneOffset.UTC);
        for (String name : names) {
            NavigableMap<LocalDate, PriceRow> days = configured.get(name);
            Map.Entry<LocalDate, PriceRow> price = days == null ? null : days.floorEntry(day);
            if (price != null) {
                return Optional.of(price.getValue());
            }
        }
        for (String name : names) {
            PriceRow price = listed.rows().get(name);
            if (price != null) {
                return Optional.of(price);
            }
        }
        return assumed;
    }

    /** The day from which on a model may be gone, as far as the price file knows. */
    public Optional<LocalDate> end(String provider, String model) {
        for (String name : names(provider, model)) {
            LocalDate end = listed.ends().get(name);
            if (end != null) {
                return Optional.of(end);
            }
        }
        return Optional.empty();
    }

    private List<String> names(String provider, String model) {
        return List.of(
                provider + "/" + model,
                kinds.getOrDefault(provider, provider) + "/" + model,
                model);
    }

    private static NavigableMap<LocalDate, PriceRow> byDay(String model, List<Price> prices) {
        NavigableMap<LocalDate, PriceRow> days = new TreeMap<>();
        for (Price price : prices) {
            LocalDate from = price.from().orElse(LocalDate.MIN);
            PriceRow row = new ConfiguredPrices("prices." + model).row(price, Source.CONFIGURED);
            days.put(from, row);
        }
        return days;
    }

    /** What price files call the provider. */
    private static String kind(ProxyConfig.Provider provider) {
        return switch (provider) {
            case ProxyConfig.OpenAi openAi ->
                    openAi.keyHeader() == ProxyConfig.KeyHeader.API_KEY ? "azure" : "openai";
            case ProxyConfig.Anthropic _ -> "anthropic";
            case ProxyConfig.Gemini _ -> "gemini";
            case ProxyConfig.Bedrock _ -> "bedrock";
            case ProxyConfig.Replay _ -> "replay";
            case ProxyConfig.Student _ -> "student";
        };
    }
}
