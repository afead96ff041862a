package dev.distill.proxy.upstream;

import java.io.EOFException;
import java.io.IOException;

/** Takes the transfer coding off a body, after RFC 9112, sections 6 and 7. */
final class BodyReader {
    private final HttpConnection connection;
    private final boolean chunked;

    /** Bytes left of the body or chunk; below zero when the end of the connection is its end. */
    private long left;

    private boolean begun;
    private boolean ended;

    BodyReader(HttpConnection connection, ResponseHead head) throws IOException {
        this.connection = connection;
        this.chunked = head.chunked() && head.status() != 204 && head.status() != 304;
        this.left = chunked ? 0 : head.length();
        this.ended = left == 0 && !chunked;
    }

    /** Whether the whole body has been read. */
    boolean ended() {
        return ended;
    }

    /** Whether the connection has no more to say after it. */
    boolean endsWithConnection() {
        return left < 0;
    }

    /** So many bytes, or fewer where the head has said that there are fewer. */
    int atMost(int bytes) {
        return chunked || left < 0 ? bytes : (int) Math.min(bytes, left);
    }

    /**
     * Some bytes, at least one, or -1 at the end.
     *
     * @throws EOFException when the connection ends before the body does
     */
    int read(byte[] bytes, int offset, int length) throws IOException {
        if (chunked && left == 0 && !ended) {
            nextChunk();
        }
        if (ended) {
            return -1;
        }
        int most = left < 0 ? length : (int) Math.min(length, left);
        int count = connection.read(bytes, offset, most);
        if (left < 0) {
            ended = count < 0;
            return count;
        }
        if (count < 0) {
            throw new EOFException("the connection ended before the answer did");
        }
        left -= count;
        ended = left == 0 && !chunked;
        return count;
    }

    private void nextChunk() throws IOException {
        if (begun && !connection.line().isEmpty()) {
            throw new ResponseHead.NotHttp("a chunk that is longer than it says");
        }
        begun = true;
        String line = connection.line();
        int extension = line.indexOf(';');
        String size = (extension < 0 ? line : line.substring(0, extension)).strip();
        try {
            left = Long.parseLong(size, 16);
        } catch (NumberFormatException _) {
            left = -1;
        }
        if (left < 0) {
            left = 0;
            throw new ResponseHead.NotHttp("a chunk without a size");
        }
        if (left == 0) {
            while (!connection.line().isEmpty()) {
                // a trailer, which nobody asked for
            }
            ended = true;
        }
    }
}
