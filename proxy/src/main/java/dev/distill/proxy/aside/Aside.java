package dev.distill.proxy.aside;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Items that are handled in batches off the request's path by one virtual thread. What is waiting
 * and being handled never weighs more than the limit: an item too many is dropped and counted,
 * nobody waits.
 *
 * <p>Safe for use by many threads; closing it handles what is waiting first.
 *
 * @param <T> the items
 */
public final class Aside<T> implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Aside.class.getName());

    private final Limits limits;
    private final ToLongFunction<T> weigher;
    private final Consumer<List<T>> work;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<T> waiting = new ArrayDeque<>();
    private long waitingWeight;
    private long weight;
    private long dropped;
    private boolean closed;

    /**
     * How much is taken on.
     *
     * @param weight most of all items together, in the weigher's unit
     * @param batch most items handled at once; a batch is also full at half of the weight
     * @param linger how long a batch that is not full waits for more items
     * @param closing how long closing waits for what is left
     */
    public record Limits(long weight, int batch, Duration linger, Duration closing) {}

    /**
     * Starts the thread.
     *
     * @param work handles a batch; what it throws is logged, and the batch counts as handled
     */
    public Aside(String name, Limits limits, ToLongFunction<T> weigher, Consumer<List<T>> work) {
        this.limits = limits;
        this.weigher = weigher;
        this.work = work;
        this.thread = Thread.ofVirtual().name(name).start(this::run);
    }

    /** Takes an item and never waits; false when there is no room, or when it is closed. */
    public boolean offer(T item) {
        long itemWeight = weigher.applyAsLong(item);
        lock.lock();
        try {
            if (closed || weight + itemWeight > limits.weight()) {
                dropped++;
                return false;
            }
            weight += itemWeight;
            waitingWeight += itemWeight;
            waiting.add(item);
            if (waiting.size() == 1 || full()) {
                changed.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Items that found no room. */
    public long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    /** The weight of everything waiting or being handled. */
    public long weight() {
        lock.lock();
        try {
            return weight;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes no more, and waits until what is waiting has been handled, or the time for it is up.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        try {
            if (!thread.join(limits.closing())) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            for (List<T> batch = next(); batch != null; batch = next()) {
                handle(batch);
            }
        } catch (InterruptedException _) {
            // The time for closing is up: what is left is given up with the thread.
        }
    }

    private void handle(List<T> batch) {
        try {
            work.accept(batch);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, thread.getName() + " failed: " + e.getMessage(), e);
        } finally {
            long done = batch.stream().mapToLong(weigher).sum();
            lock.lock();
            try {
                weight -= done;
            } finally {
                lock.unlock();
            }
        }
    }

    /** Waits for a batch; null when it is closed and everything is handled. */
    private @Nullable List<T> next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty() && !closed) {
                changed.await();
            }
            long left = limits.linger().toNanos();
            while (!full() && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (waiting.isEmpty()) {
                return null;
            }
            List<T> batch = new ArrayList<>();
            while (!waiting.isEmpty() && batch.size() < limits.batch()) {
                T item = waiting.remove();
                waitingWeight -= weigher.applyAsLong(item);
                batch.add(item);
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private boolean full() {
        return waiting.size() >= limits.batch() || waitingWeight >= limits.weight() / 2;
    }
}
