package dev.distill.proxy;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.proxy.PatientConnections.Patience;
import dev.distill.proxy.PatientConnections.UnreadException;
import dev.distill.proxy.wire.Codecs;
import dev.distill.proxy.wire.Dialect;
import io.helidon.common.tls.Tls;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;

/** The HTTP server under the endpoints: its address, its errors, its connections. */
final class HttpServer {
    private static final HeaderName FETCH_SITE = HeaderNames.create("sec-fetch-site");

    /** Names of this machine, and what tests and sidecars call it. */
    private static final Pattern LOCAL =
            Pattern.compile(
                    "(localhost|127(\\.[0-9]{1,3}){3}|\\[::1]|[A-Za-z0-9_-]+)?(:[0-9]{1,5})?");

    private static final Duration SHUTDOWN = Duration.ofMillis(500);

    /** Held here, since the log manager forgets the level of a logger that nobody holds. */
    private static final Logger SERVER_LOG = Logger.getLogger("io.helidon");

    private HttpServer() {}

    /**
     * Starts listening.
     *
     * @param needsKey whether callers need a key at this moment
     * @throws UserError when the address cannot be had
     */
    static WebServer start(
            InetSocketAddress address,
            BooleanSupplier needsKey,
            Admin admin,
            HttpFront front,
            CallerConnections connections,
            Optional<ServedCertificate> certificate) {
        if (SERVER_LOG.getLevel() == null) {
            SERVER_LOG.setLevel(Level.OFF);
        }
        checkFree(address);
        HttpRouting.Builder routing =
                HttpRouting.builder()
                        .addFilter(HttpServer::closing)
                        .addFilter(notFromPages(needsKey));
        admin.addTo(routing);
        front.addTo(routing);
        WebServerConfig.Builder builder =
                WebServer.builder()
                        .address(address.getAddress())
                        .port(address.getPort())
                        .shutdownHook(false)
                        .connectionOptions(Doorkeeper.of(certificate.isPresent()))
                        .useNio(false) // which holds two buffers of 8 KiB for each connection
                        .shutdownGracePeriod(SHUTDOWN)
                        .protocolsDiscoverServices(false)
                        .addConnectionSelector(new PatientConnections(connections, Patience.USUAL))
                        .contentEncoding(BodyCoding.untouched())
                        .errorHandling(errors -> errors.includeEntity(true))
                        .directHandlers(new HttpErrors(front.ids()).handlers())
                        .addRouting(routing);
        certificate.ifPresent(
                shown -> builder.tls(Tls.builder().sslContext(shown.context()).build()));
        WebServer server = builder.build();
        server.start();
        if (!server.isRunning()) { // it logs what went wrong instead of throwing it
            throw cannotListen(address, new BindException("the address is in use"));
        }
        return server;
    }

    /**
     * Any page in a browser can post to an address of this machine. Where nobody needs a key, what
     * comes from a page, or names another host, is refused.
     */
    private static Filter notFromPages(BooleanSupplier needsKey) {
        return (chain, request, response) -> {
            if (!needsKey.getAsBoolean() && isFromPage(request)) {
                response.status(Status.FORBIDDEN_403);
                response.header(HeaderNames.CONTENT_TYPE, "application/json");
                response.send(
                        Codecs.forCaller(Dialect.OPENAI_CHAT)
                                .writeError(
                                        Refusals.forbidden(
                                                "from_a_page",
                                                "web pages may use this proxy only with keys: make some with distill keys create"),
                                        "")
                                .toString());
                return;
            }
            chain.proceed();
        };
    }

    private static boolean isFromPage(RoutingRequest request) {
        String host = request.headers().first(HeaderNames.HOST).orElse("");
        return request.headers().contains(HeaderNames.ORIGIN)
                || request.headers().first(FETCH_SITE).filter(s -> !s.equals("none")).isPresent()
                || !LOCAL.matcher(host).matches();
    }

    /** The server says that it closes a connection, but leaves that to its client. */
    private static void closing(
            FilterChain chain, RoutingRequest request, RoutingResponse response) {
        chain.proceed();
        if (response.headers().containsToken(HeaderValues.CONNECTION_CLOSE)) {
            response.commit();
            throw new UnreadException();
        }
        if (request.headers().containsToken(HeaderValues.CONNECTION_CLOSE)) {
            response.commit();
            throw new CloseConnectionException("the caller wants no other request");
        }
    }

    /** Finds out why an address cannot be had; the server itself would not say. */
    private static void checkFree(InetSocketAddress address) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(address);
        } catch (IOException e) {
            throw cannotListen(address, e);
        }
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
