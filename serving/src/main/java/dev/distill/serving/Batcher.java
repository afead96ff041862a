package dev.distill.serving;

import dev.distill.models.Classifier;
import dev.distill.models.Prediction;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;

/**
 * Puts the texts of many callers into few batches: one thread of its own takes whatever waits, up
 * to a batch, and never waits for more, so that a lone caller is answered at once.
 */
final class Batcher implements AutoCloseable {
    private static final int MOST_IN_BATCH = 32;

    /** Callers beyond these are turned away rather than kept waiting. */
    private static final int MOST_WAITING = 1024;

    private final Classifier classifier;
    private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Thread worker;
    private volatile boolean closed;

    /** Takes over the classifier and closes it. */
    Batcher(Classifier classifier) {
        this.classifier = classifier;
        this.worker = Thread.ofPlatform().name("student").daemon().start(this::work);
    }

    private record Waiting(String text, CompletableFuture<Prediction> answer) {}

    /**
     * Queues a text.
     *
     * @return its answer in the making, or a future failed with {@link IllegalStateException} when
     *     the queue is full or closed
     */
    CompletableFuture<Prediction> classify(String text) {
        Waiting waiting = new Waiting(text, new CompletableFuture<>());
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
        List<Waiting> batch = new ArrayList<>();
        while (!closed) {
            try {
                batch.add(queue.take());
                queue.drainTo(batch, MOST_IN_BATCH - 1);
                answer(batch);
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

    private void answer(List<Waiting> batch) {
        try {
            List<Prediction> predictions =
                    classifier.classify(batch.stream().map(Waiting::text).toList());
            for (int i = 0; i < predictions.size(); i++) {
                batch.get(i).answer.complete(predictions.get(i));
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
        classifier.close();
    }
}
