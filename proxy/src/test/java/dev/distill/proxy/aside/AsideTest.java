package dev.distill.proxy.aside;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AsideTest {
    private static final Duration LONG = Duration.ofHours(1);
    private final List<List<Integer>> batches = Collections.synchronizedList(new ArrayList<>());

    @Test
    void closingHandlesWhatIsWaitingInOrderAndInBatches() {
        Aside<Integer> aside =
                new Aside<>("test", new Aside.Limits(100, 3, LONG, LONG), _ -> 1, batches::add);
        for (int i = 1; i <= 7; i++) {
            assertThat(aside.offer(i)).isTrue();
        }
        aside.close();
        assertThat(batches).containsExactly(List.of(1, 2, 3), List.of(4, 5, 6), List.of(7));
        assertThat(aside.offer(8)).isFalse();
        assertThat(aside.dropped()).isEqualTo(1);
        assertThat(aside.weight()).isZero();
    }

    @Test
    void aFullBatchDoesNotWaitForTheRestOfItsTime() throws InterruptedException {
        CountDownLatch handled = new CountDownLatch(1);
        try (Aside<Integer> aside =
                new Aside<>(
                        "test",
                        new Aside.Limits(100, 2, LONG, LONG),
                        _ -> 1,
                        _ -> handled.countDown())) {
            aside.offer(1);
            aside.offer(2);
            assertThat(handled.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void whatHasNoRoomIsDroppedAndCountedWhileTheWorkIsStuck() throws InterruptedException {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Aside<Integer> aside =
                new Aside<>(
                        "test",
                        new Aside.Limits(10, 1, Duration.ZERO, LONG),
                        weight -> weight,
                        batch -> {
                            working.countDown();
                            await(goOn);
                            batches.add(batch);
                        });
        aside.offer(6);
        assertThat(working.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(aside.offer(4)).isTrue();
        assertThat(aside.offer(1)).isFalse();
        goOn.countDown();
        aside.close();
        assertThat(batches).containsExactly(List.of(6), List.of(4));
        assertThat(aside.dropped()).isEqualTo(1);
    }

    @Test
    void workThatFailsDoesNotEndTheThread() {
        Aside<Integer> aside =
                new Aside<>(
                        "a test that fails on purpose",
                        new Aside.Limits(100, 1, Duration.ZERO, LONG),
                        _ -> 1,
                        batch -> {
                            batches.add(batch);
                            throw new IllegalStateException("on purpose");
                        });
        aside.offer(1);
        aside.offer(2);
        aside.close();
        assertThat(batches).hasSize(2);
        assertThat(aside.weight()).isZero();
    }

    @Test
    void workThatNeverEndsIsGivenUpWhenTheTimeForClosingIsUp() throws InterruptedException {
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Aside<Integer> aside =
                new Aside<>(
                        "test",
                        new Aside.Limits(100, 1, Duration.ZERO, Duration.ofMillis(1)),
                        _ -> 1,
                        _ -> {
                            await(never);
                            interrupted.countDown();
                        });
        aside.offer(1);
        aside.close();
        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
