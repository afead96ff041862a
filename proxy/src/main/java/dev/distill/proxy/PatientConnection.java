package dev.distill.proxy;

import dev.distill.proxy.PatientConnections.Patience;
import dev.distill.proxy.PatientConnections.UnreadException;
import dev.distill.proxy.wire.Codecs;
import dev.distill.proxy.wire.Dialect;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.spi.ServerConnection;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.LockSupport;

/** One of {@link PatientConnections}: it sees every byte that its caller sends. */
final class PatientConnection implements ConnectionContext {
    private static final Duration LOOK = Duration.ofMillis(50);

    private final ConnectionContext accepted;
    private final Patience patience;
    private final RequestHeadClock head;
    private final DataReader reader = DataReader.create(this::more);
    private volatile long lastByteNanos = System.nanoTime();

    PatientConnection(ConnectionContext accepted, Patience patience) {
        this.accepted = accepted;
        this.patience = patience;
        this.head = new RequestHeadClock(patience.head(), this::tooSlow);
    }

    /** How long the head of a request takes. */
    RequestHeadClock head() {
        return head;
    }

    /** The same, served by somebody. */
    ServerConnection serving(ServerConnection served) {
        return new Lingering(served);
    }

    private byte[] more() {
        head.waits();
        byte[] bytes;
        try {
            bytes = accepted.serverSocket().get();
        } catch (UncheckedIOException e) {
            throw new ServerConnectionException("nothing can be read from the caller", e);
        }
        head.begins();
        return bytes;
    }

    /** Nobody else writes: the server is waiting for this request. */
    private void tooSlow() {
        String body =
                Codecs.forCaller(Dialect.OPENAI_CHAT)
                        .writeError(
                                Refusals.http(
                                        408,
                                        "the head of the request was not complete after %d s"
                                                .formatted(patience.head().toSeconds())),
                                "")
                        .toString();
        String answer =
                "HTTP/1.1 408 Request Timeout\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s"
                        .formatted(body.getBytes(StandardCharsets.UTF_8).length, body);
        try {
            dataWriter().writeNow(BufferData.create(answer.getBytes(StandardCharsets.UTF_8)));
        } catch (RuntimeException _) {
            // it has gone already
        } finally {
            hangUp();
        }
    }

    private void hangUp() {
        try {
            accepted.serverSocket().close();
        } catch (RuntimeException _) {
            // it is closed already
        }
    }

    /** Takes in what is on its way: closed at once, the caller would lose the answer over it. */
    private void linger() {
        Thread reading = Thread.currentThread();
        lastByteNanos = System.nanoTime();
        Thread guard = Thread.ofVirtual().name("linger").start(() -> guard(reading));
        try {
            long left = patience.lingerBytes();
            while (left > 0) {
                byte[] bytes = accepted.serverSocket().get();
                if (bytes == null) {
                    return;
                }
                left -= bytes.length;
                lastByteNanos = System.nanoTime();
            }
        } catch (RuntimeException _) {
            // closed, by the caller or by the guard
        } finally {
            guard.interrupt();
        }
    }

    private void guard(Thread reading) {
        long end = System.nanoTime() + patience.linger().toNanos();
        while (reading.isAlive() && !Thread.currentThread().isInterrupted()) {
            long now = System.nanoTime();
            if (now > end || now - lastByteNanos > patience.quiet().toNanos()) {
                hangUp();
                return;
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    /** The server's connection with a longer end. */
    private final class Lingering implements ServerConnection, InterruptableTask<Void> {
        private final ServerConnection served;
        private volatile boolean closed;

        Lingering(ServerConnection served) {
            this.served = served;
        }

        @Override
        public void handle(Limit limit) throws InterruptedException {
            try {
                served.handle(limit);
            } catch (UnreadException e) {
                linger();
                throw e;
            } finally {
                head.ends();
            }
            if (!closed) {
                linger(); // the server has refused what it could not read
            }
        }

        @Override
        public Duration idleTime() {
            return served.idleTime();
        }

        @Override
        public void close(boolean interrupt) {
            closed = true;
            served.close(interrupt);
        }

        @Override
        public boolean canInterrupt() {
            return served instanceof InterruptableTask<?> task && task.canInterrupt();
        }
    }

    @Override
    public DataReader dataReader() {
        return reader;
    }

    @Override
    public ListenerContext listenerContext() {
        return accepted.listenerContext();
    }

    @Override
    public ExecutorService executor() {
        return accepted.executor();
    }

    @Override
    public DataWriter dataWriter() {
        return accepted.dataWriter();
    }

    @Override
    public Router router() {
        return accepted.router();
    }

    @Override
    public Optional<ProxyProtocolData> proxyProtocolData() {
        return accepted.proxyProtocolData();
    }

    @Override
    public HelidonSocket serverSocket() {
        return accepted.serverSocket();
    }

    @Override
    public PeerInfo remotePeer() {
        return accepted.remotePeer();
    }

    @Override
    public PeerInfo localPeer() {
        return accepted.localPeer();
    }

    @Override
    public boolean isSecure() {
        return accepted.isSecure();
    }

    @Override
    public String socketId() {
        return accepted.socketId();
    }

    @Override
    public String childSocketId() {
        return accepted.childSocketId();
    }
}
