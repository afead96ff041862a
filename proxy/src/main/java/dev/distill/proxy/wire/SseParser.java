package dev.distill.proxy.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Cuts bytes into server-sent events as they arrive, wherever the pieces end. It follows the
 * parsing rules of the HTML standard (section 9.2.6), with one difference: what comes after the
 * last blank line is not thrown away but given by {@link #end}, since some servers leave out the
 * blank line after their last event. The {@code raw} bytes of all frames, put together, are the
 * bytes that came in.
 *
 * <p>One stream, one parser, one thread at a time.
 */
public final class SseParser implements FrameParser {
    /** The longest event by default, in bytes. */
    public static final int LONGEST_EVENT = 16 << 20;

    private static final int FIRST_SIZE = 4096;

    /** A buffer that one long event has blown up is not kept for the rest of the stream. */
    private static final int LARGEST_KEPT = 64 << 10;

    private static final byte[] DATA = {'d', 'a', 't', 'a'};
    private static final byte[] EVENT = {'e', 'v', 'e', 'n', 't'};
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final int longestEvent;

    /** Bytes of the event that has not ended yet, from 0 to {@code filled}. */
    private byte[] buffer = new byte[FIRST_SIZE];

    private int filled;
    private int lineStart;

    /** Everything before it has been looked at. */
    private int scanned;

    private boolean firstLine = true;
    private boolean afterReturn;
    private String event = "";

    /** The only data line, or the last of several; -1 when there is none yet. */
    private int dataStart = -1;

    private int dataEnd;

    /** The data lines before the last one, each with a line feed. */
    private final StringBuilder earlierData = new StringBuilder();

    /** A parser for events of up to {@link #LONGEST_EVENT} bytes. */
    public SseParser() {
        this(LONGEST_EVENT);
    }

    /**
     * @param longestEvent in bytes
     */
    public SseParser(int longestEvent) {
        this.longestEvent = longestEvent;
    }

    /**
     * Takes some bytes and gives the events that they complete.
     *
     * @throws WireException when an event is too long; the parser is of no use after that
     */
    @Override
    public void feed(byte[] bytes, int offset, int length, Consumer<SseFrame> frames) {
        makeRoom(length);
        System.arraycopy(bytes, offset, buffer, filled, length);
        filled += length;
        int frameStart = 0;
        for (int i = scanned; i < filled; i++) {
            byte b = buffer[i];
            if (b > '\r' || (b != '\n' && b != '\r')) {
                continue; // the usual case first: bytes of a line, including those below zero
            }
            if (b == '\n' && afterReturn && i == lineStart) {
                lineStart = i + 1; // the second half of CR LF
                afterReturn = false;
                continue;
            }
            afterReturn = b == '\r';
            boolean blank = line(lineStart, i);
            int next = i + 1;
            if (blank && dataStart >= 0) {
                if (afterReturn && next < filled && buffer[next] == '\n') {
                    next++;
                    i++;
                    afterReturn = false;
                }
                frames.accept(frame(frameStart, next));
                frameStart = next;
            } else if (blank) {
                event = "";
            }
            lineStart = next;
        }
        keepFrom(frameStart);
    }

    /** The connection has ended: what came after the last blank line, if anything. */
    @Override
    public Optional<SseFrame> end() {
        if (filled == 0) {
            return Optional.empty();
        }
        line(lineStart, filled);
        SseFrame last = frame(0, filled);
        keepFrom(filled);
        return Optional.of(last);
    }

    private void makeRoom(int length) {
        long needed = (long) filled + length;
        if (needed > buffer.length) {
            long doubled = Math.max(needed, 2L * buffer.length);
            buffer = Arrays.copyOf(buffer, (int) Math.min(doubled, Integer.MAX_VALUE - 8));
        }
    }

    /** Reads a line without its end; whether it is blank. */
    private boolean line(int from, int end) {
        int start = from;
        if (firstLine) {
            firstLine = false;
            if (startsWith(BYTE_ORDER_MARK, start, end)) {
                start += BYTE_ORDER_MARK.length;
            }
        }
        if (start == end) {
            return true;
        }
        if (startsWith(DATA, start, end)) {
            int value = value(start + DATA.length, end);
            if (value >= 0) {
                data(value, end);
            }
        } else if (startsWith(EVENT, start, end)) {
            int value = value(start + EVENT.length, end);
            if (value >= 0) {
                event = new String(buffer, value, end - value, StandardCharsets.UTF_8);
            }
        }
        return false;
    }

    private void data(int start, int end) {
        if (dataStart >= 0) {
            earlierData
                    .append(
                            new String(
                                    buffer, dataStart, dataEnd - dataStart, StandardCharsets.UTF_8))
                    .append('\n');
        }
        dataStart = start;
        dataEnd = end;
    }

    /** Where a field's value starts when its name ends at {@code at}; -1 if it goes on. */
    private int value(int at, int end) {
        if (at == end) {
            return end;
        }
        if (buffer[at] != ':') {
            return -1;
        }
        return at + 1 < end && buffer[at + 1] == ' ' ? at + 2 : at + 1;
    }

    private boolean startsWith(byte[] word, int start, int end) {
        return end - start >= word.length
                && Arrays.equals(buffer, start, start + word.length, word, 0, word.length);
    }

    private SseFrame frame(int start, int end) {
        checkLength(end - start);
        String data = "";
        if (dataStart >= 0) {
            data = new String(buffer, dataStart, dataEnd - dataStart, StandardCharsets.UTF_8);
        }
        if (!earlierData.isEmpty()) {
            data = earlierData + data;
            earlierData.setLength(0);
        }
        SseFrame frame = new SseFrame(event, data, Arrays.copyOfRange(buffer, start, end));
        event = "";
        dataStart = -1;
        return frame;
    }

    /** Forgets the bytes before {@code start}, and moves the others to the front. */
    private void keepFrom(int start) {
        checkLength(filled - start);
        int kept = filled - start;
        if (buffer.length > LARGEST_KEPT && kept < FIRST_SIZE) {
            buffer = Arrays.copyOf(Arrays.copyOfRange(buffer, start, filled), FIRST_SIZE);
        } else if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, kept);
        }
        filled = kept;
        scanned = kept;
        lineStart = Math.max(0, lineStart - start);
        if (dataStart >= 0) {
            dataStart -= start;
            dataEnd -= start;
        }
    }

    private void checkLength(int length) {
        if (length > longestEvent) {
            throw new WireException(
                    "stream", "an event of the stream is longer than " + longestEvent + " bytes");
        }
    }
}
