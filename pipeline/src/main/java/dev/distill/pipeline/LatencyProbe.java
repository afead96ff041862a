package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.evaluation.Provenance;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Measures how long a model takes over HTTP, in a closed loop: each of some callers sends its next
 * request when the last one is answered. The first requests warm up and are not counted.
 */
final class LatencyProbe {
    private static final int WARM_UP = 20;

    private final ChatClient client;
    private final List<ObjectNode> requests;

    /**
     * @param client that reads nothing from the store
     * @param requests sent in turn, over and over
     */
    LatencyProbe(ChatClient client, List<ObjectNode> requests) {
        this.client = client;
        this.requests = List.copyOf(requests);
    }

    /** Sends {@code n} requests by {@code concurrency} callers. */
    LatencySample measure(int n, int concurrency) throws InterruptedException {
        loop(WARM_UP, concurrency, Collections.synchronizedList(new ArrayList<>()));
        List<Double> millis = Collections.synchronizedList(new ArrayList<>());
        long start = System.nanoTime();
        int failures = loop(n, concurrency, millis);
        double seconds = (System.nanoTime() - start) / 1e9;
        return new LatencySample(Provenance.MEASURED, concurrency, millis, failures, seconds);
    }

    private int loop(int n, int concurrency, List<Double> millis) throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        AtomicInteger failures = new AtomicInteger();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < concurrency; caller++) {
                callers.execute(() -> call(n, next, failures, millis));
            }
        }
        return failures.get();
    }

    private void call(int n, AtomicInteger next, AtomicInteger failures, List<Double> millis) {
        try {
            for (int i = next.getAndIncrement(); i < n; i = next.getAndIncrement()) {
                long start = System.nanoTime();
                ChatClient.Reply reply = client.ask(requests.get(i % requests.size()));
                if (reply instanceof ChatClient.Reply.Answered) {
                    millis.add((System.nanoTime() - start) / 1e6);
                } else {
                    failures.incrementAndGet();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
