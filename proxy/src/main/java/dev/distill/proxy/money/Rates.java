package dev.distill.proxy.money;

import dev.distill.proxy.wire.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/**
 * Prices of every {@link Kind} in pico US dollars for one token or search. Nearly all prices are
 * whole pico dollars, and then a bill takes nine multiplications of longs; others are added up as
 * decimals. Either way the sum is exact and only the total is rounded, up to a nano dollar.
 */
final class Rates {
    private static final long PICO_PER_NANO = 1000;
    private static final BigDecimal MOST = BigDecimal.valueOf(Usd.MOST_NANO_USD);
    private static final BigDecimal CACHE_WRITE = new BigDecimal("1.25");
    private static final BigDecimal CACHE_WRITE_HOUR = new BigDecimal("2");
    private static final Kind[] KINDS = Kind.values();

    private final Map<Kind, BigDecimal> exact;

    /** The same as whole numbers; empty when they are none. */
    private final Map<Kind, Long> whole;

    /**
     * @param picoUsd of every kind, none negative
     */
    private Rates(Map<Kind, BigDecimal> picoUsd) {
        this.exact = new EnumMap<>(picoUsd);
        this.whole = whole(exact);
    }

    /**
     * Prices of which only some are stated, plain input and output among them. Others cost as much
     * as the plain kind, but cache writes 1.25 times, and for an hour 2 times, as much as input. A
     * search that is not stated stays without a price, and adds nothing to a bill.
     */
    static Rates completing(Map<Kind, BigDecimal> stated) {
        Map<Kind, BigDecimal> prices = new EnumMap<>(Kind.class);
        prices.putAll(stated);
        BigDecimal input = prices.getOrDefault(Kind.INPUT, BigDecimal.ZERO);
        prices.putIfAbsent(Kind.CACHE_WRITE, input.multiply(CACHE_WRITE));
        prices.putIfAbsent(Kind.CACHE_WRITE_HOUR, input.multiply(CACHE_WRITE_HOUR));
        for (Kind kind : KINDS) {
            if (kind != Kind.WEB_SEARCH) {
                prices.putIfAbsent(kind, prices.getOrDefault(kind.plain(), BigDecimal.ZERO));
            }
        }
        return new Rates(prices);
    }

    private static Map<Kind, Long> whole(Map<Kind, BigDecimal> exact) {
        try {
            Map<Kind, Long> whole = new EnumMap<>(Kind.class);
            exact.forEach((kind, price) -> whole.put(kind, price.longValueExact()));
            return whole;
        } catch (ArithmeticException _) {
            return Map.of();
        }
    }

    BigDecimal picoUsd(Kind kind) {
        BigDecimal price = exact.get(kind);
        return price == null ? BigDecimal.ZERO : price;
    }

    boolean pricesSearches() {
        return exact.containsKey(Kind.WEB_SEARCH);
    }

    /** What an answer costs. */
    long nanoUsd(Usage usage) {
        if (!whole.isEmpty()) {
            try {
                long sum = 0;
                for (Kind kind : KINDS) {
                    long price = Math.multiplyExact(whole.getOrDefault(kind, 0L), kind.of(usage));
                    sum = Math.addExact(sum, price);
                }
                return Math.min(Math.ceilDiv(sum, PICO_PER_NANO), Usd.MOST_NANO_USD);
            } catch (ArithmeticException _) {
                // more than nine million dollars: the decimals know how much
            }
        }
        BigDecimal sum = BigDecimal.ZERO;
        for (Kind kind : KINDS) {
            sum = sum.add(picoUsd(kind).multiply(BigDecimal.valueOf(kind.of(usage))));
        }
        return nano(sum);
    }

    /** The most that so much can cost when all tokens are of the dearest kind. */
    long worstNanoUsd(long inputTokens, long outputTokens, long searches, Set<Kind> kinds) {
        Kind input = dearest(Kind.INPUT, kinds);
        Kind output = dearest(Kind.OUTPUT, kinds);
        if (!whole.isEmpty()) {
            try {
                long sum =
                        Math.addExact(
                                Math.multiplyExact(
                                        whole.getOrDefault(Kind.WEB_SEARCH, 0L), searches),
                                Math.addExact(
                                        Math.multiplyExact(
                                                whole.getOrDefault(input, 0L), inputTokens),
                                        Math.multiplyExact(
                                                whole.getOrDefault(output, 0L), outputTokens)));
                return Math.min(Math.ceilDiv(sum, PICO_PER_NANO), Usd.MOST_NANO_USD);
            } catch (ArithmeticException _) {
                // as above
            }
        }
        return nano(
                picoUsd(input)
                        .multiply(BigDecimal.valueOf(inputTokens))
                        .add(picoUsd(output).multiply(BigDecimal.valueOf(outputTokens)))
                        .add(picoUsd(Kind.WEB_SEARCH).multiply(BigDecimal.valueOf(searches))));
    }

    private Kind dearest(Kind plain, Set<Kind> kinds) {
        Kind dearest = plain;
        for (Kind kind : kinds) {
            if (kind.plain() == plain && picoUsd(kind).compareTo(picoUsd(dearest)) > 0) {
                dearest = kind;
            }
        }
        return dearest;
    }

    /** All tokens at so many times the price; searches cost the same. */
    Rates times(BigDecimal factor) {
        Map<Kind, BigDecimal> prices = new EnumMap<>(exact);
        prices.replaceAll(
                (kind, price) -> kind == Kind.WEB_SEARCH ? price : price.multiply(factor));
        return new Rates(prices);
    }

    /**
     * Other prices: those that are stated, and for the rest the same share of plain input or output
     * as here, rounded up to a whole pico dollar.
     */
    Rates with(Map<Kind, BigDecimal> stated) {
        Map<Kind, BigDecimal> prices = new EnumMap<>(Kind.class);
        for (Kind kind : exact.keySet()) {
            BigDecimal plain = stated.getOrDefault(kind.plain(), picoUsd(kind.plain()));
            BigDecimal otherwise = share(plain, picoUsd(kind), picoUsd(kind.plain()));
            prices.put(kind, stated.getOrDefault(kind, otherwise));
        }
        return new Rates(prices);
    }

    /** {@code whole * part / base}; when the base costs nothing, the dearer of the two others. */
    static BigDecimal share(BigDecimal whole, BigDecimal part, BigDecimal base) {
        if (base.signum() == 0) {
            return whole.max(part);
        }
        return part.compareTo(base) == 0
                ? whole
                : whole.multiply(part).divide(base, 0, RoundingMode.CEILING);
    }

    private static long nano(BigDecimal picoUsd) {
        return picoUsd.movePointLeft(3)
                .setScale(0, RoundingMode.CEILING)
                .min(MOST)
                .longValueExact();
    }
}
