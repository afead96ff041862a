package dev.distill.proxy.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An answer under way. One thread reads it; any thread may close it, upon which reads fail at once.
 * Reads throw {@link UpstreamException} and nothing else.
 */
public interface Call extends AutoCloseable {
    /** Far above any answer, and a bound on what a broken provider can make us hold. */
    int MOST_BYTES = 64 << 20;

    /** Enough of an error to act on. */
    int MOST_ERROR_BYTES = 1 << 20;

    /** The HTTP status. */
    int status();

    /** A response header by its lower-case name. */
    Optional<String> header(String name);

    /** The body as it arrives, without its transfer coding. */
    InputStream body();

    /** The first token has come: from now on the idle clock runs instead of the first one. */
    void committed();

    /**
     * The whole body.
     *
     * @throws UpstreamException also for a body of more than {@link #MOST_BYTES}
     */
    default byte[] whole() {
        return read(MOST_BYTES);
    }

    /** The beginning of the body of an error, as text without the key that was used. */
    String errorText();

    /** How long the answer took when it was recorded; empty unless it is a recording. */
    default OptionalLong recordedMillis() {
        return OptionalLong.empty();
    }

    /**
     * The answer has said that it is complete and was passed on: takes in what little may be left,
     * for a moment at most, so that the connection can be used again, and closes the call.
     */
    default void finish() {
        close();
    }

    /** Ends the call; its connection is closed unless the body has been read to the end. */
    @Override
    void close();

    private byte[] read(int most) {
        try {
            byte[] bytes = body().readNBytes(most);
            if (bytes.length == most && body().read() >= 0) {
                throw new UpstreamException(
                        Fault.TOO_LARGE, "the answer has more than " + most + " bytes", true);
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException("reads of a call fail in one way only", e);
        }
    }
}
