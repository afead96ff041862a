package dev.distill.proxy;

import dev.distill.proxy.CallerConnections.CallerConnection;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The caller's end of an HTTP connection. One thread sends the answer; another one may send signs
 * of life between two pieces of it.
 */
final class HttpOutlet implements Outlet {
    /** Proxies on the way close connections that are silent for a minute, some earlier. */
    private static final long SILENCE_NANOS = Duration.ofSeconds(10).toNanos();

    /** Nobody waits longer for a caller to take or to send something. */
    private static final long STUCK_NANOS = Duration.ofSeconds(60).toNanos();

    private static final byte[] SIGN_OF_LIFE = ": keep-alive\n\n".getBytes(StandardCharsets.UTF_8);
    private static final HeaderName BUFFERING = HeaderNames.create("x-accel-buffering");

    private final ServerResponse response;
    private final Optional<CallerConnection> connection;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable OutputStream stream;
    private boolean begun;
    private boolean brokenOff;
    private volatile long lastNanos = System.nanoTime();
    private volatile long waitingSince;
    private volatile boolean calledOut;

    /**
     * @param connection that the response goes to, where it is known
     */
    HttpOutlet(ServerResponse response, Optional<CallerConnection> connection) {
        this.response = response;
        this.connection = connection;
    }

    /** Lets the server close a connection without the end that its stream lacks. */
    static final class BrokenOffException extends RuntimeException {
        private static final long serialVersionUID = 1;

        BrokenOffException() {
            super("the stream ended before the answer", null, false, false);
        }
    }

    /** The caller's turn begins: they have a while to send their request, or to take an answer. */
    void waits() {
        waitingSince = System.nanoTime() | 1; // 0 stands for not waiting
    }

    /** The caller's turn is over. */
    void goesOn() {
        waitingSince = 0;
    }

    @Override
    public boolean isStuck() {
        long since = waitingSince;
        return since != 0 && System.nanoTime() - since > STUCK_NANOS;
    }

    /** Something that is sent. */
    @FunctionalInterface
    private interface Sending {
        void run() throws IOException;
    }

    @Override
    public void note(Map<String, String> headers) {
        lock.lock();
        try {
            if (!begun) {
                head(headers);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void whole(int status, byte[] body, Map<String, String> headers)
            throws ClientGoneException {
        send(
                () -> {
                    begun = true;
                    response.status(Status.create(status));
                    response.header(HeaderNames.CONTENT_TYPE, "application/json");
                    head(headers);
                    response.send(body);
                });
    }

    @Override
    public void begin(Map<String, String> headers) throws ClientGoneException {
        send(() -> open(headers));
    }

    private void open(Map<String, String> headers) {
        if (begun) {
            return; // a sign of life had to go out before anybody knew these headers
        }
        begun = true;
        response.header(HeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8");
        response.header(HeaderNames.CACHE_CONTROL, "no-cache");
        response.header(BUFFERING, "no"); // nginx would collect the events
        head(headers);
        stream = response.outputStream();
    }

    @Override
    public void write(byte[] bytes) throws ClientGoneException {
        send(() -> push(bytes));
    }

    private void push(byte[] bytes) throws IOException {
        if (stream == null) {
            throw new IllegalStateException("the stream has not begun");
        }
        stream.write(bytes);
        stream.flush();
    }

    @Override
    public void end() throws ClientGoneException {
        send(
                () -> {
                    if (stream == null) {
                        throw new IllegalStateException("the stream has not begun");
                    }
                    stream.close();
                });
    }

    @Override
    public void breakOff(byte[] last) {
        brokenOff = true;
        try {
            write(last);
        } catch (ClientGoneException _) {
            // then nobody misses it
        }
    }

    @Override
    public void signOfLife() throws ClientGoneException {
        if (System.nanoTime() - lastNanos < SILENCE_NANOS || !lock.tryLock()) {
            return; // something was sent just now, or is being sent
        }
        try {
            open(Map.of());
            push(SIGN_OF_LIFE);
            lastNanos = System.nanoTime();
        } catch (IOException | RuntimeException e) {
            throw new ClientGoneException(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean seemsGone(TcpTable connections) {
        TcpTable.State state =
                connection.map(c -> c.state(connections)).orElse(TcpTable.State.OPEN);
        return switch (state) {
            case OPEN -> false;
            case NO_MORE_TO_COME -> !calledOut || System.nanoTime() - lastNanos >= SILENCE_NANOS;
            case GONE -> true;
        };
    }

    @Override
    public void callOut() throws ClientGoneException {
        if (!lock.tryLock()) {
            return; // an answer is being sent
        }
        try {
            if (!begun) {
                calledOut = true;
                connection.orElseThrow().say();
                lastNanos = System.nanoTime();
            }
        } catch (RuntimeException e) {
            throw new ClientGoneException(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean hasBegun() {
        lock.lock();
        try {
            return begun;
        } finally {
            lock.unlock();
        }
    }

    /**
     * To be called when the work on a request is over.
     *
     * @throws BrokenOffException when the connection has to break
     */
    void finish() {
        if (brokenOff) {
            throw new BrokenOffException();
        }
    }

    private void send(Sending sending) throws ClientGoneException {
        lock.lock();
        waits();
        try {
            sending.run();
            lastNanos = System.nanoTime();
        } catch (IOException | RuntimeException e) {
            throw new ClientGoneException(e);
        } finally {
            goesOn();
            lock.unlock();
        }
    }

    private void head(Map<String, String> headers) {
        headers.forEach((name, value) -> response.header(HeaderNames.create(name), value));
    }
}
