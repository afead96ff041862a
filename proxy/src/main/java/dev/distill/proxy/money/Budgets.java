package dev.distill.proxy.money;

import dev.distill.config.ProxyConfig.Budget;
import dev.distill.config.ProxyConfig.Period;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * The most that may be spent, and what has been. The worst case of a call is set aside in every
 * budget that it counts to, or in none, before the call starts; so calls at the same time cannot
 * pass a limit together. A job has a budget of its own when its request names one.
 *
 * <p>Safe for use by many threads. Each counter has a lock that is held for additions only; a call
 * takes those of its counters in one order.
 */
public final class Budgets {
    private final List<Rule> rules;
    private final Counters counters;

    /**
     * A budget as it is written.
     *
     * @param isNew whether its counters have yet to be filled from the ledger
     */
    private record Rule(
            Selector selector, Period per, long limitNanoUsd, long warnNanoUsd, boolean isNew) {
        static Rule of(Who.Job job) {
            long limit = job.maxNanoUsd().orElse(Long.MAX_VALUE);
            return new Rule(Selector.ANYTHING, Period.EVER, limit, Long.MAX_VALUE, false);
        }

        boolean countsLike(Rule other) {
            return selector.equals(other.selector) && per == other.per;
        }

        boolean counts(Counter counter) {
            return per == counter.per && selector.gives(counter.scope);
        }

        Account account(Counter counter, Instant now) {
            counter.lock.lock();
            try {
                return account(counter, counter.at(now));
            } finally {
                counter.lock.unlock();
            }
        }

        Account account(Counter counter, Counter.Sums sums) {
            return new Account(
                    counter.scope,
                    per,
                    sums.window.ends(),
                    sums.spent,
                    sums.reserved,
                    limitNanoUsd,
                    warnNanoUsd);
        }
    }

    /** A limit that a request falls under. */
    private record Bound(Rule rule, Counter counter) {}

    private Budgets(List<Rule> rules, Counters counters) {
        this.rules = List.copyOf(rules);
        this.counters = counters;
    }

    /**
     * Budgets of which nothing is spent yet; {@link #replay} says what is.
     *
     * @param lease for how long a call may hold its reservation; longer than any call takes
     * @param spentByJob nano dollars that a job has spent over all time according to the ledger;
     *     asked when a job is first seen
     */
    public static Budgets of(
            List<Budget> budgets,
            InstantSource clock,
            Duration lease,
            ToLongFunction<String> spentByJob) {
        return new Budgets(rules(budgets, List.of()), new Counters(clock, lease, spentByJob));
    }

    /**
     * Other budgets over the same counters. What was counted stays, and what is reserved is settled
     * there; only budgets that count something new start at nothing and need {@link #replay}.
     */
    public Budgets reloaded(List<Budget> budgets) {
        Budgets changed = new Budgets(rules(budgets, rules), counters);
        counters.keep(counter -> changed.rules.stream().anyMatch(rule -> rule.counts(counter)));
        return changed;
    }

    private static List<Rule> rules(List<Budget> budgets, List<Rule> before) {
        List<Rule> rules = new ArrayList<>();
        for (Budget budget : budgets) {
            long limit = Usd.nano(budget.usd());
            long warn =
                    BigDecimal.valueOf(limit)
                            .multiply(BigDecimal.valueOf(budget.warn()))
                            .setScale(0, RoundingMode.CEILING)
                            .longValueExact();
            Rule rule = new Rule(Selector.of(budget), budget.per(), limit, warn, true);
            boolean known = before.stream().anyMatch(rule::countsLike);
            rules.add(known ? new Rule(rule.selector(), rule.per(), limit, warn, false) : rule);
        }
        return rules;
    }

    /** Whether some limit binds a call, so that its worst case must be known. */
    public boolean binds(Who who, String provider, String model) {
        return who.job().filter(job -> job.maxNanoUsd().isPresent()).isPresent()
                || rules.stream()
                        .anyMatch(
                                rule ->
                                        rule.selector()
                                                .scope(
                                                        who,
                                                        Optional.of(provider),
                                                        Optional.of(model))
                                                .isPresent());
    }

    /**
     * Sets money aside.
     *
     * @throws BudgetExceededException when with it a budget could be passed; then nothing is
     */
    public Reservation reserve(Who who, String provider, String model, long worstNanoUsd) {
        if (worstNanoUsd < 0) {
            throw new IllegalArgumentException("a worst case must be >= 0, got " + worstNanoUsd);
        }
        Instant now = counters.now();
        counters.sweep(now);
        List<Bound> bounds = bounds(who, provider, model, now);
        bounds.forEach(bound -> bound.counter().lock.lock());
        try {
            return reserve(bounds, worstNanoUsd, now);
        } finally {
            bounds.forEach(bound -> bound.counter().lock.unlock());
        }
    }

    private Reservation reserve(List<Bound> bounds, long worst, Instant now) {
        List<Account> warnings = new ArrayList<>();
        Map<Counter, Counter.Sums> holds = new LinkedHashMap<>();
        for (Bound bound : bounds) {
            Counter.Sums sums = bound.counter().at(now);
            Account account = bound.rule().account(bound.counter(), sums);
            if (!account.affords(worst)) {
                throw new BudgetExceededException(account, worst);
            }
            if (account.warns()) {
                warnings.add(account);
            }
            holds.put(bound.counter(), sums);
        }
        holds.values().forEach(sums -> sums.reserved += worst);
        return counters.opened(holds, worst, warnings, now);
    }

    /** The limits of a request, in the order of their counters. */
    private List<Bound> bounds(Who who, String provider, String model, Instant now) {
        List<Bound> bounds = new ArrayList<>();
        for (Rule rule : rules) {
            rule.selector()
                    .scope(who, Optional.of(provider), Optional.of(model))
                    .map(scope -> new Bound(rule, counters.of(scope, rule.per())))
                    .ifPresent(bounds::add);
        }
        who.job()
                .map(job -> new Bound(Rule.of(job), counters.ofJob(job.name(), now)))
                .ifPresent(bounds::add);
        bounds.sort(Comparator.comparingLong(bound -> bound.counter().order));
        return bounds;
    }

    /**
     * From when on {@link #replay} needs to know the ledger: the start of the longest open window
     * of a new budget; empty when there is no new one.
     */
    public Optional<Instant> replayFrom() {
        return rules.stream()
                .filter(Rule::isNew)
                .map(rule -> Window.of(rule.per(), counters.now()).starts())
                .min(Comparator.naturalOrder());
    }

    /**
     * Counts what the ledger says was spent, when the proxy starts or new budgets come in: to new
     * budgets only, and only in windows that are still open. Calls that were running when the
     * process died count as their worst case, and once more with the difference when it is known.
     */
    public void replay(Charge charge) {
        Instant now = counters.now();
        Set<Counter> known = new HashSet<>();
        Set<Counter> open = new HashSet<>();
        for (Rule rule : rules) {
            if (Window.of(rule.per(), charge.at()).equals(Window.of(rule.per(), now))) {
                rule.selector()
                        .scope(
                                charge.who(),
                                Optional.of(charge.provider()),
                                Optional.of(charge.model()))
                        .map(scope -> counters.of(scope, rule.per()))
                        .ifPresent(rule.isNew() ? open::add : known::add);
            }
        }
        open.removeAll(known);
        open.forEach(counter -> counter.add(charge.at(), charge.nanoUsd()));
    }

    /** How every budget stands that was ever asked for, for metrics and administrators. */
    public List<Account> accounts() {
        Instant now = counters.now();
        counters.sweep(now);
        List<Account> accounts = new ArrayList<>();
        for (Rule rule : rules) {
            counters.all()
                    .filter(rule::counts)
                    .map(counter -> rule.account(counter, now))
                    .sorted(Comparator.comparing(account -> account.scope().toString()))
                    .forEach(accounts::add);
        }
        return List.copyOf(accounts);
    }

    /** What a job has spent and reserved. */
    public Account job(String name) {
        Who.Job job = new Who.Job(name, OptionalLong.empty());
        Instant now = counters.now();
        return Rule.of(job).account(counters.ofJob(name, now), now);
    }

    /** What running calls hold in all windows of all budgets together; 0 at rest. */
    public long reservedNanoUsd() {
        return counters.reservedNanoUsd();
    }
}
