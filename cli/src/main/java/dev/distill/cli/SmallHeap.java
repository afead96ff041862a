package dev.distill.cli;

import java.time.Duration;

/**
 * Keeps the heap of a process that runs for long as small as its data. The serial collector looks
 * for garbage among old objects only when its heap is as large as it may become; what a proxy needs
 * for ten thousand connections would then be taken by garbage, and the collection of that much
 * stops everything for longer than a stream should pause. So the heap is collected whenever it has
 * grown by some mebibytes, which takes as long as its live data is large: about 50 ms.
 *
 * <p>Only where the launcher asks for it, by the system property {@code distill.heap_growth_mib},
 * beside the collector that this is for.
 */
final class SmallHeap {
    private static final String GROWTH = "distill.heap_growth_mib";
    private static final Duration LOOK = Duration.ofMillis(500);

    private SmallHeap() {}

    /** Begins to look after the heap, if that is asked for. */
    static void start() {
        long growth = Long.getLong(GROWTH, 0) << 20;
        if (growth > 0) {
            Thread.ofPlatform().daemon().name("small-heap").start(() -> run(growth));
        }
    }

    private static void run(long growth) {
        Runtime heap = Runtime.getRuntime();
        long after = heap.totalMemory();
        try {
            while (true) {
                Thread.sleep(LOOK);
                if (heap.totalMemory() - after >= growth) {
                    System.gc();
                    after = heap.totalMemory();
                }
            }
        } catch (InterruptedException _) {
            // nobody needs it any more
        }
    }
}
