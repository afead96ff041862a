package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class SmallHeapTest {
    private final AtomicLong size = new AtomicLong(100);
    private final AtomicInteger collections = new AtomicInteger();
    private final SmallHeap heap =
            new SmallHeap(
                    16,
                    size::get,
                    () -> {
                        collections.incrementAndGet();
                        size.addAndGet(-6);
                    });

    @Test
    void collectsWhenTheHeapHasGrownByThatMuch() {
        size.set(115);
        heap.look();
        assertThat(collections).hasValue(0);
        size.set(116);
        heap.look();
        assertThat(collections).hasValue(1);
    }

    @Test
    void countsGrowthFromWhatIsLeftAfterACollection() {
        size.set(206);
        heap.look(); // 200 of it are alive
        size.set(215);
        heap.look();
        assertThat(collections).hasValue(1);
        size.set(216);
        heap.look();
        assertThat(collections).hasValue(2);
    }
}
