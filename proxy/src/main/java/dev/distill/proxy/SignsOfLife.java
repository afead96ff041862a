package dev.distill.proxy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Sends comments down streams on which nothing happens, so that nobody on the way takes them for
 * dead while a model thinks, and so that we notice when nobody listens any more. Callers who keep
 * us waiting, with their request or by not reading the answer, are cut off after a while. Callers
 * without a stream are looked after in the kernel's table of connections, read once a round and
 * only while somebody waits for longer than that.
 */
final class SignsOfLife implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final Set<Watched> callers = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private enum Looking {
        WHETHER_STUCK,
        BY_SIGNS,
        AT_CONNECTION
    }

    @FunctionalInterface
    private interface Look {
        void run() throws ClientGoneException;
    }

    /** Starts looking after streams. */
    SignsOfLife() {
        Thread.ofPlatform().daemon().name("signs of life").start(this::run);
    }

    /** A caller who is looked after until this is closed. */
    final class Watched implements AutoCloseable {
        private final Outlet outlet;
        private final Thread worker = Thread.currentThread();
        private final Looking looking;
        private final Runnable onGone;
        private boolean seen;

        private Watched(Outlet outlet, Looking looking, Runnable onGone) {
            this.outlet = outlet;
            this.looking = looking;
            this.onGone = onGone;
        }

        private void look(Supplier<TcpTable> connections) {
            if (outlet.isStuck()) {
                close();
                worker.interrupt(); // which closes the connection that it waits at
                return;
            }
            switch (looking) {
                case WHETHER_STUCK -> {
                    // that was all
                }
                case BY_SIGNS -> unlessGone(outlet::signOfLife);
                case AT_CONNECTION -> {
                    if (seen) { // or it is younger than a round
                        lookAt(connections.get());
                    }
                    seen = true;
                }
            }
        }

        /** What is said to one who seems to have gone may block. */
        private void lookAt(TcpTable connections) {
            if (outlet.seemsGone(connections)) {
                Thread.ofVirtual().start(() -> unlessGone(outlet::callOut));
            }
        }

        private void unlessGone(Look look) {
            try {
                look.run();
            } catch (ClientGoneException _) {
                close();
                onGone.run();
            }
        }

        @Override
        public void close() {
            callers.remove(this);
        }
    }

    /** Looks after a caller of this thread's: one who takes nothing is not waited for long. */
    Watched watch(Outlet outlet) {
        return watch(outlet, Looking.WHETHER_STUCK, () -> {});
    }

    /**
     * The same for a stream, which gets signs of life.
     *
     * @param onGone what to do when its caller has gone
     */
    Watched watch(Outlet outlet, Runnable onGone) {
        return watch(outlet, Looking.BY_SIGNS, onGone);
    }

    /**
     * The same for a whole answer, which can have no signs of life.
     *
     * @param onGone what to do when its caller has gone
     */
    Watched watchWhole(Outlet outlet, Runnable onGone) {
        return watch(outlet, Looking.AT_CONNECTION, onGone);
    }

    private Watched watch(Outlet outlet, Looking looking, Runnable onGone) {
        Watched watched = new Watched(outlet, looking, onGone);
        callers.add(watched);
        return watched;
    }

    private void run() {
        while (!closed) {
            LockSupport.parkNanos(LOOK.toNanos());
            Supplier<TcpTable> connections = onceOnly(TcpTable::read);
            callers.forEach(caller -> caller.look(connections));
        }
    }

    /** For one thread. */
    private static <T> Supplier<T> onceOnly(Supplier<T> supplier) {
        List<T> made = new ArrayList<>(1);
        return () -> {
            if (made.isEmpty()) {
                made.add(supplier.get());
            }
            return made.getFirst();
        };
    }

    @Override
    public void close() {
        closed = true;
    }
}
