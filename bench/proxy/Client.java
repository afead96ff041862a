import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Connections to one place. Any thread sends; one thread of this client reads all answers and tells
 * the {@link Watcher} that each request was sent with.
 */
final class Client implements AutoCloseable {
    private static final int READ_BYTES = 1 << 16;

    private final InetSocketAddress address;
    private final Question question;
    private final Selector selector;
    private final ConcurrentLinkedDeque<Line> idle = new ConcurrentLinkedDeque<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);

    /** Who wants to know what happens to a request; called by the reading thread. */
    interface Watcher {
        /** More tokens have come. */
        void tokens(Line line, long nowNanos);

        /** The answer is complete; the line is free for another request. */
        void answered(Line line, long nowNanos);

        /**
         * The connection broke before the answer was complete; also called by the sending thread.
         */
        void lost(Line line);
    }

    /** A connection, which has one request under way at a time. */
    final class Line {
        private final SocketChannel channel;
        private final ByteBuffer request = question.buffer();
        final Answer answer = new Answer();

        /** Written before the request is sent, so that the reading thread sees what precedes it. */
        private final AtomicReference<Watcher> watcher = new AtomicReference<>();

        long startNanos;
        long firstTokenNanos;
        long lastTokenNanos;
        long longestGapNanos;

        private Line(SocketChannel channel) {
            this.channel = channel;
        }

        /**
         * Sends a request. Synchronized, because the reading thread may send the next one before
         * the thread that sent this one is back from the write, and both use the same buffer.
         *
         * @param startNanos the moment that its times are counted from
         */
        synchronized void send(long startNanos, Watcher watcher) {
            this.startNanos = startNanos;
            firstTokenNanos = 0;
            longestGapNanos = 0;
            answer.reset();
            question.next(request);
            this.watcher.set(watcher);
            try {
                while (request.hasRemaining()) {
                    channel.write(request);
                }
            } catch (IOException _) {
                broken();
            }
        }

        /** Hangs up, whatever is under way. */
        void drop() {
            watcher.set(null);
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Offers the connection to whoever sends next. */
        void rest() {
            if (answer.keptAlive()) {
                idle.push(this);
            } else {
                drop();
            }
        }

        private void ready() {
            try {
                buffer.clear();
                if (channel.read(buffer) < 0) {
                    ended();
                    return;
                }
            } catch (IOException _) {
                broken();
                return;
            }
            long now = System.nanoTime();
            int tokensBefore = answer.tokens();
            boolean complete = answer.take(buffer.flip());
            Watcher told = watcher.get();
            if (told == null) {
                throw new IllegalStateException("an answer that nobody asked for");
            }
            if (answer.tokens() > tokensBefore) {
                gap(now);
                told.tokens(this, now);
            }
            if (complete && watcher.compareAndSet(told, null)) {
                told.answered(this, now);
            }
        }

        private void gap(long now) {
            if (firstTokenNanos == 0) {
                firstTokenNanos = now;
            } else {
                longestGapNanos = Math.max(longestGapNanos, now - lastTokenNanos);
            }
            lastTokenNanos = now;
        }

        private void ended() {
            Watcher told = watcher.get();
            if (told != null && answer.closed() && watcher.compareAndSet(told, null)) {
                told.answered(this, System.nanoTime());
            } else {
                broken();
            }
        }

        private void broken() {
            Watcher told = watcher.getAndSet(null);
            idle.remove(this);
            drop();
            if (told != null) {
                told.lost(this);
            }
        }
    }

    Client(URI place, Question question) throws IOException {
        this.address = new InetSocketAddress(place.getHost(), place.getPort());
        this.question = question;
        this.selector = Selector.open();
        Thread.ofPlatform()
                .daemon()
                .name("answers of " + place)
                .uncaughtExceptionHandler(Client::fail)
                .start(this::read);
    }

    /** A connection that rests, or a new one. */
    Line line() throws IOException {
        Line rested = idle.poll();
        if (rested != null) {
            return rested;
        }
        SocketChannel channel = SocketChannel.open(address);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        Line line = new Line(channel);
        channel.register(selector, SelectionKey.OP_READ, line);
        selector.wakeup();
        return line;
    }

    /** Stops reading; connections end with the process. */
    @Override
    public void close() throws IOException {
        selector.close();
    }

    private static void fail(Thread thread, Throwable why) {
        why.printStackTrace();
        Runtime.getRuntime().halt(70);
    }

    private void read() {
        try {
            while (selector.isOpen()) {
                selector.select(key -> ((Line) key.attachment()).ready());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClosedSelectorException _) {
            // closed while it waited: there is nothing more to read
        }
    }
}
