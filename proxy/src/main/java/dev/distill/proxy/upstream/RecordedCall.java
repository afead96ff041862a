package dev.distill.proxy.upstream;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** An answer that is there already, and comes as fast as it is told to. */
final class RecordedCall implements Call {
    private final int status;
    private final Map<String, String> headers;
    private final OptionalLong recordedMillis;
    private final Iterator<Piece> pieces;
    private final Clocks clocks;
    private final Sleeper sleeper;
    private final Body stream = new Body();

    private Duration passed;
    private volatile boolean committed;
    private volatile boolean closed;

    /** Bytes, and how long they take to come. */
    @SuppressWarnings("ArrayRecordComponent") // nobody else sees it
    record Piece(Duration after, byte[] bytes) {
        /** A server-sent event. */
        static Piece event(Duration after, String data) {
            return new Piece(after, ("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        }

        /** A whole body, which is there at once. */
        static Piece whole(String body) {
            return new Piece(Duration.ZERO, body.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * @param recordedMillis how long it took when it was recorded, if it was
     * @param passed what the headers took to come, as far as the clocks go
     */
    RecordedCall(
            int status,
            Map<String, String> headers,
            List<Piece> pieces,
            OptionalLong recordedMillis,
            Duration passed,
            Clocks clocks,
            Sleeper sleeper) {
        this.status = status;
        this.headers = Map.copyOf(headers);
        this.pieces = List.copyOf(pieces).iterator();
        this.recordedMillis = recordedMillis;
        this.passed = passed;
        this.clocks = clocks;
        this.sleeper = sleeper;
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
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
    public OptionalLong recordedMillis() {
        return recordedMillis;
    }

    @Override
    public String errorText() {
        return new String(whole(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        closed = true;
    }

    /** Waits as long as the recording did, unless a clock runs out before. */
    private void await(Duration time) {
        Duration idle = committed ? clocks.idle() : clocks.firstToken().minus(passed);
        Duration total = clocks.total().minus(passed);
        Duration most = idle.compareTo(total) < 0 ? idle : total;
        boolean late = time.compareTo(most) > 0;
        pause(late ? most : time);
        if (late) {
            Fault clock = committed ? Fault.IDLE_TIMEOUT : Fault.FIRST_TOKEN_TIMEOUT;
            Fault fault = idle.compareTo(total) < 0 ? clock : Fault.TOTAL_TIMEOUT;
            throw new UpstreamException(fault, "the recording is slower than the clocks", true);
        }
        passed = passed.plus(time);
    }

    private void pause(Duration time) {
        try {
            if (time.isPositive()) {
                sleeper.sleep(time);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            closed = true;
        }
        if (closed) {
            throw new UpstreamException(Fault.CLOSED, "the call was closed", true);
        }
    }

    /** The pieces one after the other. */
    private final class Body extends InputStream {
        private byte[] current = new byte[0];
        private int position;

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            if (length == 0) {
                return 0;
            }
            while (position == current.length) {
                if (!pieces.hasNext()) {
                    return -1;
                }
                Piece next = pieces.next();
                await(next.after());
                current = next.bytes();
                position = 0;
            }
            int count = Math.min(length, current.length - position);
            System.arraycopy(current, position, bytes, offset, count);
            position += count;
            return count;
        }
    }
}
