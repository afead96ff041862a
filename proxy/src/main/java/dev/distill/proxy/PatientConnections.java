package dev.distill.proxy;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionListener;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Set;

/**
 * Connections of HTTP/1.1 whose patience has an end: the head of a request must be whole a while
 * after its first byte, and a connection that is closed in the middle of a request takes in for a
 * moment what is still on its way, so that its caller gets to read why.
 */
final class PatientConnections implements ServerConnectionSelector {
    private final Http1ConnectionSelector http;
    private final Patience patience;

    /**
     * How long is waited for callers.
     *
     * @param head from the first byte of a request to the end of its headers
     * @param linger after the last word, for what is on its way
     * @param quiet nothing of it for so long means that there is none
     * @param lingerBytes of it at most
     */
    record Patience(Duration head, Duration linger, Duration quiet, long lingerBytes) {
        /** What is usual. */
        static final Patience USUAL =
                new Patience(
                        Duration.ofSeconds(15),
                        Duration.ofSeconds(10),
                        Duration.ofMillis(500),
                        256L << 20);
    }

    /** Ends a connection before its request has been read. */
    static final class UnreadException extends CloseConnectionException {
        private static final long serialVersionUID = 1;

        UnreadException() {
            super("the rest of the request is of no interest");
        }
    }

    /**
     * @param caller hears whose requests come
     */
    PatientConnections(CallerConnections caller, Patience patience) {
        this.patience = patience;
        this.http =
                Http1ConnectionSelector.builder()
                        .config(
                                Http1Config.builder()
                                        .addReceiveListener(new Received(caller))
                                        .addSendListener(new Sent())
                                        .build())
                        .build();
    }

    /**
     * Hears how far a request has come.
     *
     * @param caller hears of it too; the server tells only a single listener of the first line
     */
    private record Received(CallerConnections caller) implements Http1ConnectionListener {
        @Override
        public void prologue(ConnectionContext connection, HttpPrologue prologue) {
            ((PatientConnection) connection).head().begins();
            caller.isFor(connection);
        }

        @Override
        public void headers(ConnectionContext connection, Headers headers) {
            ((PatientConnection) connection).head().ends();
        }
    }

    /** Hears that the next request may come. */
    private static final class Sent implements Http1ConnectionListener {
        @Override
        public void status(ConnectionContext connection, Status status) {
            ((PatientConnection) connection).head().isAwaited();
        }
    }

    @Override
    public ServerConnection connection(ConnectionContext accepted) {
        PatientConnection connection = new PatientConnection(accepted, patience);
        return connection.serving(http.connection(connection));
    }

    @Override
    public int bytesToIdentifyConnection() {
        return http.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
        return http.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return http.supportedApplicationProtocols();
    }
}
