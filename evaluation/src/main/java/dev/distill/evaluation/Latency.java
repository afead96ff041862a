package dev.distill.evaluation;

import java.util.List;

/**
 * How long answers take, in milliseconds, at one concurrency.
 *
 * @param provenance measured, or made up by a stand-in
 * @param concurrency callers at the same time
 * @param n answered requests; a stored answer is never one of them
 * @param failures requests without an answer, which have no latency
 * @param p50 median
 * @param p95 95th percentile
 * @param p99 99th percentile
 * @param requestsPerSecond answered requests by wall time
 */
public record Latency(
        Provenance provenance,
        int concurrency,
        int n,
        int failures,
        Estimate p50,
        Estimate p95,
        Estimate p99,
        double requestsPerSecond) {
    /**
     * Sums up one closed-loop measurement.
     *
     * @param millis latency of every answered request, in any order, at least one
     * @param wallSeconds from the first request's start to the last one's end
     */
    public static Latency of(
            Provenance provenance,
            int concurrency,
            List<Double> millis,
            int failures,
            double wallSeconds,
            double confidence) {
        if (millis.isEmpty()) {
            throw new IllegalArgumentException("a latency rests on at least one answered request");
        }
        if (!(wallSeconds > 0)) {
            throw new IllegalArgumentException("wallSeconds must be > 0, got " + wallSeconds);
        }
        double[] sorted = millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return new Latency(
                provenance,
                concurrency,
                sorted.length,
                failures,
                Percentile.of(sorted, 50, confidence),
                Percentile.of(sorted, 95, confidence),
                Percentile.of(sorted, 99, confidence),
                sorted.length / wallSeconds);
    }
}
