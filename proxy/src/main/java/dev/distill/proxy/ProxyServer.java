package dev.distill.proxy;

import dev.distill.config.ConfigFile;
import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.ProxyConfig;
import dev.distill.config.Secrets;
import dev.distill.config.UserError;
import dev.distill.proxy.affinity.Whereabouts;
import dev.distill.proxy.ledger.Database;
import dev.distill.proxy.ledger.Ledger;
import dev.distill.proxy.ledger.StoreReader;
import dev.distill.proxy.money.Account;
import dev.distill.proxy.recording.Recorder;
import dev.distill.proxy.recording.RecordingSink;
import dev.distill.proxy.routing.Balancer;
import dev.distill.proxy.sessions.Sessions;
import dev.distill.proxy.telemetry.Metrics;
import dev.distill.proxy.telemetry.Traces;
import dev.distill.proxy.telemetry.Vocabulary;
import dev.distill.proxy.upstream.CassetteRecorder;
import dev.distill.proxy.upstream.Provider;
import dev.distill.proxy.upstream.Upstreams;
import io.helidon.webserver.WebServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * The proxy on its port. Callers speak the OpenAI or the Anthropic dialect to {@link #uri()} and
 * name a route as their {@code model}; {@link Headers} lists what else they can ask for and learn.
 *
 * <p>Safe for use by many threads. Budgets are counted in this process, and learnt from the ledger
 * when it starts: one process at a time should spend the money of a budget.
 */
public final class ProxyServer implements AutoCloseable {
    /** Loads no student. */
    static final Function<Path, Provider> NO_STUDENTS =
            folder -> {
                throw new UserError(
                        ExitCode.INVALID_INPUT,
                        Problem.of(
                                "this proxy serves no students, and %s is one".formatted(folder)));
            };

    /** What is under way may take so long once the proxy is to stop. */
    private static final Duration DRAIN = Duration.ofSeconds(30);

    private final InetSocketAddress address;
    private final Map<String, String> environment;
    private final Plans plans;
    private final Sessions sessions;
    private final HttpFront front;
    private final ProxyConfig started;
    private final Optional<ServedCertificate> certificate;
    private final Parts parts;
    private final WebServer server;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ProxyServer(Setting setting, Parts parts) {
        ProxyConfig config = setting.config();
        Surroundings surroundings = setting.surroundings();
        this.environment = setting.environment();
        this.started = config;
        this.certificate = config.tls().map(ServedCertificate::new);
        this.parts = parts;
        Ledger ledger = parts.own(ledger(setting));
        StoreReader store = parts.own(StoreReader.open(setting.storeFile()));
        Observers observers = observers(setting);
        this.plans =
                parts.own(
                        new Plans(
                                config,
                                new Upstreams(
                                        environment,
                                        surroundings.clock(),
                                        surroundings.sleeper(),
                                        surroundings.random(),
                                        setting.students()),
                                setting.localRoutes(),
                                new Counted(
                                        ledger, store, surroundings.clock(), surroundings.random()),
                                observers.metrics(),
                                surroundings.clock()));
        this.sessions =
                parts.own(
                        Sessions.open(
                                config.runaway(),
                                setting.storeFile()
                                        .toAbsolutePath()
                                        .resolveSibling("sessions.json"),
                                environment,
                                new SteadyClock(surroundings.clock())));
        this.address =
                ListenAddress.parse(
                        config.listen(),
                        config.keys().isPresent()
                                ? ListenAddress.Callers.NEED_A_KEY
                                : ListenAddress.Callers.NEED_NO_KEY);
        Intake intake = new Intake(config.capacity());
        SignsOfLife signs = parts.own(new SignsOfLife());
        Answering answering =
                new Answering(router(setting), ledger, store, observers.recordings(), signs);
        CallerConnections connections = new CallerConnections();
        this.front =
                new HttpFront(
                        new Gateway(
                                plans::current,
                                answering,
                                sessions,
                                observers,
                                surroundings.clock()),
                        intake,
                        signs,
                        new RequestIds(surroundings.random()),
                        connections);
        Optional<ConfigWatch> watch =
                setting.file()
                        .map(file -> new ConfigWatch(file, this::reload, surroundings.clock()));
        new Readings(
                        plans::current,
                        sessions,
                        ledger,
                        intake,
                        observers,
                        watch,
                        surroundings.clock())
                .addTo(observers.metrics());
        Admin admin =
                new Admin(
                        intake,
                        plans::current,
                        sessions,
                        ledger,
                        observers.metrics(),
                        watch,
                        surroundings.clock());
        this.server =
                HttpServer.start(
                        address,
                        () -> plans.current().keys().isPresent(),
                        admin,
                        front,
                        connections,
                        certificate);
        watch.ifPresent(w -> parts.own(w.start()));
    }

    private Observers observers(Setting setting) {
        ProxyConfig config = setting.config();
        Traces traces = parts.own(Traces.open(config.telemetry(), setting.surroundings().clock()));
        Optional<Recorder> recorder =
                setting.recordings()
                        .flatMap(
                                sinks ->
                                        config.recording()
                                                .map(
                                                        recording ->
                                                                new Recorder(
                                                                        recording.redact(),
                                                                        sinks.apply(
                                                                                recording
                                                                                        .folder()))));
        recorder.ifPresent(parts::own);
        Optional<CassetteRecorder> cassette = setting.cassette().map(CassetteRecorder::new);
        cassette.ifPresent(parts::own);
        return new Observers(
                new Metrics(Vocabulary.of(config)), traces, new Recordings(recorder, cassette));
    }

    /** Everything that a server is started with. */
    private record Setting(
            ProxyConfig config,
            Optional<ConfigFile<ProxyConfig>> file,
            Path storeFile,
            Map<String, String> environment,
            List<LocalRoute> localRoutes,
            Optional<Function<Path, RecordingSink>> recordings,
            Optional<Path> cassette,
            Function<Path, Provider> students,
            Surroundings surroundings) {}

    /** What is closed in the opposite order in which it was opened. */
    private static final class Parts implements AutoCloseable {
        private final Deque<AutoCloseable> opened = new ArrayDeque<>();

        <T extends AutoCloseable> T own(T part) {
            opened.push(part);
            return part;
        }

        @Override
        public void close() {
            RuntimeException failed = null;
            for (AutoCloseable part : opened) {
                try {
                    part.close();
                } catch (Exception e) {
                    if (failed == null) {
                        failed = new IllegalStateException("the proxy did not close", e);
                    } else {
                        failed.addSuppressed(e);
                    }
                }
            }
            if (failed != null) {
                throw failed;
            }
        }
    }

    /**
     * Starts listening.
     *
     * @param storeFile the SQLite file of paid answers, made when there is none; the local log of
     *     the ledger and stopped sessions are beside it
     * @param environment where {@code env:NAME} secrets are looked up
     * @param localRoutes models in this process; closed with the server, also when the start fails
     * @throws UserError when the configuration cannot work, a credential is missing, the port is
     *     taken or the store cannot be used
     */
    public static ProxyServer start(
            ProxyConfig config,
            Path storeFile,
            Map<String, String> environment,
            List<LocalRoute> localRoutes) {
        return start(config, storeFile, environment, localRoutes, NO_STUDENTS);
    }

    /**
     * The same, with students.
     *
     * @param students loads the student of a folder, for providers that are one
     */
    public static ProxyServer start(
            ProxyConfig config,
            Path storeFile,
            Map<String, String> environment,
            List<LocalRoute> localRoutes,
            Function<Path, Provider> students) {
        return start(config, storeFile, environment, localRoutes, students, Surroundings.real());
    }

    /**
     * Starts listening by a file, which is watched: when it changes, the proxy goes on by the new
     * one.
     *
     * @param storeFile the SQLite file of paid answers, made when there is none
     * @param environment where {@code env:NAME} secrets are looked up
     * @param recordings what writes recordings to a folder
     * @param cassette a file that all answers are recorded to, for provider kind {@code replay}
     * @param students loads the student of a folder, for providers that are one
     * @throws UserError when the configuration cannot work, a credential is missing, the port is
     *     taken or the store cannot be used
     */
    public static ProxyServer start(
            ConfigFile<ProxyConfig> file,
            Path storeFile,
            Map<String, String> environment,
            Function<Path, RecordingSink> recordings,
            Optional<Path> cassette,
            Function<Path, Provider> students) {
        return start(
                new Setting(
                        file.value(),
                        Optional.of(file),
                        storeFile,
                        environment,
                        List.of(),
                        Optional.of(recordings),
                        cassette,
                        students,
                        Surroundings.real()));
    }

    static ProxyServer start(
            ProxyConfig config,
            Path storeFile,
            Map<String, String> environment,
            List<LocalRoute> localRoutes,
            Function<Path, Provider> students,
            Surroundings surroundings) {
        return start(
                new Setting(
                        config,
                        Optional.empty(),
                        storeFile,
                        environment,
                        localRoutes,
                        Optional.empty(),
                        Optional.empty(),
                        students,
                        surroundings));
    }

    private static ProxyServer start(Setting setting) {
        setting.file().ifPresent(file -> Secrets.check(file, setting.environment()));
        Parts parts = new Parts();
        setting.localRoutes().forEach(route -> parts.own(route.provider()));
        try {
            return new ProxyServer(setting, parts);
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    /**
     * Goes on by a changed configuration, or throws and changes nothing.
     *
     * @return the keys that change at the next start only
     */
    private List<String> reload(ConfigFile<ProxyConfig> file) {
        ProxyConfig config = file.value();
        Secrets.check(file, environment);
        if (config.keys().isEmpty() && !address.getAddress().isLoopbackAddress()) {
            throw UserError.invalid(
                    file.at("keys"),
                    "keys is gone, and %s is not a loopback address".formatted(config.listen()),
                    "callers from elsewhere must need a key");
        }
        Optional<ServedCertificate.Loaded> shown =
                certificate.flatMap(served -> config.tls().map(served::load));
        plans.reload(config, () -> sessions.update(config.runaway(), environment));
        shown.ifPresent(next -> certificate.orElseThrow().show(next));
        return StartKeys.changed(started, config);
    }

    /** Everything before {@code /v1/chat/completions}. */
    public URI uri() {
        String scheme = certificate.isPresent() ? "https" : "http";
        return ListenAddress.uri(scheme, address, server.port());
    }

    /**
     * Takes no more requests, lets those under way finish within half a minute, then frees
     * everything, once.
     */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        try {
            front.drain(DRAIN);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            server.stop();
            parts.close();
        }
    }

    /** What the job has spent and what its running calls may still cost, for tests. */
    Account account(String job) {
        return plans.current().budgets().job(job);
    }

    private static Ledger ledger(Setting setting) {
        ProxyConfig.Ledger config = setting.config().ledger();
        return Ledger.open(
                new Ledger.Settings(
                        setting.storeFile(),
                        Database.of(config, setting.environment()),
                        config.keep()),
                setting.surroundings().clock());
    }

    private Router router(Setting setting) {
        Surroundings surroundings = setting.surroundings();
        Path file = setting.storeFile().toAbsolutePath().resolveSibling("whereabouts.json");
        return new Router(
                new Balancer(surroundings.random()),
                new Opening(surroundings.clock()),
                surroundings.sleeper(),
                new QuotaAlarm(sessions::tell, surroundings.clock()),
                parts.own(Whereabouts.open(file, surroundings.clock())));
    }
}
