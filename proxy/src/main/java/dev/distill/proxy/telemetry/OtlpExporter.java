package dev.distill.proxy.telemetry;

import dev.distill.config.Shown;
import dev.distill.proxy.aside.Aside;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Sends spans in batches to a collector; those it does not take after a few tries are dropped. */
final class OtlpExporter implements AutoCloseable {
    private static final Logger LOG = System.getLogger(OtlpExporter.class.getName());
    private static final Aside.Limits LIMITS =
            new Aside.Limits(4_096, 512, Duration.ofSeconds(1), Duration.ofSeconds(5));
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Statuses after which OTLP has the same batch sent again. */
    private static final Set<Integer> AGAIN = Set.of(429, 502, 503, 504);

    private static final int ATTEMPTS = 3;

    private final URI traces;
    private final Duration firstWait;
    private final HttpClient client;
    private final Aside<Span.Ended> queue;
    private final AtomicLong refused = new AtomicLong();

    /**
     * @param collector everything before {@code /v1/traces}
     * @param firstWait before the second attempt; it doubles from there
     */
    OtlpExporter(URI collector, Duration firstWait) {
        this.traces = URI.create(collector.toString().replaceAll("/+$", "") + "/v1/traces");
        this.firstWait = firstWait;
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1) // no offer of h2c with a post
                        .connectTimeout(PATIENCE)
                        .build();
        this.queue = new Aside<>("traces", LIMITS, _ -> 1, this::send);
    }

    void offer(Span.Ended span) {
        queue.offer(span);
    }

    /** Spans that found no room, or that the collector did not take. */
    long dropped() {
        return queue.dropped() + refused.get();
    }

    @Override
    public void close() {
        queue.close();
        client.shutdownNow();
    }

    private void send(List<Span.Ended> spans) {
        HttpRequest request =
                HttpRequest.newBuilder(traces)
                        .timeout(PATIENCE)
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(OtlpJson.of(spans)))
                        .build();
        String problem = "";
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                if (attempt > 0) {
                    Thread.sleep(firstWait.multipliedBy(1L << (attempt - 1)));
                }
                try {
                    HttpResponse<Void> answer = client.send(request, BodyHandlers.discarding());
                    if (answer.statusCode() / 100 == 2) {
                        return;
                    }
                    problem = "status " + answer.statusCode();
                    if (!AGAIN.contains(answer.statusCode())) {
                        break;
                    }
                } catch (IOException e) {
                    problem = e.toString();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            problem = "the proxy is closing";
        }
        if (refused.getAndAdd(spans.size()) == 0) { // said once, counted always
            LOG.log(
                    Level.WARNING,
                    "traces are not taken by " + Shown.address(traces.toString()) + ": " + problem);
        }
    }
}
