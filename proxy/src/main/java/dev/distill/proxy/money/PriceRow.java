package dev.distill.proxy.money;

import dev.distill.proxy.wire.Usage;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the tokens of one model cost on one day: a function of their kinds, of how long the input
 * is, and of the tier that the provider served. Immutable.
 *
 * <p>All amounts are whole nano US dollars, rounded up once for a whole bill. A tier without prices
 * of its own costs as the standard one; what searches without a price cost is not known.
 */
public final class PriceRow {
    /** Where a price comes from. */
    public enum Source {
        /** The proxy file. */
        CONFIGURED,
        /** The community price file. */
        PRICE_FILE,
        /** Nobody stated it: what models without a price are taken to cost. */
        ASSUMED
    }

    /** The provider decides by itself: any tier may come. */
    private static final String AUTO = "auto";

    private final Source source;
    private final List<Band> bands;
    private final OptionalInt maxInputTokens;
    private final OptionalInt maxOutputTokens;

    /**
     * The prices of requests with more input than a number of tokens.
     *
     * @param tiers other than the standard one, by the provider's word in lower case
     */
    record Band(long aboveInputTokens, Rates standard, Map<String, Rates> tiers) {
        Band {
            tiers = Map.copyOf(tiers);
        }

        Rates rates(Optional<String> tier) {
            return tier.isEmpty()
                    ? standard
                    : tiers.getOrDefault(tier.get().toLowerCase(Locale.ROOT), standard);
        }
    }

    /**
     * @param bands one of them for any length
     */
    PriceRow(
            Source source,
            List<Band> bands,
            OptionalInt maxInputTokens,
            OptionalInt maxOutputTokens) {
        this.source = source;
        this.bands =
                bands.stream()
                        .sorted(Comparator.comparingLong(Band::aboveInputTokens).reversed())
                        .toList();
        this.maxInputTokens = maxInputTokens;
        this.maxOutputTokens = maxOutputTokens;
    }

    /** Where it comes from. */
    public Source source() {
        return source;
    }

    /** The most that the model reads, where that is known. */
    public OptionalInt maxInputTokens() {
        return maxInputTokens;
    }

    /** Whether it says what a search costs. */
    public boolean pricesSearches() {
        return bands.getLast().standard().pricesSearches();
    }

    /** Whether it says what everything that was used costs. */
    public boolean covers(Usage usage) {
        return usage.webSearches() == 0 || pricesSearches();
    }

    /** The longest answer of the model, where that is known. */
    public OptionalInt maxOutputTokens() {
        return maxOutputTokens;
    }

    /**
     * What an answer cost.
     *
     * @param tier that it was served at, in the provider's word
     */
    public long nanoUsd(Usage usage, Optional<String> tier) {
        return rates(usage.input(), tier).nanoUsd(usage);
    }

    /**
     * What one token or search of a kind costs.
     *
     * @param inputTokens of the whole request
     */
    public BigDecimal usdEach(Kind kind, long inputTokens, Optional<String> tier) {
        return rates(inputTokens, tier).picoUsd(kind).movePointLeft(12);
    }

    /**
     * The most that a call can cost: all tokens of the dearest kind, in the dearest band that it
     * may reach, and all searches.
     *
     * @param kinds that may turn up beside plain input and output
     * @param tier that is asked for; {@code auto} stands for any, and one that is asked for may
     *     still be served as the standard one
     */
    public long worst(
            long inputTokensAtMost,
            long outputTokensAtMost,
            long searchesAtMost,
            Set<Kind> kinds,
            Optional<String> tier) {
        boolean any = tier.filter(AUTO::equalsIgnoreCase).isPresent();
        return bands.stream()
                .filter(band -> band.aboveInputTokens() < Math.max(1, inputTokensAtMost))
                .flatMap(
                        band ->
                                Stream.concat(
                                        Stream.of(band.standard(), band.rates(tier)),
                                        any ? band.tiers().values().stream() : Stream.empty()))
                .mapToLong(
                        rates ->
                                rates.worstNanoUsd(
                                        inputTokensAtMost,
                                        outputTokensAtMost,
                                        searchesAtMost,
                                        kinds))
                .max()
                .orElse(0);
    }

    private Rates rates(long inputTokens, Optional<String> tier) {
        for (Band band : bands) {
            if (inputTokens > band.aboveInputTokens()) {
                return band.rates(tier);
            }
        }
        return bands.getLast().rates(tier);
    }
}
