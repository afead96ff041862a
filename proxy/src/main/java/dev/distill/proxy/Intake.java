package dev.distill.proxy;

import dev.distill.config.ProxyConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What the proxy takes on at the same time: so many requests, and so many bytes of bodies. What is
 * too much is refused at once rather than let the memory fill.
 */
final class Intake {
    private static final int BLOCK = 4 << 10;

    /** What one takes beside its body, its connections and its thread included, at most. */
    private static final int MEMORY_OF_A_REQUEST = 160 << 10;

    /** A body is held once as it came and once as it goes out, beside everything else. */
    private static final int SHARE_OF_MEMORY = 4;

    private static final Duration SOON = Duration.ofSeconds(1);

    private final Semaphore requests;
    private final Semaphore blocks;
    private final int mostRequests;
    private final int mostBlocks;
    private final long largestBody;
    private volatile boolean draining;

    Intake(ProxyConfig.Capacity capacity) {
        long affordable = Runtime.getRuntime().maxMemory() / MEMORY_OF_A_REQUEST;
        this.mostRequests = (int) Math.min(capacity.requests(), affordable);
        long room = Runtime.getRuntime().maxMemory() / SHARE_OF_MEMORY;
        this.mostBlocks = blocks(Math.min((long) capacity.bodiesMib() << 20, room));
        this.requests = new Semaphore(mostRequests);
        this.blocks = new Semaphore(mostBlocks);
        this.largestBody = Math.min((long) capacity.largestBodyMib() << 20, room);
    }

    /**
     * Lets a request in.
     *
     * @throws RefusedException when there is no room
     */
    Slot enter() {
        if (draining || !requests.tryAcquire()) {
            throw full("the proxy has as much work as it can do, or is stopping");
        }
        return new Slot();
    }

    /** Takes no more requests, and waits for those under way as long as they may take. */
    boolean drain(Duration atMost) throws InterruptedException {
        draining = true;
        return requests.tryAcquire(mostRequests, atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether requests are let in. */
    boolean isOpen() {
        return !draining;
    }

    /** Requests under way. */
    int requestsInFlight() {
        return mostRequests - requests.availablePermits();
    }

    /** Bytes of bodies that are held, in whole blocks. */
    long bytesInFlight() {
        return (long) (mostBlocks - blocks.availablePermits()) * BLOCK;
    }

    /** The room that a request takes until it is closed. */
    final class Slot implements AutoCloseable {
        private int held;

        private Slot() {}

        /**
         * Reads a body.
         *
         * @param length in bytes, or -1 when nobody has said
         * @throws RefusedException when it is too large or there is no room for it
         */
        byte[] read(InputStream in, long length) throws IOException {
            if (length > largestBody) {
                throw new RefusedException(Refusals.tooLarge(largestBody));
            }
            if (length >= 0) {
                hold(blocks(length));
                return in.readNBytes((int) length);
            }
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            byte[] block = new byte[BLOCK];
            for (int n = in.readNBytes(block, 0, BLOCK);
                    n > 0;
                    n = in.readNBytes(block, 0, BLOCK)) {
                hold(1);
                body.write(block, 0, n);
                if (body.size() > largestBody) {
                    throw new RefusedException(Refusals.tooLarge(largestBody));
                }
            }
            return body.toByteArray();
        }

        private void hold(int more) {
            if (!blocks.tryAcquire(more)) {
                throw full("the proxy holds as many bytes of requests as it can");
            }
            held += more;
        }

        @Override
        public void close() {
            blocks.release(held);
            requests.release();
        }
    }

    private static int blocks(long bytes) {
        return (int) ((bytes + BLOCK - 1) / BLOCK);
    }

    private static RefusedException full(String message) {
        return new RefusedException(Refusals.later("overloaded", message, SOON));
    }
}
