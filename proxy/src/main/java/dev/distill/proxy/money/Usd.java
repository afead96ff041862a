package dev.distill.proxy.money;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Amounts of US dollars as whole nano dollars. */
public final class Usd {
    /** A thousand million dollars; no single amount is larger, so that sums stay within a long. */
    static final long MOST_NANO_USD = 1_000_000_000_000_000_000L;

    private static final int NANO_DIGITS = 9;

    private Usd() {}

    /** As a plain decimal in dollars. */
    public static String text(long nanoUsd) {
        BigDecimal usd = BigDecimal.valueOf(nanoUsd, NANO_DIGITS).stripTrailingZeros();
        return usd.toPlainString();
    }

    /** Dollars as they are written in a file, rounded down to a whole nano dollar. */
    public static long nano(double usd) {
        return BigDecimal.valueOf(usd)
                .movePointRight(NANO_DIGITS)
                .setScale(0, RoundingMode.FLOOR)
                .min(BigDecimal.valueOf(MOST_NANO_USD))
                .longValueExact();
    }
}
