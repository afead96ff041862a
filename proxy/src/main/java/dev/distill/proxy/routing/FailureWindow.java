package dev.distill.proxy.routing;

import java.time.Duration;
import java.util.Arrays;

/** Calls and failures over a sliding window of time, in ten slices. */
final class FailureWindow {
    private static final int SLICES = 10;

    private final long sliceNanos;
    private final int[] calls = new int[SLICES];
    private final int[] failures = new int[SLICES];
    private final long start;
    private long newest;

    FailureWindow(Duration window, long now) {
        this.sliceNanos = Math.max(1, window.toNanos() / SLICES);
        this.start = now;
    }

    /** Counts a call. */
    void call(long now) {
        forget(now);
        calls[(int) (newest % SLICES)]++;
    }

    /** Counts the failure of a call that is counted already. */
    void failure(long now) {
        forget(now);
        failures[(int) (newest % SLICES)]++;
    }

    /** Calls in the window. */
    int calls(long now) {
        forget(now);
        return Arrays.stream(calls).sum();
    }

    /** Failures in the window. */
    int failures(long now) {
        forget(now);
        return Arrays.stream(failures).sum();
    }

    /** Starts anew. */
    void clear() {
        Arrays.fill(calls, 0);
        Arrays.fill(failures, 0);
    }

    private void forget(long now) {
        long slice = Math.max(newest, (now - start) / sliceNanos);
        for (long old = Math.max(newest + 1, slice - SLICES + 1); old <= slice; old++) {
            calls[(int) (old % SLICES)] = 0;
            failures[(int) (old % SLICES)] = 0;
        }
        newest = slice;
    }
}
