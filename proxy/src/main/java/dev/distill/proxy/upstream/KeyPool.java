package dev.distill.proxy.upstream;

import dev.distill.proxy.wire.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The keys of one provider. A call takes one by weight and by how much of its rate limit is left; a
 * key that was rate limited cools, one that was refused is dead for a while, longer each time. Keys
 * may be replaced: news of one that is no longer here is nobody's.
 */
public final class KeyPool {
    /** A refused key is tried again after this long, and twice as long each time after that. */
    static final Duration FIRST_DEATH = Duration.ofMinutes(1);

    /** A rate limited key rests for this long unless told otherwise, doubling. */
    static final Duration FIRST_REST = Duration.ofSeconds(1);

    /** The longest rest that nobody asked for. */
    static final Duration LONGEST_REST = Duration.ofSeconds(60);

    /** What is known to be used up, or refused again and again, is left alone for this long. */
    static final Duration LONGEST_DEATH = Duration.ofHours(1);

    /** For how long a provider's word about what is left holds without a newer one. */
    private static final Duration NEWS = Duration.ofSeconds(60);

    /** The least share a usable key counts for, so that it is asked now and then and has news. */
    private static final double LEAST_ROOM = 0.01;

    /**
     * A key.
     *
     * @param weight its share of the calls
     * @param rpm requests per minute that it is good for
     * @param tpm tokens per minute that it is good for
     */
    public record Key(Credential credential, double weight, OptionalInt rpm, OptionalInt tpm) {}

    /** What is the matter with a key. */
    public enum State {
        /** Nothing. */
        FINE,
        /** It was rate limited. */
        COOLING,
        /** It was refused. */
        DEAD,
        /** The money or quota behind it is used up. */
        EXHAUSTED
    }

    private volatile List<Slot> slots;
    private final LongSupplier nanoTime;
    private final InstantSource clock;
    private final RandomGenerator random;

    /**
     * @param keys with names of their own; never empty
     */
    public KeyPool(
            List<Key> keys, LongSupplier nanoTime, InstantSource clock, RandomGenerator random) {
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("a pool needs a key, if only one that is nothing");
        }
        this.nanoTime = nanoTime;
        this.clock = clock;
        this.random = random;
        long now = nanoTime.getAsLong();
        this.slots = keys.stream().map(key -> new Slot(key, now)).toList();
    }

    /**
     * Goes on with these keys. What is known of one that has not changed stays known.
     *
     * @return whether one of them is new
     */
    public synchronized boolean renew(List<Key> keys) {
        long now = nanoTime.getAsLong();
        List<Slot> before = slots;
        slots =
                keys.stream()
                        .map(
                                key ->
                                        before.stream()
                                                .filter(slot -> slot.key.equals(key))
                                                .findFirst()
                                                .orElseGet(() -> new Slot(key, now)))
                        .toList();
        return !before.containsAll(slots);
    }

    /** The pool of a provider that wants no key. */
    public static KeyPool none() {
        Key nothing = new Key(new Credential.None(), 1, OptionalInt.empty(), OptionalInt.empty());
        return new KeyPool(
                List.of(nothing),
                System::nanoTime,
                InstantSource.system(),
                RandomGenerator.getDefault());
    }

    /**
     * Takes a key for one call.
     *
     * @param not names of keys that have failed for this request
     * @return empty when no other key is fine
     */
    public synchronized Optional<Credential> take(Set<String> not) {
        long now = nanoTime.getAsLong();
        List<Slot> fine =
                slots.stream()
                        .filter(slot -> !not.contains(slot.name()) && slot.state(now) == State.FINE)
                        .toList();
        return draw(fine, now)
                .map(
                        slot -> {
                            slot.requests.add(1, now);
                            return slot.key.credential();
                        });
    }

    /** Notes what a provider's answer says of the key's rate limit, and that it takes the key. */
    public synchronized void answered(
            Credential key, int status, Function<String, Optional<String>> header) {
        slot(key).ifPresent(slot -> answered(slot, status, header));
    }

    private void answered(Slot slot, int status, Function<String, Optional<String>> header) {
        OptionalDouble share = RetryHints.share(header);
        if (share.isPresent()) {
            Instant at = clock.instant();
            Duration holds = RetryHints.reset(header, at).orElse(NEWS);
            slot.share = share.getAsDouble();
            slot.shareUntil = nanoTime.getAsLong() + holds.toNanos();
        }
        if (status / 100 == 2) {
            slot.deaths = 0;
            slot.rests = 0;
        }
    }

    /** Counts the tokens of a call once they are known. */
    public synchronized void used(Credential key, long tokens) {
        slot(key).ifPresent(slot -> slot.tokens.add((double) tokens, nanoTime.getAsLong()));
    }

    /**
     * Draws the consequences of a refusal for the key. A rate limited one rests for as long as
     * anybody has said so far, unless it is the only one: then its targets rest, for limits are
     * often those of a model. A refused key, or one whose money is used up, is dead for a while.
     *
     * @param hint how long the provider asks to wait
     * @return whether people have to know: what is behind the key is used up, and was not before
     */
    public synchronized boolean failed(Credential key, Refusal.Kind kind, Optional<Duration> hint) {
        return slot(key).map(slot -> failed(slot, kind, hint)).orElse(false);
    }

    private boolean failed(Slot slot, Refusal.Kind kind, Optional<Duration> hint) {
        long now = nanoTime.getAsLong();
        switch (kind) {
            case RATE_LIMITED -> {
                if (slots.size() > 1) {
                    Duration time = hint.orElse(doubled(FIRST_REST, slot.rests++, LONGEST_REST));
                    slot.rest(State.COOLING, now + time.toNanos());
                }
            }
            case CREDENTIALS -> {
                Duration time = doubled(FIRST_DEATH, slot.deaths++, LONGEST_DEATH);
                slot.rest(State.DEAD, now + time.toNanos());
            }
            case QUOTA_EXHAUSTED -> {
                boolean known = slot.state(now) == State.EXHAUSTED;
                slot.rest(State.EXHAUSTED, now + hint.orElse(LONGEST_DEATH).toNanos());
                return !known;
            }
            case CALLER_FAULT,
                    CONTENT_POLICY,
                    CONTEXT_LENGTH,
                    OVERLOADED,
                    TRANSIENT,
                    MODEL_GONE,
                    MALFORMED -> {
                // says nothing about the key
            }
        }
        return false;
    }

    /**
     * Lets a key be used at once, for when somebody has topped up what is behind it.
     *
     * @return whether there is such a key
     */
    public synchronized boolean revive(String name) {
        Optional<Slot> slot = slots.stream().filter(s -> s.name().equals(name)).findFirst();
        slot.ifPresent(s -> s.revive(nanoTime.getAsLong()));
        return slot.isPresent();
    }

    /** How long a key rests; zero when it is fine. */
    public synchronized Duration rest(String name) {
        long now = nanoTime.getAsLong();
        return slots.stream()
                .filter(slot -> slot.name().equals(name))
                .map(slot -> Duration.ofNanos(Math.max(0, slot.restUntil - now)))
                .findFirst()
                .orElseThrow();
    }

    private static Duration doubled(Duration first, int times, Duration most) {
        Duration doubled = first.multipliedBy(1L << Math.min(times, 16));
        return doubled.compareTo(most) < 0 ? doubled : most;
    }

    /** How long until some key is fine; zero when one is. */
    public synchronized Duration wait(Set<String> not) {
        long now = nanoTime.getAsLong();
        return slots.stream()
                .filter(slot -> !not.contains(slot.name()))
                .map(slot -> Duration.ofNanos(Math.max(0, slot.restUntil - now)))
                .min(Duration::compareTo)
                .orElse(LONGEST_DEATH);
    }

    /** The names of the keys. */
    public List<String> names() {
        return slots.stream().map(Slot::name).toList();
    }

    /** What is the matter with a key. */
    public synchronized State state(String name) {
        long now = nanoTime.getAsLong();
        return slots.stream()
                .filter(slot -> slot.name().equals(name))
                .findFirst()
                .orElseThrow()
                .state(now);
    }

    private Optional<Slot> draw(List<Slot> fine, long now) {
        if (fine.size() < 2) {
            return fine.stream().findFirst();
        }
        double[] weights = fine.stream().mapToDouble(slot -> slot.weight(now)).toArray();
        double left = random.nextDouble() * Arrays.stream(weights).sum();
        for (int i = 0; i < weights.length - 1; i++) {
            left -= weights[i];
            if (left < 0) {
                return Optional.of(fine.get(i));
            }
        }
        return Optional.of(fine.getLast());
    }

    private Optional<Slot> slot(Credential key) {
        return slots.stream().filter(slot -> slot.key.credential().equals(key)).findFirst();
    }

    /** A key and what is known of it. */
    private static final class Slot {
        final Key key;
        final Leak requests;
        final Leak tokens;
        State resting = State.FINE;
        long restUntil;
        int deaths;
        int rests;
        double share = 1;
        long shareUntil;

        Slot(Key key, long now) {
            this.key = key;
            this.requests = new Leak(key.rpm(), now);
            this.tokens = new Leak(key.tpm(), now);
            this.restUntil = now;
            this.shareUntil = now;
        }

        String name() {
            return key.credential().name();
        }

        State state(long now) {
            return now - restUntil < 0 ? resting : State.FINE;
        }

        void rest(State state, long until) {
            if (until - restUntil > 0) {
                restUntil = until;
                resting = state;
            }
        }

        void revive(long now) {
            restUntil = now;
            resting = State.FINE;
            deaths = 0;
            rests = 0;
        }

        double weight(long now) {
            double told = now - shareUntil < 0 ? share : 1;
            double room = Math.min(told, Math.min(requests.room(now), tokens.room(now)));
            return key.weight() * Math.max(LEAST_ROOM, room);
        }
    }

    /** A bucket that leaks its size in a minute. */
    private static final class Leak {
        private final double perMinute;
        private double level;
        private long at;

        Leak(OptionalInt perMinute, long now) {
            this.perMinute = perMinute.isPresent() ? perMinute.getAsInt() : 0;
            this.at = now;
        }

        void add(double amount, long now) {
            level = level(now) + amount;
            at = now;
        }

        double room(long now) {
            return perMinute == 0 ? 1 : Math.max(0, 1 - level(now) / perMinute);
        }

        private double level(long now) {
            double minutes = (now - at) / (double) Duration.ofMinutes(1).toNanos();
            return Math.max(0, level - minutes * perMinute);
        }
    }
}
