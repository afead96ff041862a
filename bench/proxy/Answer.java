import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Takes one HTTP/1.1 answer apart, byte by byte: its status, where it ends, and how many tokens and
 * end marks have gone by in its body. Used again for the next answer of the connection.
 */
final class Answer {
    private static final int MOST_HEAD = 1 << 15;
    private static final int MOST_KEPT = 400;

    /** What comes next. */
    private enum Part {
        HEAD,
        BODY,
        BODY_UNTIL_CLOSED,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILER,
        NOTHING
    }

    private final Mark token = new Mark(Script.TOKEN + "\"");
    private final Mark done = new Mark("[DONE]");
    private final Mark messageStop = new Mark("{\"type\":\"message_stop\"}");
    private final byte[] head = new byte[MOST_HEAD];
    private final StringBuilder kept = new StringBuilder();
    private Part part = Part.HEAD;
    private int headLength;
    private int status;
    private long left;
    private int lineLength;
    private boolean keptAlive;

    /** Counts a word in a stream of bytes; the word must not begin with a part of itself. */
    private static final class Mark {
        private final byte[] word;
        private int matched;
        private int count;

        Mark(String word) {
            this.word = word.getBytes(StandardCharsets.US_ASCII);
        }

        void see(byte b) {
            matched = b == word[matched] ? matched + 1 : b == word[0] ? 1 : 0;
            if (matched == word.length) {
                matched = 0;
                count++;
            }
        }

        void reset() {
            matched = 0;
            count = 0;
        }
    }

    /** Makes ready for the next answer. */
    void reset() {
        part = Part.HEAD;
        headLength = 0;
        status = 0;
        kept.setLength(0);
        token.reset();
        done.reset();
        messageStop.reset();
    }

    /**
     * Takes bytes in, up to the end of the answer.
     *
     * @return whether the answer is complete
     */
    boolean take(ByteBuffer bytes) {
        while (bytes.hasRemaining() && part != Part.NOTHING) {
            switch (part) {
                case HEAD -> head(bytes.get());
                case BODY, CHUNK -> counted(bytes);
                case BODY_UNTIL_CLOSED -> see(bytes.get());
                case CHUNK_SIZE -> chunkSize(bytes.get());
                case CHUNK_END -> part = bytes.get() == '\n' ? startChunk() : part;
                case TRAILER -> trailer(bytes.get());
                case NOTHING -> throw new IllegalStateException();
            }
        }
        return part == Part.NOTHING;
    }

    /** The connection has ended; true when that was the way to say that the answer is complete. */
    boolean closed() {
        return part == Part.BODY_UNTIL_CLOSED;
    }

    int status() {
        return status;
    }

    int tokens() {
        return token.count;
    }

    /** Did the stream end as its dialect says? */
    boolean ended() {
        return done.count + messageStop.count == 1;
    }

    /** May the connection be used again? */
    boolean keptAlive() {
        return keptAlive;
    }

    /** The beginning of the body, unless all is well. */
    String kept() {
        return kept.toString();
    }

    private void head(byte b) {
        head[headLength++] = b;
        if (b != '\n' || headLength < 4 || head[headLength - 3] != '\n') {
            return;
        }
        String text =
                new String(head, 0, headLength, StandardCharsets.ISO_8859_1)
                        .toLowerCase(Locale.ROOT);
        status = Integer.parseInt(text.substring(9, 12));
        keptAlive = !text.contains("\r\nconnection: close");
        if (text.contains("\r\ntransfer-encoding: chunked")) {
            part = startChunk();
            return;
        }
        String name = "\r\ncontent-length:";
        int at = text.indexOf(name);
        if (at < 0) {
            keptAlive = false;
            part = Part.BODY_UNTIL_CLOSED;
            return;
        }
        left =
                Long.parseLong(
                        text.substring(at + name.length(), text.indexOf('\r', at + 2)).trim());
        part = left == 0 ? Part.NOTHING : Part.BODY;
    }

    private void counted(ByteBuffer bytes) {
        int count = (int) Math.min(left, bytes.remaining());
        for (int i = 0; i < count; i++) {
            see(bytes.get());
        }
        left -= count;
        if (left == 0) {
            part = part == Part.BODY ? Part.NOTHING : Part.CHUNK_END;
        }
    }

    private void see(byte b) {
        token.see(b);
        done.see(b);
        messageStop.see(b);
        if (status != 200 && kept.length() < MOST_KEPT) {
            kept.append((char) b);
        }
    }

    private Part startChunk() {
        left = 0;
        return Part.CHUNK_SIZE;
    }

    private void chunkSize(byte b) {
        if (b == '\n') {
            lineLength = 0;
            part = left == 0 ? Part.TRAILER : Part.CHUNK;
        } else if (b != '\r') {
            left = left * 16 + Character.digit(b, 16);
        }
    }

    private void trailer(byte b) {
        if (b == '\n') {
            part = lineLength == 0 ? Part.NOTHING : part;
            lineLength = 0;
        } else if (b != '\r') {
            lineLength++;
        }
    }
}
