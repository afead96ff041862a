package dev.distill.proxy;

import dev.distill.config.UserError;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/**
 * Lets one of several identical requests at the same time do the work, and hands what came of it to
 * all of them.
 *
 * @param <K> what makes requests identical
 * @param <T> what comes of the work
 */
final class Flights<K, T> {
    private final Map<K, CompletableFuture<T>> running = new ConcurrentHashMap<>();

    /** What came of the work, and whether somebody else did it. */
    record Landed<T>(T result, Seat seat) {}

    /** Who did the work. */
    enum Seat {
        PILOT,
        PASSENGER
    }

    /**
     * Does the work, unless it is being done: then waits for it. A failure that concerns only the
     * terms of whoever did the work is not shared; the next one tries on its own terms.
     */
    Landed<T> join(K key, Work<T> work) throws InterruptedException {
        while (true) {
            CompletableFuture<T> mine = new CompletableFuture<>();
            CompletableFuture<T> other = running.putIfAbsent(key, mine);
            if (other == null) {
                return new Landed<>(fly(key, mine, work), Seat.PILOT);
            }
            try {
                return new Landed<>(other.get(), Seat.PASSENGER);
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case RefusedException refused
                            when Refusals.isAboutTheCaller(refused.refusal()) -> {}
                    case InterruptedException _ -> {}
                    case RefusedException failed -> throw failed;
                    case UserError failed -> throw failed;
                    case null, default -> throw new IllegalStateException("the work failed", e);
                }
            }
        }
    }

    private T fly(K key, CompletableFuture<T> mine, Work<T> work) throws InterruptedException {
        Throwable cause = new IllegalStateException("the work ended with an error");
        try {
            T result = work.run();
            mine.complete(result);
            return result;
        } catch (InterruptedException | RuntimeException e) {
            cause = e;
            throw e;
        } finally {
            running.remove(key);
            mine.completeExceptionally(cause); // no effect after a result
        }
    }

    /** Something worth doing once. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws InterruptedException;
    }
}
