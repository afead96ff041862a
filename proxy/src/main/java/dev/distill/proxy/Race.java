package dev.distill.proxy;

import dev.distill.proxy.Asking.Prepared;
import dev.distill.proxy.Opening.Ready;
import dev.distill.proxy.Opening.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Calls to several targets at once, of which one is enough. Closing it ends those that are still
 * running: their connections are closed, and they count as far as anybody knows.
 */
final class Race implements AutoCloseable {
    private final Opening opening;
    private final BlockingQueue<Finish> finished = new LinkedBlockingQueue<>();
    private final List<Runner> running = new ArrayList<>();

    Race(Opening opening) {
        this.opening = opening;
    }

    private record Runner(Prepared prepared, Thread thread) {}

    /** A call that is over. */
    sealed interface Finish {
        Prepared prepared();
    }

    /** It came back. */
    record Returned(Prepared prepared, Result result) implements Finish {}

    /** It could not be made. */
    record Threw(Prepared prepared, Exception cause) implements Finish {}

    /** Makes one more call. */
    void start(Prepared prepared) {
        Thread thread = Thread.ofVirtual().name("hedge").start(() -> finished.add(run(prepared)));
        running.add(new Runner(prepared, thread));
    }

    private Finish run(Prepared prepared) {
        try {
            return new Returned(prepared, opening.open(prepared.request()));
        } catch (InterruptedException | RuntimeException e) {
            return new Threw(prepared, e);
        }
    }

    /** The next call that is over, if one is within a time. */
    Optional<Finish> within(Duration time) throws InterruptedException {
        return Optional.ofNullable(finished.poll(time.toNanos(), TimeUnit.NANOSECONDS))
                .map(this::out);
    }

    /** The next call that is over. */
    Finish next() throws InterruptedException {
        return out(finished.take());
    }

    /** Whether some call is still running. */
    boolean isOpen() {
        return !running.isEmpty();
    }

    private Finish out(Finish finish) {
        running.removeIf(runner -> runner.prepared().equals(finish.prepared()));
        return finish;
    }

    @Override
    public void close() {
        for (Finish finish = finished.poll(); finish != null; finish = finished.poll()) {
            beaten(out(finish));
        }
        int left = running.size();
        for (Runner runner : running) {
            runner.prepared().attempt().abandoned();
            runner.thread().interrupt();
        }
        if (left > 0) {
            Thread.ofVirtual().name("hedge end").start(() -> release(left));
        }
    }

    /** A call that was over when nobody needed it any more: what it used is known. */
    private static void beaten(Finish finish) {
        switch (finish) {
            case Returned(Prepared prepared, Ready ready) -> {
                prepared.attempt().beaten(ready);
                ready.close();
            }
            case Returned(Prepared prepared, Result.None none) ->
                    prepared.attempt().failed(none.failed());
            case Threw threw -> threw.prepared().attempt().abandoned();
        }
    }

    /** Somebody may have an answer all the same. */
    private void release(int left) {
        for (int i = 0; i < left; i++) {
            try {
                if (finished.take() instanceof Returned returned
                        && returned.result() instanceof Ready ready) {
                    ready.close();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
