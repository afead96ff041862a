package dev.distill.proxy.money;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.ProxyConfig.Band;
import dev.distill.config.ProxyConfig.Price;
import dev.distill.config.UserError;
import dev.distill.proxy.money.PriceRow.Source;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Turns the prices of a proxy file, US dollars per million tokens, into rows. */
final class ConfiguredPrices {
    private final String place;

    /**
     * @param place the key in the file, for messages
     */
    ConfiguredPrices(String place) {
        this.place = place;
    }

    PriceRow row(Price price, Source source) {
        Map<String, BigDecimal> factors = new HashMap<>();
        price.tiers()
                .forEach(
                        (tier, factor) ->
                                factors.put(
                                        tier.toLowerCase(Locale.ROOT),
                                        checked("tiers." + tier, factor)));
        Rates base = base(price);
        List<PriceRow.Band> bands = new ArrayList<>();
        bands.add(band(0, base, factors));
        for (Band band : price.bands()) {
            long above = band.aboveInputTokens();
            if (bands.stream().anyMatch(other -> other.aboveInputTokens() == above)) {
                throw invalid("bands has two that are above %d tokens".formatted(above));
            }
            bands.add(band(above, base.with(stated(band)), factors));
        }
        return new PriceRow(
                source, bands, optional(price.maxInputTokens()), optional(price.maxOutputTokens()));
    }

    private static OptionalInt optional(Optional<Integer> tokens) {
        return tokens.map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    private static PriceRow.Band band(long above, Rates rates, Map<String, BigDecimal> factors) {
        Map<String, Rates> tiers = new HashMap<>();
        factors.forEach((tier, factor) -> tiers.put(tier, rates.times(factor)));
        return new PriceRow.Band(above, rates, tiers);
    }

    private Rates base(Price price) {
        Map<Kind, BigDecimal> stated = new EnumMap<>(Kind.class);
        stated.put(Kind.INPUT, perMillion("input", price.input()));
        stated.put(Kind.OUTPUT, perMillion("output", price.output()));
        state(stated, Kind.CACHED_INPUT, "cached_input", price.cachedInput());
        state(stated, Kind.CACHE_WRITE, "cache_write", price.cacheWrite());
        state(stated, Kind.CACHE_WRITE_HOUR, "cache_write_hour", price.cacheWriteHour());
        state(stated, Kind.AUDIO_INPUT, "audio_input", price.audioInput());
        state(stated, Kind.REASONING, "reasoning", price.reasoning());
        state(stated, Kind.AUDIO_OUTPUT, "audio_output", price.audioOutput());
        price.webSearch()
                .map(usd -> checked("web_search", usd).movePointRight(9)) // by the thousand
                .ifPresent(pico -> stated.put(Kind.WEB_SEARCH, pico));
        return Rates.completing(stated);
    }

    private Map<Kind, BigDecimal> stated(Band band) {
        Map<Kind, BigDecimal> stated = new EnumMap<>(Kind.class);
        stated.put(Kind.INPUT, perMillion("bands.input", band.input()));
        stated.put(Kind.OUTPUT, perMillion("bands.output", band.output()));
        state(stated, Kind.CACHED_INPUT, "bands.cached_input", band.cachedInput());
        return stated;
    }

    private void state(Map<Kind, BigDecimal> stated, Kind kind, String key, Optional<Double> usd) {
        usd.ifPresent(price -> stated.put(kind, perMillion(key, price)));
    }

    /** A dollar per million tokens is a million pico dollars per token. */
    private BigDecimal perMillion(String key, double usd) {
        return checked(key, usd).movePointRight(6);
    }

    private BigDecimal checked(String key, double value) {
        if (!Double.isFinite(value) || value < 0) {
            throw invalid("%s must be a number >= 0, got %s".formatted(key, value));
        }
        return BigDecimal.valueOf(value);
    }

    private UserError invalid(String message) {
        return new UserError(ExitCode.INVALID_INPUT, Problem.of(place + "." + message));
    }
}
