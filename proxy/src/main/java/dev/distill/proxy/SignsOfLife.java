package dev.distill.proxy;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends comments down streams on which nothing happens, so that nobody on the way takes them for
 * dead while a model thinks, and so that we notice when nobody listens any more.
 */
final class SignsOfLife implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final Set<Watched> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Starts looking after streams. */
    SignsOfLife() {
        Thread.ofVirtual().name("signs of life").start(this::run);
    }

    /** A stream that is looked after until it is closed. */
    final class Watched implements AutoCloseable {
        private final Outlet outlet;
        private final Runnable onGone;

        private Watched(Outlet outlet, Runnable onGone) {
            this.outlet = outlet;
            this.onGone = onGone;
        }

        @Override
        public void close() {
            streams.remove(this);
        }
    }

    /**
     * Looks after a stream.
     *
     * @param onGone what to do when its caller has gone
     */
    Watched watch(Outlet outlet, Runnable onGone) {
        Watched watched = new Watched(outlet, onGone);
        streams.add(watched);
        return watched;
    }

    private void run() {
        while (!closed) {
            LockSupport.parkNanos(LOOK.toNanos());
            for (Watched watched : streams) {
                try {
                    watched.outlet.signOfLife();
                } catch (ClientGoneException _) {
                    watched.close();
                    watched.onGone.run();
                }
            }
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
