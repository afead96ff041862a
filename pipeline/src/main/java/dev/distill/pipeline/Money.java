package dev.distill.pipeline;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Money in billionths of a US dollar, as the ledger counts it. */
final class Money {
    private static final int NANO_DIGITS = 9;

    private Money() {}

    /** A decimal number of dollars, such as a header carries, in billionths, rounded. */
    static long nano(String usd) {
        return new BigDecimal(usd)
                .movePointRight(NANO_DIGITS)
                .setScale(0, RoundingMode.HALF_UP)
                .longValueExact();
    }

    /** Billionths as dollars. */
    static double usd(long nanoUsd) {
        return BigDecimal.valueOf(nanoUsd, NANO_DIGITS).doubleValue();
    }
}
