package dev.distill.proxy.money;

import dev.distill.config.ProxyConfig.Lot;
import dev.distill.proxy.wire.Usage;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tokens bought in advance. The lot that expires first is used first. What is drawn costs nothing
 * any more; the ledger keeps its share of what was paid. Safe for use by many threads.
 *
 * <p>Tokens are drawn when a call is over, not set aside before it: a call that outruns the last
 * lot pays the rest as usual, which is why its reservation in {@link Budgets} takes the full price.
 */
public final class Lots {
    private final List<Lot> lots;
    private final Map<String, AtomicLong> drawn;

    private Lots(List<Lot> lots, Map<String, AtomicLong> drawn) {
        this.lots = lots.stream().sorted(Comparator.comparing(Lots::lastDay)).toList();
        this.drawn = drawn;
    }

    /** Lots of which nothing is drawn yet, each of a name of its own. */
    public static Lots of(List<Lot> lots) {
        return new Lots(lots, new ConcurrentHashMap<>());
    }

    /** Other lots; those of the same name keep what was drawn. */
    public Lots reloaded(List<Lot> changed) {
        return new Lots(changed, drawn);
    }

    /** Sets what was drawn from a lot according to the ledger, when the proxy starts. */
    public void seed(String lot, long tokens) {
        drawn(lot).set(tokens);
    }

    /** The lot that the next tokens come from; empty when all are used up or none is for them. */
    public Optional<Lot> covering(String provider, String model, Instant when) {
        LocalDate day = LocalDate.ofInstant(when, ZoneOffset.UTC);
        return lots.stream()
                .filter(lot -> usable(lot, provider, model, day) && remaining(lot) > 0)
                .findFirst();
    }

    /** Whether a target should be asked before others because its tokens are paid for. */
    public boolean preferred(String provider, String model, Instant when) {
        return covering(provider, model, when).isPresent();
    }

    /** Tokens that are left in a lot, whether or not it can be used today. */
    public long remaining(Lot lot) {
        return Math.max(0, lot.tokens() - drawn(lot.name()).get());
    }

    /** The lots in the order in which they are used. */
    public List<Lot> all() {
        return lots;
    }

    /** Takes the tokens of an answer out of the lots, as far as they go. */
    public Drawdown draw(String provider, String model, Instant when, Usage usage) {
        LocalDate day = LocalDate.ofInstant(when, ZoneOffset.UTC);
        long tokens = Math.addExact(usage.input(), usage.output());
        long left = tokens;
        List<Drawdown.Draw> draws = new ArrayList<>();
        for (Lot lot : lots) {
            if (left > 0 && usable(lot, provider, model, day)) {
                Drawdown.Draw draw = draw(lot, left);
                if (draw.tokens() > 0) {
                    draws.add(draw);
                    left -= draw.tokens();
                }
            }
        }
        return new Drawdown(draws, tokens, left);
    }

    private Drawdown.Draw draw(Lot lot, long most) {
        AtomicLong counter = drawn(lot.name());
        long before = counter.getAndUpdate(d -> Math.max(d, Math.min(d + most, lot.tokens())));
        long tokens = Math.max(0, Math.min(most, lot.tokens() - before));
        return new Drawdown.Draw(
                lot.name(), tokens, paidFor(lot, before + tokens) - paidFor(lot, before));
    }

    /** The share of the price that the first tokens of a lot have; shares add up to all of it. */
    private static long paidFor(Lot lot, long tokens) {
        return BigInteger.valueOf(Usd.nano(lot.usd()))
                .multiply(BigInteger.valueOf(tokens))
                .divide(BigInteger.valueOf(lot.tokens()))
                .longValueExact();
    }

    static boolean usable(Lot lot, String provider, String model, LocalDate day) {
        return lot.provider().equals(provider)
                && (lot.models().isEmpty() || lot.models().contains(model))
                && !day.isBefore(lot.from().orElse(LocalDate.MIN))
                && !day.isAfter(lastDay(lot));
    }

    private static LocalDate lastDay(Lot lot) {
        return lot.expires().orElse(LocalDate.MAX);
    }

    private AtomicLong drawn(String lot) {
        return drawn.computeIfAbsent(lot, _ -> new AtomicLong());
    }
}
