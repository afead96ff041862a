import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One connection to the fake provider: takes a request at a time and answers it. */
final class Served {
    private static final Pattern LENGTH = Pattern.compile("\r\ncontent-length: *([0-9]+)");
    private static final byte[] HEAD_END = ascii("\r\n\r\n");
    private static final byte[] STREAM = ascii("\"stream\":");
    private static final byte[] INCLUDE_USAGE = ascii("\"include_usage\":");
    private static final int MOST_DIGITS = 12;
    private static final byte[][] MOST_TOKENS = {
        ascii("\"max_tokens\":"), ascii("\"max_completion_tokens\":")
    };

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
        int bodyStart = find(HEAD_END, 0, length) + HEAD_END.length;
        if (bodyStart < HEAD_END.length) {
            return;
        }
        String head = new String(received, 0, bodyStart, StandardCharsets.ISO_8859_1);
        Matcher contentLength = LENGTH.matcher(head.toLowerCase(Locale.ROOT));
        int end = bodyStart + (contentLength.find() ? Integer.parseInt(contentLength.group(1)) : 0);
        if (length < end) {
            return;
        }
        answering = true;
        answer(head, bodyStart, end);
    }

    private void answer(String head, int bodyStart, int end) {
        String[] line = head.substring(0, head.indexOf('\r')).split(" ");
        String path = line[1];
        boolean streaming = isTrue(STREAM, bodyStart, end);
        boolean withUsage = isTrue(INCLUDE_USAGE, bodyStart, end);
        int tokens = tokens(bodyStart, end);
        System.arraycopy(received, end, received, 0, length - end);
        length -= end;
        if (path.equals("/stats")) {
            control(200, upstream.stats.json());
        } else if (path.startsWith("/set?")) {
            control(set(path.substring("/set?".length())), "{}");
        } else if (path.endsWith("/chat/completions")) {
            answer(upstream.openAi, streaming, tokens, withUsage);
        } else if (path.endsWith("/messages")) {
            answer(upstream.anthropic, streaming, tokens, withUsage);
        } else {
            control(
                    404,
                    "{\"error\":{\"message\":\"there is nothing here\",\"type\":\"not_found\"}}");
        }
    }

    private void answer(Script script, boolean streaming, int tokens, boolean withUsage) {
        upstream.stats.requests++;
        int delayMillis = upstream.settings.number("delay_ms");
        if (streaming) {
            new Stream(script, tokens, withUsage).begin();
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
        send(ByteBuffer.wrap(ascii(answer)));
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

    private boolean isTrue(byte[] name, int from, int end) {
        int at = find(name, from, end) + name.length;
        while (at >= name.length && at < end && received[at] == ' ') {
            at++;
        }
        return at >= name.length && at < end && received[at] == 't';
    }

    private int tokens(int from, int end) {
        for (byte[] name : MOST_TOKENS) {
            int at = find(name, from, end);
            if (at >= 0) {
                int start = at + name.length;
                String rest =
                        new String(
                                received,
                                start,
                                Math.min(MOST_DIGITS, end - start),
                                StandardCharsets.ISO_8859_1);
                return Integer.parseInt(rest.trim().split("[^0-9]", 2)[0]);
            }
        }
        return upstream.settings.number("tokens");
    }

    private int find(byte[] what, int from, int end) {
        for (int i = from; i <= end - what.length; i++) {
            if (received[i] == what[0]
                    && Arrays.equals(received, i, i + what.length, what, 0, what.length)) {
                return i;
            }
        }
        return -1;
    }

    private static ByteBuffer joined(ByteBuffer first, ByteBuffer second) {
        return ByteBuffer.allocate(first.remaining() + second.remaining())
                .put(first.duplicate())
                .put(second.duplicate())
                .flip();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
