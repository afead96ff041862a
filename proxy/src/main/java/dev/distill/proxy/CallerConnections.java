package dev.distill.proxy;

import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.ConnectionContext;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The connections under the requests: whose answer takes long is looked after there, since a server
 * that waits for its provider does not read, and so would not hear a caller hang up.
 */
final class CallerConnections {
    /** Clients must understand it at any time, and wait on (RFC 9110, 15.2). */
    private static final byte[] CONTINUE =
            "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    @SuppressWarnings("ThreadLocalUsage") // one server, one of these
    private final ThreadLocal<ConnectionContext> current = new ThreadLocal<>();

    /** This thread answers requests of that connection from now on. */
    void isFor(ConnectionContext connection) {
        current.set(connection);
    }

    /** The connection of the request that this thread answers. */
    Optional<CallerConnection> current() {
        return Optional.ofNullable(current.get()).map(CallerConnection::new);
    }

    /** One of them. */
    record CallerConnection(ConnectionContext context) {
        /** How it is, as far as the table knows. */
        TcpTable.State state(TcpTable table) {
            return context.remotePeer().address() instanceof InetSocketAddress remote
                    ? table.state(context.localPeer().port(), remote)
                    : TcpTable.State.OPEN;
        }

        /**
         * Says something that means nothing, before an answer has begun. Whoever has closed the
         * connection answers that it is no more, so that the next time this fails.
         */
        void say() {
            context.dataWriter().writeNow(BufferData.create(CONTINUE));
        }
    }
}
