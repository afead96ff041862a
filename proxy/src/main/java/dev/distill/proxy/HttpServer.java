package dev.distill.proxy;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.ProxyConfig;
import dev.distill.config.UserError;
import dev.distill.proxy.wire.Codecs;
import dev.distill.proxy.wire.Dialect;
import io.helidon.common.tls.Tls;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The HTTP server under the endpoints: its address, its errors, its connections. */
final class HttpServer {
    private static final Duration SHUTDOWN = Duration.ofMillis(500);

    /** Held here, since the log manager forgets the level of a logger that nobody holds. */
    private static final Logger SERVER_LOG = Logger.getLogger("io.helidon");

    private HttpServer() {}

    /**
     * Starts listening.
     *
     * @throws UserError when the address cannot be had
     */
    static WebServer start(
            ProxyConfig config, InetSocketAddress address, Admin admin, HttpFront front) {
        if (SERVER_LOG.getLevel() == null) {
            SERVER_LOG.setLevel(Level.OFF);
        }
        checkFree(address);
        HttpRouting.Builder routing = HttpRouting.builder().addFilter(HttpServer::closing);
        admin.addTo(routing);
        front.addTo(routing);
        WebServerConfig.Builder builder =
                WebServer.builder()
                        .address(address.getAddress())
                        .port(address.getPort())
                        .shutdownHook(false)
                        .shutdownGracePeriod(SHUTDOWN)
                        .directHandlers(errorsInOurShape())
                        .addRouting(routing);
        config.tls()
                .ifPresent(
                        tls ->
                                builder.tls(
                                        Tls.builder().sslContext(TlsFiles.context(tls)).build()));
        WebServer server = builder.build();
        server.start();
        if (!server.isRunning()) { // it logs what went wrong instead of throwing it
            throw cannotListen(address, new BindException("the address is in use"));
        }
        return server;
    }

    /** The server says that it closes a connection, but leaves that to its client. */
    private static void closing(
            FilterChain chain, RoutingRequest request, RoutingResponse response) {
        chain.proceed();
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

    /** Errors that the server finds before a request reaches our handlers. */
    private static DirectHandlers errorsInOurShape() {
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
            handlers.addHandler(type, HttpServer::direct);
        }
        return handlers.build();
    }

    private static DirectHandler.TransportResponse direct(
            DirectHandler.TransportRequest request,
            DirectHandler.EventType type,
            Status status,
            ServerResponseHeaders headers,
            String message) {
        return DirectHandler.TransportResponse.builder()
                .status(status)
                .headers(headers)
                .header(HeaderNames.CONTENT_TYPE, "application/json")
                .keepAlive(type.keepAlive())
                .entity(
                        Codecs.forCaller(Dialect.OPENAI_CHAT)
                                .writeError(Refusals.http(status.code(), message), "")
                                .toString())
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
