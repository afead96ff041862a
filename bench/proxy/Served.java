import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** One connection to the fake provider: takes a request at a time and answers it. */
final class Served {
    private final FakeUpstream upstream;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final Deque<ByteBuffer> unsent = new ArrayDeque<>();
    private byte[] received = new byte[2048];
    private int length;
    private boolean answering;
    private boolean closed;

    Served(FakeUpstream upstream, SocketChannel channel, SelectionKey key) {
        this.upstream = upstream;
        this.channel = channel;
        this.key = key;
    }

    /** A stream on its way. */
    private final class Stream {
        private final Script script;
        private final int tokens;
        private final ByteBuffer ending;
        private final int intervalMillis = upstream.settings.number("interval_ms");
        private long lastNanos = System.nanoTime();
        private int sent;

        Stream(Script script, int tokens, boolean withUsage) {
            this.script = script;
            this.tokens = tokens;
            this.ending = script.ending(tokens, withUsage);
        }

        void begin() {
            upstream.stats.streams++;
            int firstTokenMillis = upstream.settings.number("first_token_ms");
            if (firstTokenMillis == 0 && intervalMillis > 0) {
                send(joined(script.opening, script.token));
                sent = 1;
                goOn(intervalMillis);
            } else {
                send(script.opening.duplicate());
                goOn(firstTokenMillis);
            }
        }

        private void next() {
            if (closed) {
                upstream.stats.abortedStreams++;
            } else if (intervalMillis == 0) {
                while (sent++ < tokens) {
                    send(script.token.duplicate());
                }
                end();
            } else {
                sent++;
                send(script.token.duplicate());
                goOn(intervalMillis);
            }
        }

        private void goOn(int millis) {
            if (sent >= tokens) {
                end();
            } else if (millis == 0) {
                next();
            } else {
                upstream.after(lastNanos, millis, this::next);
                lastNanos += millis * 1_000_000L;
            }
        }

        private void end() {
            send(ending.duplicate());
            if (closed) {
                upstream.stats.abortedStreams++;
            } else {
                upstream.stats.completeStreams++;
                answered();
            }
        }
    }

    /** Reads what has come and sends what could not be sent. */
    void ready(ByteBuffer buffer) {
        try {
            if (key.isWritable()) {
                flush();
            }
            if (key.isReadable()) {
                buffer.clear();
                int count = channel.read(buffer);
                if (count < 0) {
                    close();
                    return;
                }
                keep(buffer.flip());
                answerNext();
            }
        } catch (IOException _) {
            close();
        }
    }

    private void keep(ByteBuffer buffer) {
        if (received.length < length + buffer.remaining()) {
            received = Arrays.copyOf(received, 2 * (length + buffer.remaining()));
        }
        int count = buffer.remaining();
        buffer.get(received, length, count);
        length += count;
    }

    private void answerNext() {
        if (answering || closed) {
            return;
        }
        Asked.in(received, length).ifPresent(this::answer);
    }

    private void answer(Asked asked) {
        answering = true;
        System.arraycopy(received, asked.length(), received, 0, length - asked.length());
        length -= asked.length();
        String path = asked.path();
        if (path.equals("/stats")) {
            control(200, upstream.stats.json());
        } else if (path.startsWith("/set?")) {
            control(set(path.substring("/set?".length())), "{}");
        } else if (path.endsWith("/chat/completions")) {
            answer(upstream.openAi, asked);
        } else if (path.endsWith("/messages")) {
            answer(upstream.anthropic, asked);
        } else {
            control(
                    404,
                    "{\"error\":{\"message\":\"there is nothing here\",\"type\":\"not_found\"}}");
        }
    }

    private void answer(Script script, Asked asked) {
        upstream.stats.requests++;
        int delayMillis = upstream.settings.number("delay_ms");
        if (asked.streaming()) {
            int tokens = asked.tokens().orElse(upstream.settings.number("tokens"));
            new Stream(script, tokens, asked.withUsage()).begin();
        } else if (delayMillis > 0) {
            upstream.after(System.nanoTime(), delayMillis, () -> whole(script));
        } else {
            whole(script);
        }
    }

    private void whole(Script script) {
        send(script.whole.duplicate());
        answered();
    }

    private void answered() {
        answering = false;
        if (length > 0) {
            answerNext();
        }
    }

    private int set(String query) {
        try {
            upstream.set(query.split("&"));
            return 200;
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return 400;
        }
    }

    private void control(int status, String json) {
        String answer =
                "HTTP/1.1 %d -\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
                        .formatted(status, json.length(), json);
        send(ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII)));
        answered();
    }

    private void send(ByteBuffer bytes) {
        if (closed) {
            return;
        }
        unsent.add(bytes);
        try {
            flush();
        } catch (IOException _) {
            close();
        }
    }

    private void flush() throws IOException {
        for (ByteBuffer first = unsent.peek(); first != null; first = unsent.peek()) {
            channel.write(first);
            if (first.hasRemaining()) {
                key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                return;
            }
            unsent.poll();
        }
        if (key.interestOps() != SelectionKey.OP_READ) {
            key.interestOps(SelectionKey.OP_READ);
        }
    }

    private void close() {
        if (closed) {
            return;
        }
        closed = true;
        upstream.stats.connections--;
        try {
            channel.close();
        } catch (IOException _) {
            // the caller is gone; there is nothing left to lose
        }
    }

    private static ByteBuffer joined(ByteBuffer first, ByteBuffer second) {
        return ByteBuffer.allocate(first.remaining() + second.remaining())
                .put(first.duplicate())
                .put(second.duplicate())
                .flip();
    }
}
