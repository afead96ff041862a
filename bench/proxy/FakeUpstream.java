import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * A provider that costs next to nothing: {@code java FakeUpstream.java port=18500 tokens=250 ...}.
 *
 * <p>{@code POST /v1/chat/completions} and {@code POST /v1/messages} are answered in their dialect,
 * whole or as a stream, as the request asks. {@code GET /stats} tells what happened so far, as
 * JSON; {@code GET /set?tokens=10&interval_ms=5} changes settings for the requests that come after
 * it.
 *
 * <p>One thread does everything, so that what the provider costs stays far below what is measured;
 * moments are kept to the millisecond.
 */
final class FakeUpstream {
    private static final int BACKLOG = 16_384;
    private static final int READ_BYTES = 1 << 16;

    final Settings settings =
            new Settings(
                    "port=18500",
                    "answer_bytes=1024", // of a whole answer
                    "delay_ms=0", // before a whole answer
                    "first_token_ms=0", // before the first token of a stream
                    "interval_ms=40", // between the tokens of a stream; 0 sends them at once
                    "tokens=250"); // of a stream whose request has no max_tokens
    final Stats stats = new Stats();
    Script openAi;
    Script anthropic;

    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
    private final PriorityQueue<Due> due =
            new PriorityQueue<>(Comparator.comparingLong(Due::nanos));

    private FakeUpstream(String[] words) throws IOException {
        set(words);
    }

    /** What is to be done for a connection at a moment. */
    private record Due(long nanos, Runnable what) {}

    /** What happened since the start. */
    static final class Stats {
        long requests;
        long streams;
        long completeStreams;
        long abortedStreams;
        long connections;
        long mostConnections;

        String json() {
            return """
            {"requests":%d,"streams":%d,"complete_streams":%d,"aborted_streams":%d,"open_connections":%d,\
            "most_connections":%d}\
            """
                    .formatted(
                            requests,
                            streams,
                            completeStreams,
                            abortedStreams,
                            connections,
                            mostConnections);
        }
    }

    public static void main(String[] args) throws IOException {
        try {
            new FakeUpstream(args).serve();
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    /** Changes settings and prepares the answers for them. */
    void set(String... words) {
        settings.set(words);
        openAi = new Script(false, settings.number("answer_bytes"));
        anthropic = new Script(true, settings.number("answer_bytes"));
    }

    /** Has something done some milliseconds after a moment. */
    void after(long startNanos, long millis, Runnable what) {
        due.add(new Due(startNanos + millis * 1_000_000, what));
    }

    private void serve() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(
                    new InetSocketAddress(
                            InetAddress.getLoopbackAddress(), settings.number("port")),
                    BACKLOG);
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            System.out.println("listening on " + server.getLocalAddress());
            while (true) {
                wait(this::ready);
                for (Due next = due.peek(); isNow(next); next = due.peek()) {
                    due.poll().what().run();
                }
            }
        }
    }

    private void wait(Consumer<SelectionKey> ready) throws IOException {
        Due next = due.peek();
        if (next == null) {
            selector.select(ready);
        } else if (isNow(next)) {
            selector.selectNow(ready);
        } else {
            selector.select(ready, (next.nanos() - System.nanoTime()) / 1_000_000 + 1);
        }
    }

    private static boolean isNow(Due next) {
        return next != null && next.nanos() - System.nanoTime() <= 0;
    }

    private void ready(SelectionKey key) {
        try {
            if (key.channel() instanceof ServerSocketChannel server) {
                accept(server);
            } else {
                ((Served) key.attachment()).ready(buffer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocketChannel server) throws IOException {
        for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            key.attach(new Served(this, channel, key));
            stats.connections++;
            stats.mostConnections = Math.max(stats.mostConnections, stats.connections);
        }
    }
}
