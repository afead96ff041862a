import java.util.Arrays;

/**
 * Durations in nanoseconds, all of them kept, so that percentiles are exact. Not for several
 * threads.
 */
final class Samples {
    private long[] nanos = new long[1024];
    private int size;
    private boolean sorted;

    void add(long duration) {
        if (size == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * size);
        }
        nanos[size++] = duration;
        sorted = false;
    }

    void addAll(Samples others) {
        for (int i = 0; i < others.size; i++) {
            add(others.nanos[i]);
        }
    }

    int size() {
        return size;
    }

    /**
     * The smallest sample that {@code percent} of all are not above, in milliseconds; 0 without
     * any.
     */
    double millis(double percent) {
        if (size == 0) {
            return 0;
        }
        if (!sorted) {
            Arrays.sort(nanos, 0, size);
            sorted = true;
        }
        int rank = (int) Math.ceil(percent / 100 * size);
        return nanos[Math.clamp(rank - 1, 0, size - 1)] / 1e6;
    }

    /** How many are longer. */
    long above(long duration) {
        return Arrays.stream(nanos, 0, size).filter(n -> n > duration).count();
    }
}
