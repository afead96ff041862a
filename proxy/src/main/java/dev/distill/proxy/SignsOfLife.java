package dev.distill.proxy;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends comments down streams on which nothing happens, so that nobody on the way takes them for
 * dead while a model thinks, and so that we notice when nobody listens any more. Callers who keep
 * us waiting, with their request or by not reading the answer, are cut off after a while.
 */
final class SignsOfLife implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final Set<Watched> callers = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Starts looking after streams. */
    SignsOfLife() {
        Thread.ofVirtual().name("signs of life").start(this::run);
    }

    /** A caller who is looked after until this is closed. */
    final class Watched implements AutoCloseable {
        private final Outlet outlet;
        private final Thread worker = Thread.currentThread();
        private final Optional<Runnable> onGone;

        private Watched(Outlet outlet, Optional<Runnable> onGone) {
            this.outlet = outlet;
            this.onGone = onGone;
        }

        private void look() {
            if (outlet.isStuck()) {
                close();
                worker.interrupt(); // which closes the connection that it waits at
            } else if (onGone.isPresent()) {
                try {
                    outlet.signOfLife();
                } catch (ClientGoneException _) {
                    close();
                    onGone.get().run();
                }
            }
        }

        @Override
        public void close() {
            callers.remove(this);
        }
    }

    /** Looks after a caller of this thread's: one who takes nothing is not waited for long. */
    Watched watch(Outlet outlet) {
        return watch(outlet, Optional.empty());
    }

    /**
     * The same for a stream, which gets signs of life.
     *
     * @param onGone what to do when its caller has gone
     */
    Watched watch(Outlet outlet, Runnable onGone) {
        return watch(outlet, Optional.of(onGone));
    }

    private Watched watch(Outlet outlet, Optional<Runnable> onGone) {
        Watched watched = new Watched(outlet, onGone);
        callers.add(watched);
        return watched;
    }

    private void run() {
        while (!closed) {
            LockSupport.parkNanos(LOOK.toNanos());
            callers.forEach(Watched::look);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
