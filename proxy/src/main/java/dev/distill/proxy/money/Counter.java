package dev.distill.proxy.money;

import dev.distill.config.ProxyConfig.Period;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one scope has spent and reserved, window by window. A reservation stays with the window it
 * was made in, so that a window that ends under a running call, or a clock that is set back,
 * neither loses nor doubles anything. Callers hold {@link #lock} around {@link #at} and what they
 * do with its sums.
 */
final class Counter {
    /** The present window, the one before, and one that a clock set wrong may have opened. */
    private static final int WINDOWS = 3;

    /** A place in the order in which locks are taken. */
    final long order;

    final Scope scope;
    final Period per;
    final ReentrantLock lock = new ReentrantLock();
    private final NavigableMap<Instant, Sums> windows = new TreeMap<>();

    /** When a request last counted to this job. */
    volatile Instant used = Instant.EPOCH;

    /** The sums of one window. */
    static final class Sums {
        final Window window;
        long spent;
        long reserved;

        private Sums(Window window) {
            this.window = window;
        }
    }

    Counter(long order, Scope scope, Period per) {
        this.order = order;
        this.scope = scope;
        this.per = per;
    }

    /** The sums of the window that a moment is in. */
    Sums at(Instant when) {
        Window window = Window.of(per, when);
        Sums sums = windows.get(window.starts());
        if (sums == null) {
            sums = new Sums(window);
            windows.put(window.starts(), sums);
            forget(sums);
        }
        return sums;
    }

    private void forget(Sums present) {
        while (windows.size() > WINDOWS) {
            Map.Entry<Instant, Sums> oldest = windows.firstEntry();
            if (oldest.getValue() == present) {
                oldest = windows.higherEntry(oldest.getKey());
            }
            windows.remove(oldest.getKey());
        }
    }

    /** Adds to what was spent; takes the lock itself. */
    void add(Instant at, long nanoUsd) {
        lock.lock();
        try {
            at(at).spent += nanoUsd;
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing is reserved and no request has counted since. */
    boolean idle(Instant since) {
        lock.lock();
        try {
            return used.isBefore(since)
                    && windows.values().stream().allMatch(sums -> sums.reserved == 0);
        } finally {
            lock.unlock();
        }
    }
}
