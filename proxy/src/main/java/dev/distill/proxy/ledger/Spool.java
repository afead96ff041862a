package dev.distill.proxy.ledger;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The local log of one process: callers leave bytes in memory and go on, and a thread puts them on
 * the disk some milliseconds later.
 *
 * <p>Everything has a bound. When the disk does not take the bytes they stay in memory, and when
 * that is full too, or the log as large as it may be, entries are dropped and counted; a caller
 * never waits and never fails.
 *
 * <p>A call that is under way has an entry without an end. Such entries are written again at the
 * start of each segment, so that a segment can be deleted as soon as its rows have been shipped.
 */
final class Spool implements AutoCloseable {
    /** How long bytes stay in memory so that many of them share a flush. */
    private static final long GATHER_MILLIS = 40;

    /** How many times it looks for bytes before it sleeps until it is told of some. */
    private static final int MOST_EMPTY_LOOKS = 25;

    private static final long RETRY_MILLIS = 500;

    private static final Logger LOG = System.getLogger(Spool.class.getName());

    /**
     * How large it may become, in bytes.
     *
     * @param memory not on the disk yet
     * @param segment after which a new file is begun
     * @param disk of all segments together
     */
    record Bounds(int memory, long segment, long disk) {
        static final Bounds USUAL = new Bounds(8 << 20, 4L << 20, 1L << 30);
    }

    /** How far the log is on the disk. */
    record End(Segment segment, long position) {}

    private final Bounds bounds;

    /** Only the thread touches it. */
    private final SpoolFile file;

    private final Thread thread =
            Thread.ofPlatform().name("distill-spool").daemon().unstarted(this::work);
    private final LongAdder dropped = new LongAdder();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition flushed = lock.newCondition();
    private final Map<String, byte[]> underWay = new HashMap<>();
    private byte[] buffer = new byte[64 << 10];
    private int size;
    private boolean closing;
    private boolean urgent;
    private boolean asleep;
    private boolean stopped;
    private long unshipped;
    private End end;
    private boolean complained;

    private Spool(SpoolFile file, Bounds bounds) {
        this.bounds = bounds;
        this.file = file;
        this.end = new End(file.segment(), 0);
    }

    /** Begins a log at a segment that does not exist yet. */
    static Spool start(SpoolFile file, Bounds bounds) {
        Spool spool = new Spool(file, bounds);
        spool.thread.start();
        return spool;
    }

    /** A row, which ends the call with the same id if there is one. */
    void row(RequestRow row) {
        byte[] frame = Frame.row(row);
        lock.lock();
        try {
            underWay.remove(row.requestId());
            add(frame);
        } finally {
            lock.unlock();
        }
    }

    /** What stays of a call if nothing more is heard of it. */
    void reserved(RequestRow row) {
        byte[] frame = Frame.reserved(row);
        lock.lock();
        try {
            if (add(frame)) {
                underWay.put(row.requestId(), frame);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A call is over, and its row is elsewhere or there is none. */
    void settled(String requestId) {
        lock.lock();
        try {
            if (underWay.remove(requestId) != null) {
                add(Frame.settled(requestId));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    private boolean add(byte[] frame) {
        if (stopped
                || size + frame.length > bounds.memory()
                || unshipped + size + frame.length > bounds.disk()) {
            dropped.increment();
            complain("the local log of the ledger is full; requests are not recorded");
            return false;
        }
        if (size + frame.length > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, size + frame.length));
        }
        System.arraycopy(frame, 0, buffer, size, frame.length);
        if (asleep) {
            filled.signal(); // while there is traffic it looks by itself: waking it takes time
        }
        size += frame.length;
        return true;
    }

    /** Says once what is wrong, until it is well again. Under the lock. */
    private void complain(String what) {
        if (!complained) {
            complained = true;
            LOG.log(Level.ERROR, what);
        }
    }

    /** How many entries had no place. */
    long dropped() {
        return dropped.sum();
    }

    /** Bytes in memory. */
    long bufferedBytes() {
        lock.lock();
        try {
            return size;
        } finally {
            lock.unlock();
        }
    }

    /** Bytes on the disk that have not been shipped. */
    long unshippedBytes() {
        lock.lock();
        try {
            return unshipped;
        } finally {
            lock.unlock();
        }
    }

    /** Calls that are under way. */
    int underWay() {
        lock.lock();
        try {
            return underWay.size();
        } finally {
            lock.unlock();
        }
    }

    /** How far the log is on the disk. */
    End end() {
        lock.lock();
        try {
            return end;
        } finally {
            lock.unlock();
        }
    }

    /** So many bytes of the log are in the database. */
    void shipped(long bytes) {
        lock.lock();
        try {
            unshipped -= bytes;
            complained = false;
        } finally {
            lock.unlock();
        }
    }

    /** Returns when everything before this call is on the disk, or the log has stopped. */
    void flush() throws InterruptedException {
        lock.lock();
        try {
            urgent = true;
            filled.signal();
            while (size > 0 && !stopped) {
                flushed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        try (file) {
            while (await()) {
                boolean last = isClosing();
                byte[] bytes = pending();
                try {
                    file.write(bytes);
                    written(bytes.length);
                    if (file.position() >= bounds.segment()) {
                        rotate();
                    }
                } catch (IOException e) {
                    pauseAfter(e);
                    if (last) {
                        break; // it was tried once more at the close, and nothing helps
                    }
                }
            }
        } finally {
            stop();
        }
    }

    /** Waits until there is something to write; false when the log is closed and written. */
    private boolean await() {
        lock.lock();
        try {
            gather();
            for (int looks = 1; size == 0 && !closing; looks++) {
                if (looks > MOST_EMPTY_LOOKS) {
                    asleep = true;
                    filled.await();
                    asleep = false;
                }
                gather();
            }
            return size > 0;
        } catch (InterruptedException _) {
            asleep = false;
            return true; // nobody but close() ends this thread, and not by interrupting it
        } finally {
            lock.unlock();
        }
    }

    private void gather() throws InterruptedException {
        long left = TimeUnit.MILLISECONDS.toNanos(GATHER_MILLIS);
        while (left > 0 && !closing && !urgent) {
            left = filled.awaitNanos(left);
        }
    }

    /** What is to be written; it stays in memory until it is. */
    private byte[] pending() {
        lock.lock();
        try {
            return Arrays.copyOf(buffer, size);
        } finally {
            lock.unlock();
        }
    }

    private void written(int count) {
        lock.lock();
        try {
            size -= count;
            System.arraycopy(buffer, count, buffer, 0, size);
            unshipped += count;
            end = new End(file.segment(), file.position());
            urgent &= size > 0;
            flushed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Begins the next segment with the calls that are under way. */
    private void rotate() throws IOException {
        byte[] carried;
        lock.lock();
        try {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            underWay.values().forEach(all::writeBytes);
            carried = all.toByteArray();
        } finally {
            lock.unlock();
        }
        file.next();
        file.write(carried);
        written(0);
        lock.lock();
        try {
            unshipped += carried.length;
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosing() {
        lock.lock();
        try {
            return closing;
        } finally {
            lock.unlock();
        }
    }

    /** Waits before another try, unless the log is being closed. */
    private void pauseAfter(IOException failure) {
        lock.lock();
        try {
            complain("the local log of the ledger cannot be written: " + failure.getMessage());
            long left = TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS);
            while (left > 0 && !closing) {
                left = filled.awaitNanos(left);
            }
        } catch (InterruptedException _) {
            // nobody but close() ends this thread, and not by interrupting it
        } finally {
            lock.unlock();
        }
    }

    private void stop() {
        lock.lock();
        try {
            stopped = true;
            flushed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Writes what is in memory; nothing is taken any more. */
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            filled.signal();
        } finally {
            lock.unlock();
        }
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
