package dev.distill.proxy.telemetry;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Durations in buckets. Safe for use by many threads. */
final class Histogram implements Series {
    /** For whole requests and first tokens: 10 ms to 10 minutes. */
    static final List<Double> REQUEST =
            List.of(
                    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0,
                    320.0, 640.0);

    /** For what the proxy itself adds: 50 microseconds to 1 s. */
    static final List<Double> OVERHEAD =
            List.of(0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.1, 1.0);

    private static final double NANOS = Duration.ofSeconds(1).toNanos();

    private final List<Double> bounds;
    private final long[] boundNanos;
    private final LongAdder[] counts;
    private final LongAdder sumNanos = new LongAdder();

    /**
     * @param bounds upper bounds of the buckets in seconds, ascending
     */
    Histogram(List<Double> bounds) {
        this.bounds = bounds;
        this.boundNanos = bounds.stream().mapToLong(b -> Math.round(b * NANOS)).toArray();
        this.counts = new LongAdder[bounds.size() + 1];
        Arrays.setAll(counts, _ -> new LongAdder());
    }

    void add(long nanos) {
        int bucket = Arrays.binarySearch(boundNanos, nanos);
        counts[bucket >= 0 ? bucket : -bucket - 1].increment();
        sumNanos.add(nanos);
    }

    @Override
    public void write(Exposition out, Family<?> family, String labels) {
        String prefix = labels.isEmpty() ? "" : labels + ",";
        long below = 0;
        for (int i = 0; i < counts.length; i++) {
            below += counts[i].sum();
            String bound = i < bounds.size() ? Exposition.number(bounds.get(i)) : "+Inf";
            out.sample(family.name() + "_bucket", prefix + "le=\"" + bound + "\"", (double) below);
        }
        out.sample(family.name() + "_sum", labels, sumNanos.sum() / NANOS);
        out.sample(family.name() + "_count", labels, (double) below);
    }
}
