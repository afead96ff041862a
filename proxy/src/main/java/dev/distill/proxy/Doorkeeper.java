package dev.distill.proxy;

import dev.distill.files.Json;
import dev.distill.proxy.wire.Codecs;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Refusal;
import io.helidon.common.socket.SocketOptions;
import java.io.IOException;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lets as many connections in as the memory is enough for. Whoever comes then is told so and sent
 * away before anything is set up for them: out of memory, the server would stop listening.
 *
 * <p>The server asks for the options of a connection right after it has accepted it, on its one
 * thread that accepts, and closes a connection for which that fails. That is the only place before
 * its buffers and its thread are there.
 */
final class Doorkeeper implements SocketOptions {
    /**
     * A connection that waits for a request: its thread's stack and the server's buffer of 8 KiB.
     */
    private static final int MEMORY_OF_A_CONNECTION = 14 << 10;

    /** The rest is for requests and what the proxy knows. */
    private static final double SHARE_OF_MEMORY = 0.45;

    private static final int FEW = 100;

    private static final Duration SOON = Duration.ofSeconds(1);

    private final SocketOptions options;
    private final Optional<byte[]> lastWords;
    private final int most;

    /** Only the thread that accepts touches it; closed ones stay in it until the next look. */
    private final List<Channel> open = new ArrayList<>();

    private int nextLook;

    /**
     * @param options of a connection that is let in
     * @param lastWords what the others are told
     * @param most open at once
     */
    Doorkeeper(SocketOptions options, Optional<byte[]> lastWords, int most) {
        this.options = options;
        this.lastWords = lastWords;
        this.most = most;
    }

    /**
     * One for the memory of this process.
     *
     * @param secure whether callers speak TLS, and so understand nothing before its handshake
     */
    static Doorkeeper of(boolean secure) {
        return new Doorkeeper(
                SocketOptions.builder().tcpNoDelay(true).build(),
                secure ? Optional.empty() : Optional.of(refusal()),
                mostFor(Runtime.getRuntime().maxMemory()));
    }

    /** How many connections so many bytes of heap are enough for. */
    static int mostFor(long memory) {
        return (int) Math.min(memory * SHARE_OF_MEMORY / MEMORY_OF_A_CONNECTION, Integer.MAX_VALUE);
    }

    /** Nobody is left in here; not an error of anybody. */
    static final class FullException extends RuntimeException {
        private static final long serialVersionUID = 1;

        FullException() {
            super("as many connections as the memory is enough for", null, false, false);
        }
    }

    @Override
    public void configureSocket(SocketChannel socket) {
        if (open.size() >= nextLook) {
            open.removeIf(channel -> !channel.isOpen());
            nextLook = Math.min(most, 2 * open.size() + FEW);
        }
        if (open.size() >= most) {
            sendAway(socket);
            throw new FullException();
        }
        options.configureSocket(socket);
        open.add(socket);
    }

    /** A few bytes on a fresh connection: nobody waits for them to be taken. */
    private void sendAway(SocketChannel socket) {
        if (lastWords.isEmpty()) {
            return;
        }
        try {
            socket.configureBlocking(false);
            ByteBuffer asked = ByteBuffer.allocate(2048);
            while (socket.read(asked) > 0) { // else the end would overtake the answer
                asked.clear();
            }
            socket.write(ByteBuffer.wrap(lastWords.get()));
            socket.shutdownOutput();
        } catch (IOException _) {
            // it has gone already
        }
    }

    private static byte[] refusal() {
        Refusal refusal =
                Refusals.later(
                        "overloaded", "the proxy has as many connections as it can hold", SOON);
        String body = Json.line(Codecs.forCaller(Dialect.OPENAI_CHAT).writeError(refusal, ""));
        return """
                HTTP/1.1 503 Service Unavailable
                content-type: application/json
                retry-after: %d
                connection: close
                content-length: %d

                """
                .formatted(SOON.toSeconds(), body.getBytes(StandardCharsets.UTF_8).length)
                .replace("\n", "\r\n")
                .concat(body)
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Map<SocketOption<?>, Object> socketOptions() {
        return options.socketOptions();
    }

    @Override
    public Duration connectTimeout() {
        return options.connectTimeout();
    }

    @Override
    public Duration readTimeout() {
        return options.readTimeout();
    }

    @Override
    public Optional<Integer> socketReceiveBufferSize() {
        return options.socketReceiveBufferSize();
    }

    @Override
    public Optional<Integer> socketSendBufferSize() {
        return options.socketSendBufferSize();
    }

    @Override
    public boolean socketReuseAddress() {
        return options.socketReuseAddress();
    }

    @Override
    public boolean socketKeepAlive() {
        return options.socketKeepAlive();
    }

    @Override
    public boolean tcpNoDelay() {
        return options.tcpNoDelay();
    }
}
