package dev.distill.models.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The body of an answer that is not waited for for ever, as the JDK's is: a server that falls
 * silent in the middle looks like a connection that breaks off.
 */
final class ImpatientBody extends InputStream {
    private final InputStream body;
    private final Duration patience;

    /**
     * Takes over a body.
     *
     * @param patience how long one read may wait
     */
    ImpatientBody(InputStream body, Duration patience) {
        this.body = body;
        this.patience = patience;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        FutureTask<Integer> reading = new FutureTask<>(() -> body.read(bytes, offset, length));
        Thread.ofVirtual().name("hub").start(reading);
        try {
            return reading.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            body.close(); // which ends the read, too
            throw new IOException("nothing more for %d ms".formatted(patience.toMillis()));
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failed ? failed : new IOException(e);
        } catch (InterruptedException _) {
            body.close();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
