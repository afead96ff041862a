package dev.distill.proxy.sessions;

import dev.distill.config.ProxyConfig.Rung;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/** Whether measures reach a rung, and the words for it. */
final class Ladder {
    private static final BigDecimal NANO = BigDecimal.valueOf(1_000_000_000L);

    private Ladder() {}

    /** What is measured. */
    record Measures(long spentNanoUsd, long nanoUsdPerMinute, Duration age, int sameCall) {}

    /**
     * Why the rung is reached, if it is.
     *
     * @param factor how much higher the rung is than written
     */
    static Optional<String> reached(Rung rung, long factor, Measures measures) {
        return rung.usd()
                .filter(usd -> measures.spentNanoUsd() >= nano(usd, factor))
                .map(
                        usd ->
                                "it has cost %s usd, the limit is %s"
                                        .formatted(
                                                shown(measures.spentNanoUsd()),
                                                shown(nano(usd, factor))))
                .or(() -> tooFast(rung, factor, measures))
                .or(() -> tooOld(rung, factor, measures))
                .or(() -> tooRepetitive(rung, factor, measures));
    }

    private static Optional<String> tooFast(Rung rung, long factor, Measures measures) {
        return rung.usdPerMinute()
                .filter(usd -> measures.nanoUsdPerMinute() >= nano(usd, factor))
                .map(
                        usd ->
                                "it costs %s usd a minute, the limit is %s"
                                        .formatted(
                                                shown(measures.nanoUsdPerMinute()),
                                                shown(nano(usd, factor))));
    }

    private static Optional<String> tooOld(Rung rung, long factor, Measures measures) {
        return rung.age()
                .map(age -> age.multipliedBy(factor))
                .filter(age -> measures.age().compareTo(age) >= 0)
                .map(
                        age ->
                                "it has run for %d minutes, the limit is %d"
                                        .formatted(measures.age().toMinutes(), age.toMinutes()));
    }

    private static Optional<String> tooRepetitive(Rung rung, long factor, Measures measures) {
        return rung.sameCall()
                .filter(most -> measures.sameCall() >= most * factor)
                .map(
                        most ->
                                "it made the same call %d times, the limit is %d"
                                        .formatted(measures.sameCall(), most * factor));
    }

    private static long nano(double usd, long factor) {
        BigDecimal exact =
                BigDecimal.valueOf(usd).multiply(NANO).multiply(BigDecimal.valueOf(factor));
        return exact.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValue();
    }

    private static String shown(long nanoUsd) {
        return SessionView.usd(nanoUsd).toPlainString();
    }
}
