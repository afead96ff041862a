package dev.distill.proxy.money;

import dev.distill.config.ProxyConfig.Limit;
import dev.distill.proxy.money.RateLimitedException.Measure;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Most requests and tokens per minute. Safe for use by many threads. Its memory is bounded by the
 * names that were active in the last minute or so: a meter that has run empty is dropped.
 */
public final class RateLimits {
    private static final Duration SWEEP = Duration.ofMinutes(1);

    private final List<Rule> rules;
    private final InstantSource clock;
    private final Map<Key, Meter> meters;
    private final AtomicReference<Instant> swept;

    private record Rule(Selector selector, Measure measure, int perMinute) {}

    private record Key(Selector selector, Scope scope, Measure measure) {}

    /** A limit that a request falls under. */
    private record Bound(Key key, Meter meter) {}

    private RateLimits(
            List<Rule> rules,
            InstantSource clock,
            Map<Key, Meter> meters,
            AtomicReference<Instant> swept) {
        this.rules = List.copyOf(rules);
        this.clock = clock;
        this.meters = meters;
        this.swept = swept;
    }

    /** Limits under which nothing was used yet. */
    public static RateLimits of(List<Limit> limits, InstantSource clock) {
        return new RateLimits(
                rules(limits),
                clock,
                new ConcurrentHashMap<>(),
                new AtomicReference<>(clock.instant()));
    }

    /** Other limits, which remember what was used in the last minute. */
    public RateLimits reloaded(List<Limit> limits) {
        return new RateLimits(rules(limits), clock, meters, swept);
    }

    private static List<Rule> rules(List<Limit> limits) {
        List<Rule> rules = new ArrayList<>();
        for (Limit limit : limits) {
            Selector selector = Selector.of(limit);
            limit.rpm().map(rpm -> new Rule(selector, Measure.REQUESTS, rpm)).ifPresent(rules::add);
            limit.tpm().map(tpm -> new Rule(selector, Measure.TOKENS, tpm)).ifPresent(rules::add);
        }
        return rules;
    }

    /**
     * Lets a request in, or not.
     *
     * @param estimatedTokens that it may use, input and output; an estimate above a limit is let in
     *     when nothing else was
     * @throws RateLimitedException when a limit is reached; then it counts to none
     */
    public Permit acquire(Who who, long estimatedTokens) {
        Instant now = clock.instant();
        sweep(now);
        List<Bound> taken = new ArrayList<>();
        boolean whole = false;
        try {
            for (Rule rule : rules) {
                rule.selector()
                        .scope(who, Optional.empty(), Optional.empty())
                        .ifPresent(scope -> taken.add(take(rule, scope, estimatedTokens, now)));
            }
            whole = true;
            return permit(taken, estimatedTokens, now);
        } finally {
            if (!whole) {
                taken.forEach(bound -> giveBack(bound, estimatedTokens));
            }
        }
    }

    private Bound take(Rule rule, Scope scope, long tokens, Instant now) {
        Key key = new Key(rule.selector(), scope, rule.measure());
        Meter meter =
                meters.compute(
                        key,
                        (_, known) ->
                                (known == null ? new Meter(rule.perMinute(), now) : known)
                                        .opened(rule.perMinute(), now));
        Duration wait = meter.take(amount(rule.measure(), tokens), now);
        if (wait.isPositive()) {
            Quota quota = meter.quota(now);
            meter.closed();
            throw new RateLimitedException(scope, rule.measure(), quota, wait);
        }
        return new Bound(key, meter);
    }

    private static void giveBack(Bound bound, long tokens) {
        bound.meter().correct(-amount(bound.key().measure(), tokens));
        bound.meter().closed();
    }

    private static long amount(Measure measure, long tokens) {
        return switch (measure) {
            case REQUESTS -> 1;
            case TOKENS -> tokens;
        };
    }

    private static Permit permit(List<Bound> taken, long estimatedTokens, Instant now) {
        List<Meter> requests = meters(taken, Measure.REQUESTS);
        List<Meter> tokens = meters(taken, Measure.TOKENS);
        return new Permit(
                requests, tokens, estimatedTokens, quotas(requests, now), quotas(tokens, now));
    }

    private static List<Meter> meters(List<Bound> taken, Measure measure) {
        return taken.stream()
                .filter(bound -> bound.key().measure() == measure)
                .map(Bound::meter)
                .toList();
    }

    private static List<Quota> quotas(List<Meter> meters, Instant now) {
        return meters.stream().map(meter -> meter.quota(now)).toList();
    }

    /** Drops the meters that have run empty, at most once a minute. */
    private void sweep(Instant now) {
        Instant last = swept.get();
        boolean due = now.isBefore(last) || !now.isBefore(last.plus(SWEEP));
        if (due && swept.compareAndSet(last, now)) {
            meters.keySet()
                    .forEach(
                            key ->
                                    meters.computeIfPresent(
                                            key, (_, meter) -> meter.idle(now) ? null : meter));
        }
    }

    /** How many meters there are, for whoever watches the memory. */
    public int size() {
        return meters.size();
    }
}
