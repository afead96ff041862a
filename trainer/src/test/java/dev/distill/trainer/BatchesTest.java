package dev.distill.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class BatchesTest {
    @Property(tries = 100)
    void everyRowComesOnceInAnEpoch(
            @ForAll @IntRange(min = 1, max = 500) int count,
            @ForAll @IntRange(min = 1, max = 64) int perStep,
            @ForAll long seed,
            @ForAll @IntRange(max = 20) int epoch) {
        List<EncodedRow> rows = rows(count);

        List<List<EncodedRow>> steps = Batches.epoch(rows, perStep, seed, epoch);

        assertThat(steps).hasSize(Batches.stepsPerEpoch(count, perStep));
        assertThat(steps.stream().flatMap(List::stream).toList())
                .containsExactlyInAnyOrderElementsOf(rows);
        assertThat(steps.stream().filter(step -> step.size() != perStep).count())
                .isLessThanOrEqualTo(1);
    }

    @Property(tries = 20)
    void theOrderDependsOnSeedAndEpochAlone(
            @ForAll long seed, @ForAll @IntRange(max = 9) int epoch) {
        List<EncodedRow> rows = rows(200);
        List<List<EncodedRow>> order = Batches.epoch(rows, 8, seed, epoch);

        assertThat(Batches.epoch(rows, 8, seed, epoch)).isEqualTo(order);
        assertThat(Batches.epoch(rows, 8, seed, epoch + 1)).isNotEqualTo(order);
        assertThat(Batches.epoch(rows, 8, seed + 1, epoch)).isNotEqualTo(order);
    }

    @Property(tries = 20)
    void rowsOfLikeLengthShareAStep(@ForAll long seed) {
        List<EncodedRow> rows = rows(4000);
        int tokens = rows.stream().mapToInt(EncodedRow::length).sum();

        int padded =
                Batches.epoch(rows, 16, seed, 0).stream()
                        .mapToInt(step -> step.size() * step.getFirst().length())
                        .sum();

        assertThat(padded).isLessThan((int) (tokens * 1.05));
    }

    @Property(tries = 20)
    void accumulationDoesNotChangeWhatAStepLearnsFrom(@ForAll long seed) {
        List<EncodedRow> step = Batches.epoch(rows(100), 32, seed, 0).getFirst();

        List<EncodedRow> together = new ArrayList<>();
        Batches.cut(step, 8).forEach(together::addAll);

        assertThat(together).isEqualTo(step);
    }

    private static List<EncodedRow> rows(int count) {
        Random lengths = new Random(5);
        List<EncodedRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(Trainings.encoded("row-" + i, 3 + lengths.nextInt(60), 0, 1, 0));
        }
        return rows;
    }
}
