package dev.distill.proxy.upstream;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends calls that are overdue. One thread looks at all calls under way every few milliseconds,
 * which costs less than a timer for each read. It sleeps when there has been none for a while:
 * waking it costs the call that does it more than all that it is for.
 */
final class Watchdog implements AutoCloseable {
    private static final long TICK_NANOS = Duration.ofMillis(10).toNanos();
    private static final long IDLE_NANOS = Duration.ofSeconds(1).toNanos();

    /** It goes on looking for so long after the last call. */
    private static final int MOST_EMPTY_LOOKS = 100;

    private final Set<HttpCall> calls = ConcurrentHashMap.newKeySet();
    private final Runnable housekeeping;
    private final Thread thread;
    private volatile boolean asleep;
    private volatile boolean closed;

    /**
     * @param housekeeping done about every second
     */
    Watchdog(String name, Runnable housekeeping) {
        this.housekeeping = housekeeping;
        this.thread = Thread.ofPlatform().daemon().name("watchdog-" + name).unstarted(this::watch);
        thread.start();
    }

    /** Watches a call until it is removed. */
    void add(HttpCall call) {
        calls.add(call);
        if (asleep) {
            LockSupport.unpark(thread);
        }
        if (closed) {
            call.end(Fault.CLOSED);
        }
    }

    /** Leaves a call alone. */
    void remove(HttpCall call) {
        calls.remove(call);
    }

    /** Calls under way. */
    int watched() {
        return calls.size();
    }

    /** Ends all calls and the thread. */
    @Override
    public void close() {
        closed = true;
        calls.forEach(call -> call.end(Fault.CLOSED));
        LockSupport.unpark(thread);
    }

    private void watch() {
        long cleaned = System.nanoTime();
        int emptyLooks = 0;
        while (!closed) {
            long now = System.nanoTime();
            calls.forEach(call -> call.check(now));
            if (now - cleaned >= IDLE_NANOS) {
                cleaned = now;
                housekeeping.run();
            }
            emptyLooks = calls.isEmpty() ? emptyLooks + 1 : 0;
            if (emptyLooks > MOST_EMPTY_LOOKS) {
                sleep();
            } else {
                LockSupport.parkNanos(this, TICK_NANOS);
            }
        }
    }

    /** Until there is a call, or it is time to keep house; whoever adds one sees this asleep. */
    private void sleep() {
        asleep = true;
        if (calls.isEmpty()) {
            LockSupport.parkNanos(this, IDLE_NANOS);
        }
        asleep = false;
    }
}
