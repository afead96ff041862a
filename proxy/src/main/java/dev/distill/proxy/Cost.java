package dev.distill.proxy;

import dev.distill.config.ProxyConfig.Price;
import dev.distill.proxy.wire.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.OptionalLong;

/** Exact prices of tokens, in whole nano US dollars, rounded up. */
final class Cost {
    /** One dollar per million tokens is a thousand nano dollars per token. */
    private static final BigDecimal NANOS_PER_TOKEN = BigDecimal.valueOf(1000);

    /** A thousand million dollars; keeps sums of absurd prices within a long. */
    private static final BigDecimal MOST = BigDecimal.valueOf(1_000_000_000_000_000_000L);

    private Cost() {}

    /** What an answer cost. */
    static long of(Price price, Usage usage) {
        double cached = price.cachedInput().orElse(price.input());
        return nanos(
                times(price.input(), usage.inputFresh())
                        .add(times(cached, usage.inputCached()))
                        .add(times(price.output(), usage.outputText()))
                        .add(times(price.output(), usage.outputReasoning())));
    }

    /** The most that so many tokens can cost, cached or not. */
    static long atMost(Price price, long inputTokens, long outputTokens) {
        double input = Math.max(price.input(), price.cachedInput().orElse(price.input()));
        return nanos(times(input, inputTokens).add(times(price.output(), outputTokens)));
    }

    /** As a plain decimal in dollars. */
    static String usd(long nanoUsd) {
        BigDecimal usd = BigDecimal.valueOf(nanoUsd, 9).stripTrailingZeros();
        return usd.toPlainString();
    }

    /** As a plain decimal in dollars, or the word for not knowing. */
    static String usd(OptionalLong nanoUsd) {
        return nanoUsd.isPresent() ? usd(nanoUsd.getAsLong()) : Headers.UNKNOWN;
    }

    private static BigDecimal times(double usdPerMillion, long tokens) {
        return BigDecimal.valueOf(usdPerMillion).multiply(BigDecimal.valueOf(tokens));
    }

    private static long nanos(BigDecimal usdPerMillionTimesTokens) {
        return usdPerMillionTimesTokens
                .multiply(NANOS_PER_TOKEN)
                .setScale(0, RoundingMode.CEILING)
                .min(MOST)
                .longValueExact();
    }
}
