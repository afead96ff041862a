package dev.distill.proxy;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.ProxyConfig;
import dev.distill.config.UserError;
import dev.distill.proxy.ledger.StoreReader;
import dev.distill.proxy.ledger.StoreWriter;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The proxy on its port. Callers speak the OpenAI dialect to {@link #uri()} and name a route as
 * their {@code model}; {@link Headers} lists what else they can ask for and learn.
 *
 * <p>Safe for use by many threads. One process at a time should spend the money of a job: limits
 * are kept in memory and read from the ledger when a job is first seen.
 */
public final class ProxyServer implements AutoCloseable {
    private static final Duration SHUTDOWN = Duration.ofMillis(500);

    /** Held here, since the log manager forgets the level of a logger that nobody holds. */
    private static final Logger SERVER_LOG = Logger.getLogger("io.helidon");

    private final InetSocketAddress address;
    private final Duration drain;
    private final Resources resources;
    private final HttpFront front;
    private final WebServer server;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ProxyServer(ProxyConfig config, Resources resources, Surroundings surroundings) {
        this.address = ListenAddress.parse(config.listen());
        this.drain = config.timeouts().total();
        this.resources = resources;
        Router router = new Router(config.retry().attempts(), resources.budgets(), surroundings);
        this.front =
                new HttpFront(
                        new Gateway(
                                resources.routes(),
                                resources.reader(),
                                resources.writer(),
                                router,
                                surroundings),
                        resources.routes());
        this.server = started(address, front);
    }

    /** What is opened before the port and closed after it. */
    private record Resources(Routes routes, StoreReader reader, StoreWriter writer, Budgets budgets)
            implements AutoCloseable {
        static Resources open(Routes routes, Path storeFile) {
            StoreReader reader = StoreReader.open(storeFile);
            try {
                StoreWriter writer = StoreWriter.open(storeFile);
                return new Resources(routes, reader, writer, new Budgets(reader::charged));
            } catch (RuntimeException e) {
                reader.close();
                throw e;
            }
        }

        @Override
        public void close() {
            try (routes;
                    reader;
                    writer) {
                // closes in the opposite order, all of them whatever happens
            }
        }
    }

    /**
     * Starts listening.
     *
     * @param storeFile the SQLite file of paid answers and ledger, made when there is none
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
        return start(config, storeFile, environment, localRoutes, Surroundings.real());
    }

    static ProxyServer start(
            ProxyConfig config,
            Path storeFile,
            Map<String, String> environment,
            List<LocalRoute> localRoutes,
            Surroundings surroundings) {
        Routes routes = Routes.open(config, environment, localRoutes, surroundings);
        Resources resources;
        try {
            resources = Resources.open(routes, storeFile);
        } catch (RuntimeException e) {
            routes.close();
            throw e;
        }
        try {
            return new ProxyServer(config, resources, surroundings);
        } catch (RuntimeException e) {
            resources.close();
            throw e;
        }
    }

    /** Everything before {@code /v1/chat/completions}. */
    public URI uri() {
        return ListenAddress.uri(address, server.port());
    }

    /** Lets requests under way finish within their time limit, then frees everything, once. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        try {
            front.drain(drain);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            server.stop();
            resources.close();
        }
    }

    /** What the job has spent and what its running calls may still cost, for tests. */
    Budgets.Account account(String job) {
        return resources.budgets().account(job);
    }

    private static WebServer started(InetSocketAddress address, HttpFront front) {
        if (SERVER_LOG.getLevel() == null) {
            SERVER_LOG.setLevel(Level.OFF);
        }
        checkFree(address);
        HttpRouting.Builder routing = HttpRouting.builder();
        front.addTo(routing);
        WebServer server =
                WebServer.builder()
                        .address(address.getAddress())
                        .port(address.getPort())
                        .shutdownHook(false)
                        .shutdownGracePeriod(SHUTDOWN)
                        .directHandlers(errorsInOurShape())
                        .addRouting(routing)
                        .build();
        server.start();
        if (!server.isRunning()) { // it logs what went wrong instead of throwing it
            throw cannotListen(address, new BindException("the address is in use"));
        }
        return server;
    }

    /** Finds out why an address cannot be had; the server itself would not say. */
    private static void checkFree(InetSocketAddress address) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(address);
        } catch (IOException e) {
            throw cannotListen(address, e);
        }
    }

    /** Errors that the server finds before a request reaches our handlers. */
    private static DirectHandlers errorsInOurShape() {
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
            handlers.addHandler(type, ProxyServer::direct);
        }
        return handlers.build();
    }

    private static DirectHandler.TransportResponse direct(
            DirectHandler.TransportRequest request,
            DirectHandler.EventType type,
            Status status,
            ServerResponseHeaders headers,
            String message) {
        String kind = status.code() < 500 ? "invalid_request_error" : "server_error";
        ApiError error = ApiError.of(status.code(), kind, "http_error", message);
        return DirectHandler.TransportResponse.builder()
                .status(status)
                .headers(headers)
                .header(HeaderNames.CONTENT_TYPE, "application/json")
                .keepAlive(type.keepAlive())
                .entity(error.json())
                .build();
    }

    private static UserError cannotListen(InetSocketAddress address, IOException cause) {
        String at = address.getAddress().getHostAddress() + ":" + address.getPort();
        Problem problem =
                Problem.of("cannot listen on %s: %s".formatted(at, cause.getMessage()))
                        .withHint(
                                "stop what listens there, or set listen to port 0 for a free one");
        return new UserError(ExitCode.INVALID_INPUT, problem, cause);
    }
}
