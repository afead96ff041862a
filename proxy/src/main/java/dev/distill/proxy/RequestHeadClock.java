package dev.distill.proxy;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how long the head of one request after the other may take on a connection. A head that
 * comes in one piece, as all but a few do, costs nothing.
 */
final class RequestHeadClock {
    private final Duration most;
    private final Runnable tooLate;
    private boolean begun;
    private boolean complete;
    private @Nullable Thread running;
    private long number;

    /**
     * @param tooLate runs once when a head takes longer
     */
    RequestHeadClock(Duration most, Runnable tooLate) {
        this.most = most;
        this.tooLate = tooLate;
    }

    /** The head of the next request may come at any time, or never. */
    synchronized void isAwaited() {
        begun = false;
        complete = false;
        stop();
    }

    /** Something of a head has come. */
    synchronized void begins() {
        begun = true;
    }

    /** All of it has come, or nothing more will; what comes next is a body. */
    synchronized void ends() {
        complete = true;
        stop();
    }

    private void stop() {
        number++;
        LockSupport.unpark(running);
        running = null;
    }

    /** More bytes are needed. */
    synchronized void waits() {
        if (begun && !complete && running == null) {
            long watched = number;
            running = Thread.ofVirtual().name("slow head").start(() -> expire(watched));
        }
    }

    private void expire(long watched) {
        long end = System.nanoTime() + most.toNanos();
        for (long left = most.toNanos(); left > 0; left = end - System.nanoTime()) {
            if (isOver(watched)) {
                return;
            }
            LockSupport.parkNanos(left);
        }
        if (!isOver(watched)) {
            tooLate.run();
        }
    }

    private synchronized boolean isOver(long watched) {
        return number != watched;
    }
}
