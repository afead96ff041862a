package dev.distill.proxy.upstream;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A call over HTTP/1.1, its five clocks included. */
final class HttpCall implements Call {
    /**
     * A pooled connection that the provider was just closing fails this soon; work takes longer.
     */
    private static final long RACE_NANOS = Duration.ofSeconds(1).toNanos();

    /** What is left of an answer that said it was complete is not worth waiting longer for. */
    private static final long FINISH_NANOS = Duration.ofMillis(200).toNanos();

    private static final int MOST_FINISH_BYTES = 65_536;

    /** When a call is overdue, and by which clock. */
    private record Alarm(long at, Fault fault) {
        Alarm or(Alarm other) {
            return other.at - at < 0 ? other : this;
        }
    }

    private final Ask ask;
    private final ConnectionPool pool;
    private final Watchdog watchdog;
    private final long start = System.nanoTime();
    private final Alarm total;
    private final Alarm headers;
    private final Alarm firstToken;
    private final Body stream = new Body();

    private volatile Alarm alarm;
    private volatile boolean committed;
    private volatile boolean finishing;
    private boolean begun;
    private boolean sent;

    /** Guarded by this: what ended the call, and whether the connection has gone back. */
    private @Nullable Fault ended;

    private boolean released;
    private @Nullable HttpConnection connection;
    private @Nullable ResponseHead head;
    private @Nullable BodyReader body;

    HttpCall(Ask ask, ConnectionPool pool, Watchdog watchdog) {
        this.ask = ask;
        this.pool = pool;
        this.watchdog = watchdog;
        this.total = alarm(ask.clocks().total(), Fault.TOTAL_TIMEOUT);
        this.headers = alarm(ask.clocks().headers(), Fault.HEADERS_TIMEOUT).or(total);
        this.firstToken = alarm(ask.clocks().firstToken(), Fault.FIRST_TOKEN_TIMEOUT).or(total);
        this.alarm = ask.stream() ? headers.or(firstToken) : headers;
    }

    /**
     * Sends the request and reads the head of the answer. A request that fails on a connection used
     * before, at once and without a byte of an answer, has met a provider that was just closing an
     * idle connection, and is sent again on a fresh one; that is not another attempt.
     */
    void open(Dialler dialler, byte[] request) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException(); // or every pooled connection we look at would close
        }
        try {
            HttpConnection first = attach(connection(dialler));
            try {
                exchange(first, request);
            } catch (IOException e) {
                boolean race = System.nanoTime() - start < RACE_NANOS;
                if (!first.used() || first.answered() || !race || over()) {
                    throw e;
                }
                first.close();
                sent = false;
                exchange(attach(dialler.dial(connectTime())), request);
            }
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw failure(e, false);
        }
        alarm = total;
    }

    @Override
    public int status() {
        return head().status();
    }

    @Override
    public Optional<String> header(String name) {
        return head().header(name);
    }

    @Override
    public InputStream body() {
        return stream;
    }

    @Override
    public void committed() {
        committed = true;
    }

    @Override
    public void finishing() {
        finishing = true;
    }

    @Override
    public void finish() {
        Alarm soon = new Alarm(System.nanoTime() + FINISH_NANOS, Fault.CLOSED).or(total);
        try {
            byte[] rest = new byte[4096];
            int count = 0;
            for (int read = 0; read >= 0 && count < MOST_FINISH_BYTES; count += read) {
                read = stream.read(rest, 0, rest.length, soon);
            }
        } catch (UpstreamException _) {
            // the answer was complete; only its connection cannot be used again
        } finally {
            close();
        }
    }

    @Override
    public String errorText() {
        byte[] bytes = new byte[4096];
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            for (int count = 0; count >= 0 && all.size() < MOST_ERROR_BYTES; ) {
                all.write(bytes, 0, count);
                count = stream.read(bytes, 0, bytes.length);
            }
        } catch (UpstreamException _) {
            // its status is what matters; an error that is cut is an error still
        }
        return ask.key().redact(all.toString(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        end(Fault.CLOSED);
    }

    /** Ends the call when it is overdue. */
    void check(long now) {
        Alarm current = alarm;
        if (now - current.at >= 0) {
            end(current.fault);
        }
    }

    /** Ends the call, unless it has ended. */
    void end(Fault fault) {
        watchdog.remove(this);
        synchronized (this) {
            if (ended != null || released) {
                return;
            }
            ended = fault;
            if (connection != null) {
                connection.close();
            }
        }
    }

    private HttpConnection connection(Dialler dialler) throws InterruptedException {
        Optional<HttpConnection> pooled = pool.take();
        return pooled.isPresent() ? pooled.get() : dialler.dial(connectTime());
    }

    private Duration connectTime() {
        long left = Math.max(1, total.at - System.nanoTime());
        return Duration.ofNanos(Math.min(left, ask.clocks().connect().toNanos()));
    }

    private synchronized HttpConnection attach(HttpConnection fresh) {
        connection = fresh;
        if (ended != null) {
            fresh.close();
        }
        return fresh;
    }

    private void exchange(HttpConnection to, byte[] request) throws IOException {
        try {
            to.send(request, ask.body());
            sent = true;
        } catch (IOException e) {
            readHead(to, e);
            return;
        }
        readHead(to, null);
    }

    /** A provider may answer before it has read everything, and hang up. */
    private void readHead(HttpConnection from, @Nullable IOException sending) throws IOException {
        try {
            head = ResponseHead.read(from);
            body = new BodyReader(from, head);
        } catch (IOException e) {
            throw sending == null ? e : sending;
        }
        if (body.ended()) {
            release();
        }
    }

    private synchronized boolean over() {
        return ended != null || Thread.currentThread().isInterrupted();
    }

    private void release() {
        watchdog.remove(this);
        HttpConnection back;
        synchronized (this) {
            if (ended != null || released || connection == null || body == null) {
                return;
            }
            released = true;
            back = connection;
        }
        if (body.endsWithConnection()) {
            back.close();
        } else {
            pool.give(back, head());
        }
    }

    private ResponseHead head() {
        if (head == null) {
            throw new IllegalStateException("the call is not open");
        }
        return head;
    }

    private Alarm alarm(Duration time, Fault fault) {
        return new Alarm(start + time.toNanos(), fault);
    }

    /** The clock that runs while somebody waits for more of the body. */
    private Alarm reading() {
        if (!ask.stream() && !begun) {
            return headers;
        }
        if (ask.stream() && !committed) {
            return firstToken;
        }
        Duration idle = ask.clocks().idle();
        Duration wait = finishing && LAST_WORDS.compareTo(idle) < 0 ? LAST_WORDS : idle;
        return new Alarm(System.nanoTime() + wait.toNanos(), Fault.IDLE_TIMEOUT).or(total);
    }

    private UpstreamException failure(IOException e, boolean answering) {
        Fault known;
        synchronized (this) {
            known = ended;
        }
        Fault fault =
                known != null
                        ? known
                        : switch (e) {
                            case ResponseHead.NotHttp _ -> Fault.NOT_HTTP;
                            case EOFException _ when answering -> Fault.TRUNCATED;
                            default -> Fault.CONNECTION_LOST;
                        };
        return new UpstreamException(fault, message(fault, e), sent, e);
    }

    private String message(Fault fault, IOException e) {
        Clocks clocks = ask.clocks();
        return switch (fault) {
            case HEADERS_TIMEOUT -> "no answer within " + clocks.headers().toMillis() + " ms";
            case FIRST_TOKEN_TIMEOUT -> "no token within " + clocks.firstToken().toMillis() + " ms";
            case IDLE_TIMEOUT -> "nothing more for " + clocks.idle().toMillis() + " ms";
            case TOTAL_TIMEOUT -> "not done within " + clocks.total().toMillis() + " ms";
            case CLOSED -> "the call was closed";
            case NOT_HTTP -> "the provider does not speak HTTP: " + e.getMessage();
            case DNS_FAILED,
                    CONNECT_FAILED,
                    TLS_FAILED,
                    CONNECT_TIMEOUT,
                    CONNECTION_LOST,
                    TRUNCATED,
                    TOO_LARGE ->
                    "lost the connection: " + e.getMessage();
        };
    }

    /** The body as a stream. */
    private final class Body extends InputStream {
        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            return length == 0 ? 0 : read(bytes, offset, length, reading());
        }

        /** Takes no more memory than the answer needs: the usual way is blocks of 16 KiB. */
        @Override
        public byte[] readNBytes(int most) throws IOException {
            return super.readNBytes(body == null ? most : body.atMost(most));
        }

        @Override
        public void close() {
            HttpCall.this.close();
        }

        private int read(byte[] bytes, int offset, int length, Alarm until) {
            BodyReader reader = body;
            if (reader == null) {
                throw new IllegalStateException("the call is not open");
            }
            if (reader.ended()) {
                return -1;
            }
            alarm = until;
            try {
                int count = reader.read(bytes, offset, length);
                begun = true;
                if (reader.ended()) {
                    release();
                }
                return count;
            } catch (IOException e) {
                UpstreamException failure = failure(e, true);
                HttpCall.this.close();
                throw failure;
            } finally {
                alarm = total;
            }
        }
    }
}
