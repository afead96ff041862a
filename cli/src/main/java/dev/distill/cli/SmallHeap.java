package dev.distill.cli;

import java.time.Duration;
import java.util.function.LongSupplier;

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

    private final long growth;
    private final LongSupplier size;
    private final Runnable collection;
    private long sizeAfter;

    /**
     * @param growth bytes
     * @param size of the heap, in bytes
     * @param collection makes it as small as it can be
     */
    SmallHeap(long growth, LongSupplier size, Runnable collection) {
        this.growth = growth;
        this.size = size;
        this.collection = collection;
        this.sizeAfter = size.getAsLong();
    }

    /** Begins to look after the heap of this process, if that is asked for. */
    static void start() {
        long growth = Long.getLong(GROWTH, 0) << 20;
        if (growth > 0) {
            SmallHeap heap = new SmallHeap(growth, Runtime.getRuntime()::totalMemory, System::gc);
            Thread.ofPlatform().daemon().name("small-heap").start(heap::run);
        }
    }

    /** Collects if it has grown that much since the last collection of this kind. */
    void look() {
        if (size.getAsLong() - sizeAfter >= growth) {
            collection.run();
            sizeAfter = size.getAsLong();
        }
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(LOOK);
                look();
            }
        } catch (InterruptedException _) {
            // nobody needs it any more
        }
    }
}
