package dev.distill.proxy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ConfigFile;
import dev.distill.config.Problem;
import dev.distill.config.ProxyConfig;
import dev.distill.config.ProxyFile;
import dev.distill.config.Secrets;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Takes over a proxy file that has changed, and the files it names: keys, secrets, prices,
 * certificates. A file that cannot be used leaves the old configuration where it is; its problems
 * are logged once for each change, and {@link #successful()} says no until it is mended.
 *
 * <p>It looks once a second rather than being told, which works with every editor and file system:
 * a file that is replaced, linked elsewhere or gone for a moment is just another content. A change
 * is taken over when two looks in a row find the same, so that a file half written is left alone.
 */
final class ConfigWatch implements AutoCloseable {
    private static final Logger LOG = System.getLogger(ConfigWatch.class.getName());
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Path file;
    private final Plan plan;
    private final InstantSource clock;
    private final Map<Path, FileStamp> seen = new HashMap<>();
    private List<Path> watched;
    private boolean changing;
    private volatile Counts counts;
    private volatile List<String> waitingForStart = List.of();
    private volatile boolean closed;

    /** Builds everything of a configuration and then swaps it in, or changes nothing. */
    @FunctionalInterface
    interface Plan {
        /**
         * Takes a configuration over.
         *
         * @return the keys that change at the next start only
         * @throws UserError when it cannot work
         */
        List<String> take(ConfigFile<ProxyConfig> config);
    }

    private record Counts(long successes, long failures, boolean successful, Instant last) {}

    /**
     * @param config what is in use already
     */
    ConfigWatch(ConfigFile<ProxyConfig> config, Plan plan, InstantSource clock) {
        this.file = config.file();
        this.plan = plan;
        this.clock = clock;
        this.counts = new Counts(0, 0, true, clock.instant());
        this.watched = files(config.value());
        watched.forEach(path -> seen.put(path, FileStamp.of(path, clock.instant())));
    }

    /** Looks once a second from now on, until it is closed. */
    ConfigWatch start() {
        Thread.ofVirtual().name("reload").start(this::run);
        return this;
    }

    /**
     * Reads the files and takes them over, whether they have changed or not.
     *
     * @return everything that is wrong with them; nothing when they are in use now
     */
    synchronized List<Problem> reload() {
        try {
            ConfigFile<ProxyConfig> config = ProxyFile.read(file);
            watched = files(config.value());
            watched.forEach(
                    path -> seen.computeIfAbsent(path, p -> FileStamp.of(p, clock.instant())));
            List<String> waiting = plan.take(config);
            counts = new Counts(counts.successes() + 1, counts.failures(), true, clock.instant());
            waitingForStart = waiting;
            LOG.log(Level.INFO, "took over " + file);
            if (!waiting.isEmpty()) {
                LOG.log(
                        Level.WARNING,
                        "changed, but in force from the next start on: "
                                + String.join(", ", waiting));
            }
            return List.of();
        } catch (UserError e) {
            return failed(e.problems());
        } catch (RuntimeException e) {
            return failed(List.of(Problem.of("a defect in distill: " + e)));
        }
    }

    private List<Problem> failed(List<Problem> problems) {
        counts = new Counts(counts.successes(), counts.failures() + 1, false, counts.last());
        for (Problem problem : problems) {
            LOG.log(Level.WARNING, "the old configuration stays: " + problem);
        }
        return problems;
    }

    /** What {@code POST /admin/reload} says about problems, and of keys that have to wait. */
    ObjectNode json(List<Problem> problems) {
        ObjectNode json = Json.object();
        json.put("reloaded", problems.isEmpty());
        ArrayNode waiting = json.putArray("at_next_start");
        waitingForStart.forEach(waiting::add);
        ArrayNode list = json.putArray("problems");
        for (Problem problem : problems) {
            ObjectNode one = list.addObject();
            one.put("message", problem.message());
            problem.location().ifPresent(location -> one.put("location", location.toString()));
            problem.hint().ifPresent(hint -> one.put("hint", hint));
        }
        return json;
    }

    /** Looks at the files, and takes them over when they have changed and come to rest. */
    synchronized void look() {
        boolean different = false;
        Instant now = clock.instant();
        for (Path path : watched) {
            FileStamp before = seen.get(path);
            FileStamp stamp = before == null ? FileStamp.of(path, now) : before.again(path, now);
            different |= !stamp.sameContent(before);
            seen.put(path, stamp);
        }
        if (different) {
            changing = true;
        } else if (changing) {
            changing = false;
            reload();
        }
    }

    /** Configurations that were taken over since the start. */
    long successes() {
        return counts.successes();
    }

    /** Configurations that could not be used. */
    long failures() {
        return counts.failures();
    }

    /** Whether the configuration in use is the one on disk, as far as anybody looked. */
    boolean successful() {
        return counts.successful();
    }

    /** Since when the present configuration is in use. */
    Instant since() {
        return counts.last();
    }

    @Override
    public void close() {
        closed = true;
    }

    private void run() {
        while (!closed) {
            LockSupport.parkNanos(LOOK.toNanos());
            if (!closed) {
                look();
            }
        }
    }

    private List<Path> files(ProxyConfig config) {
        List<Path> files = new ArrayList<>(List.of(file));
        config.keys().ifPresent(files::add);
        config.priceFile().ifPresent(files::add);
        config.tls().ifPresent(tls -> files.addAll(List.of(tls.certificate(), tls.privateKey())));
        files.addAll(Secrets.files(config));
        return List.copyOf(files);
    }
}
