package dev.distill.serving;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Puts the questions of many callers into few batches: one thread of its own takes whatever waits,
 * up to a batch, and never waits for more, so that a lone caller is answered at once. Those who
 * come while a batch is answered make the next one.
 *
 * @param <Q> a question
 * @param <A> its answer
 */
final class Batcher<Q, A> implements AutoCloseable {
    /** Callers beyond these are turned away rather than kept waiting. */
    private static final int MOST_WAITING = 1024;

    private final int mostInBatch;
    private final Function<List<Q>, List<A>> student;
    private final Runnable release;
    private final BlockingQueue<Waiting<Q, A>> queue = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Thread worker;
    private volatile boolean closed;

    /**
     * A batcher.
     *
     * @param student answers a batch, in its order, on the batcher's thread
     * @param release frees the student when no more is asked
     */
    Batcher(int mostInBatch, Function<List<Q>, List<A>> student, Runnable release) {
        this.mostInBatch = mostInBatch;
        this.student = student;
        this.release = release;
        this.worker = Thread.ofPlatform().name("student").daemon().start(this::work);
    }

    private record Waiting<Q, A>(Q question, CompletableFuture<A> answer) {}

    /**
     * Queues a question.
     *
     * @return its answer in the making, or a future failed with {@link IllegalStateException} when
     *     the queue is full or closed; a question whose future is cancelled before its turn is
     *     never put
     */
    CompletableFuture<A> ask(Q question) {
        Waiting<Q, A> waiting = new Waiting<>(question, new CompletableFuture<>());
        if (!queue.offer(waiting)) {
            waiting.answer.completeExceptionally(
                    new IllegalStateException(MOST_WAITING + " callers wait already"));
        } else if (closed && queue.remove(waiting)) {
            // The worker has emptied the queue for the last time, and would never see this one.
            waiting.answer.completeExceptionally(shutDown());
        }
        return waiting.answer;
    }

    private void work() {
        List<Waiting<Q, A>> batch = new ArrayList<>();
        while (!closed) {
            try {
                batch.add(queue.take());
                queue.drainTo(batch, mostInBatch - 1);
                batch.removeIf(waiting -> waiting.answer.isDone());
                if (!batch.isEmpty()) {
                    answer(batch);
                }
                batch.clear();
            } catch (InterruptedException _) {
                // Only close() interrupts, after it has set the flag that ends the loop.
                break;
            }
        }
        queue.drainTo(batch);
        batch.forEach(w -> w.answer.completeExceptionally(shutDown()));
    }

    private static IllegalStateException shutDown() {
        return new IllegalStateException("the student is shut down");
    }

    private void answer(List<Waiting<Q, A>> batch) {
        try {
            List<A> answers = student.apply(batch.stream().map(Waiting::question).toList());
            for (int i = 0; i < answers.size(); i++) {
                batch.get(i).answer.complete(answers.get(i));
            }
        } catch (RuntimeException | Error e) {
            // The worker lives on: the callers are the ones to know.
            batch.forEach(w -> w.answer.completeExceptionally(e));
        }
    }

    @Override
    public void close() {
        closed = true;
        worker.interrupt();
        try {
            worker.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        release.run();
    }
}
