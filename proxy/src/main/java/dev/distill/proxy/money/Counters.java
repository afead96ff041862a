package dev.distill.proxy.money;

import dev.distill.config.ProxyConfig.Period;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * All counters and open reservations; they outlive the budgets over them. There is a counter for
 * each name that a budget counts, and for each job; of jobs, those unused for long are forgotten
 * when there are many, because the ledger knows them.
 */
final class Counters {
    private static final int MANY_JOBS = 10_000;
    private static final Duration LONG_UNUSED = Duration.ofHours(1);
    private static final Duration SWEEP = Duration.ofSeconds(1);

    private final InstantSource clock;
    private final Duration lease;
    private final ToLongFunction<String> spentByJob;
    private final Map<Key, Counter> counters = new ConcurrentHashMap<>();
    private final Map<String, Counter> jobs = new ConcurrentHashMap<>();
    private final Set<Reservation> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong made = new AtomicLong();
    private final AtomicReference<Instant> swept = new AtomicReference<>(Instant.EPOCH);

    private record Key(Scope scope, Period per) {}

    Counters(InstantSource clock, Duration lease, ToLongFunction<String> spentByJob) {
        this.clock = clock;
        this.lease = lease;
        this.spentByJob = spentByJob;
    }

    Instant now() {
        return clock.instant();
    }

    Counter of(Scope scope, Period per) {
        return counters.computeIfAbsent(
                new Key(scope, per), _ -> new Counter(made.getAndIncrement(), scope, per));
    }

    /** The counter of a job; it stays at least as long as a job is long unused from now on. */
    Counter ofJob(String name, Instant now) {
        return jobs.compute(
                name,
                (_, known) -> {
                    Counter job = known == null ? newJob(name, now) : known;
                    job.used = now;
                    return job;
                });
    }

    private Counter newJob(String name, Instant now) {
        Counter job = new Counter(made.getAndIncrement(), Scope.ofJob(name), Period.EVER);
        job.add(now, spentByJob.applyAsLong(name));
        return job;
    }

    Stream<Counter> all() {
        return counters.values().stream();
    }

    void keep(Predicate<Counter> wanted) {
        counters.values().removeIf(wanted.negate());
    }

    Reservation opened(
            Map<Counter, Counter.Sums> holds, long worst, List<Account> warnings, Instant now) {
        List<Reservation.Hold> list = new ArrayList<>(holds.size());
        holds.forEach((counter, sums) -> list.add(new Reservation.Hold(counter, sums)));
        Reservation reservation =
                new Reservation(list, worst, now.plus(lease), warnings, open::remove);
        open.add(reservation);
        return reservation;
    }

    long reservedNanoUsd() {
        return open.stream().mapToLong(Reservation::worstNanoUsd).sum();
    }

    /** Lets leases run out, at most once a second, and forgets jobs. */
    void sweep(Instant now) {
        Instant last = swept.get();
        boolean due = now.isBefore(last) || !now.isBefore(last.plus(SWEEP));
        if (!due || !swept.compareAndSet(last, now)) {
            return;
        }
        open.forEach(reservation -> reservation.lapse(now));
        if (jobs.size() > MANY_JOBS) {
            Instant before = now.minus(LONG_UNUSED);
            jobs.keySet()
                    .forEach(
                            name ->
                                    jobs.computeIfPresent(
                                            name, (_, job) -> job.idle(before) ? null : job));
        }
    }
}
