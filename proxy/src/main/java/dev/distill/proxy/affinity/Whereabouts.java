package dev.distill.proxy.affinity;

import dev.distill.files.Digest;
import dev.distill.proxy.aside.Aside;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Where things are that only their provider knows: a response, an item of it, a file, the thoughts
 * of a session. At most a fixed number is remembered, the ones asked for least recently are
 * forgotten first, and none is remembered longer than OpenAI keeps responses. Names are kept as
 * hashes: they come from callers and providers, and may be long.
 *
 * <p>Safe for use by many threads; nobody waits for a file.
 */
public final class Whereabouts implements AutoCloseable {
    /** Each takes about a hundred bytes. */
    static final int MOST = 20_000;

    static final Duration FOR = Duration.ofDays(30);

    /** What is written down is at most so old; until then a crash forgets it. */
    private static final Duration EVERY = Duration.ofSeconds(5);

    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final Map<Long, Known> known = new LinkedHashMap<>(16, 0.75f, true);
    private final WhereaboutsFile file;
    private final InstantSource clock;
    private final AtomicBoolean unsaved = new AtomicBoolean();
    private final Aside<Boolean> saver;

    /** A place and since when it is known, in seconds since 1970. */
    record Known(Place place, long since) {}

    private Whereabouts(Path file, InstantSource clock) {
        this.file = new WhereaboutsFile(file);
        this.clock = clock;
        this.file.read().forEach(this::keep);
        this.saver =
                new Aside<>(
                        "whereabouts", new Aside.Limits(8, 8, EVERY, CLOSING), _ -> 1, _ -> save());
    }

    /** Goes on with what a file has, made when there is none; a damaged one is logged and lost. */
    public static Whereabouts open(Path file, InstantSource clock) {
        return new Whereabouts(file, clock);
    }

    /** Something is there. */
    public void put(String name, Place place) {
        keep(hash(name), new Known(place, clock.instant().getEpochSecond()));
        if (unsaved.compareAndSet(false, true)) {
            saver.offer(true);
        }
    }

    /** Where something is, if anybody remembers. */
    public Optional<Place> find(String name) {
        long hash = hash(name);
        long oldest = clock.instant().minus(FOR).getEpochSecond();
        synchronized (known) {
            return Optional.ofNullable(known.get(hash))
                    .filter(found -> found.since() >= oldest)
                    .map(Known::place);
        }
    }

    private void keep(long hash, Known place) {
        synchronized (known) {
            known.put(hash, place);
            if (known.size() > MOST) {
                known.remove(known.keySet().iterator().next());
            }
        }
    }

    private static long hash(String name) {
        return Long.parseUnsignedLong(Digest.of(name).hex(), 0, 16, 16);
    }

    private void save() {
        unsaved.set(false);
        Map<Long, Known> all;
        synchronized (known) {
            all = new LinkedHashMap<>(known);
        }
        file.write(all);
    }

    /** Writes down what is not yet. */
    @Override
    public void close() {
        saver.close();
    }
}
