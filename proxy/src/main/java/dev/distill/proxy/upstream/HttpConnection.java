package dev.distill.proxy.upstream;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * A connection to a provider, with or without TLS. One thread at a time uses it; any thread may
 * close it, upon which whoever waits for it fails at once.
 */
final class HttpConnection implements AutoCloseable {
    private static final int BUFFER = 8192;
    private static final int MOST_LINE = 65_536;
    private static final byte[] NOTHING = new byte[0];

    private final SocketChannel channel;
    private final InputStream in;
    private final OutputStream out;

    /** Only there while somebody reads, so that idle connections cost little. */
    private byte[] buffer = NOTHING;

    private int position;
    private int limit;
    private boolean used;
    private boolean answered;
    private long goodUntil;

    /**
     * @param channel what is closed in the end; TLS must not have to say goodbye for that
     * @param in of the channel, or of TLS on top of it
     */
    HttpConnection(SocketChannel channel, InputStream in, OutputStream out) {
        this.channel = channel;
        this.in = in;
        this.out = out;
    }

    /** Sends a request. */
    void send(byte[] head, byte[] body) throws IOException {
        answered = false;
        if (body.length > MOST_LINE) {
            out.write(head);
            out.write(body);
        } else {
            byte[] both = new byte[head.length + body.length];
            System.arraycopy(head, 0, both, 0, head.length);
            System.arraycopy(body, 0, both, head.length, body.length);
            out.write(both);
        }
        out.flush();
    }

    /** Whether any byte of the answer to the last request has come. */
    boolean answered() {
        return answered;
    }

    /** Whether it has served a request before this one. */
    boolean used() {
        return used;
    }

    /** A line without its end, in Latin-1. */
    String line() throws IOException {
        StringBuilder before = null;
        while (true) {
            for (int i = position; i < limit; i++) {
                if (buffer[i] == '\n') {
                    String line = text(i);
                    position = i + 1;
                    String whole = before == null ? line : before.append(line).toString();
                    return whole.endsWith("\r") ? whole.substring(0, whole.length() - 1) : whole;
                }
            }
            before = before == null ? new StringBuilder() : before;
            before.append(text(limit));
            if (before.length() > MOST_LINE) {
                throw new ResponseHead.NotHttp("a line of more than 64 KiB");
            }
            fill();
        }
    }

    /** Some bytes, at least one, or -1 at the end of the connection. */
    int read(byte[] bytes, int offset, int length) throws IOException {
        if (position == limit) {
            if (length >= BUFFER) {
                return in.read(bytes, offset, length);
            }
            if (!more()) {
                return -1;
            }
        }
        int count = Math.min(length, limit - position);
        System.arraycopy(buffer, position, bytes, offset, count);
        position += count;
        return count;
    }

    /** Puts it aside until it is needed again. */
    void rest(long goodUntilNanos) {
        buffer = NOTHING;
        position = 0;
        limit = 0;
        used = true;
        goodUntil = goodUntilNanos;
    }

    /** Whether bytes have come that nobody asked for. */
    boolean hasMore() {
        return position < limit;
    }

    /** Whether it has rested for too long. */
    boolean stale(long now) {
        return now - goodUntil >= 0;
    }

    /**
     * Whether the provider has neither closed it nor sent anything since; with TLS too, for a
     * goodbye is something sent.
     */
    boolean quiet() {
        try {
            channel.configureBlocking(false);
            boolean nothing = channel.read(ByteBuffer.allocate(1)) == 0;
            channel.configureBlocking(true);
            return nothing;
        } catch (IOException _) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException _) {
            // it is of no use either way
        }
    }

    private String text(int end) {
        return new String(buffer, position, end - position, StandardCharsets.ISO_8859_1);
    }

    private void fill() throws IOException {
        if (!more()) {
            throw new EOFException("the connection ended");
        }
    }

    private boolean more() throws IOException {
        if (buffer.length == 0) {
            buffer = new byte[BUFFER];
        }
        int count = in.read(buffer, 0, buffer.length);
        position = 0;
        limit = Math.max(0, count);
        answered |= count > 0;
        return count > 0;
    }
}
