package dev.distill.proxy.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RepetitionTest {
    @Property(tries = 200)
    void ofUpToSixteenDifferentCallsTheMostFrequentIsCountedExactly(
            @ForAll @Size(min = 1, max = 200) List<@IntRange(max = 15) Integer> calls) {
        assertThat(most(calls)).isEqualTo(frequency(calls));
    }

    @Property(tries = 200)
    void aCallIsNeverCountedMoreOftenThanItWasMade(
            @ForAll @Size(min = 1, max = 300) List<@IntRange(max = 60) Integer> calls) {
        assertThat(most(calls)).isBetween(1L, frequency(calls));
    }

    @Property(tries = 50)
    void aCycleOfUpToFourCallsIsCountedWhateverCameBefore(
            @ForAll @IntRange(min = 1, max = 4) int length,
            @ForAll @IntRange(min = 2, max = 30) int rounds) {
        Repetition repetition = new Repetition();
        LongStream.range(100, 300).forEach(repetition::add);
        LongStream.range(0, (long) length * rounds).forEach(i -> repetition.add(i % length));
        assertThat(repetition.most()).isEqualTo(rounds);
    }

    private static long most(List<Integer> calls) {
        Repetition repetition = new Repetition();
        calls.forEach(repetition::add);
        return repetition.most();
    }

    private static long frequency(List<Integer> calls) {
        return calls.stream()
                .collect(Collectors.groupingBy(c -> c, Collectors.counting()))
                .values()
                .stream()
                .max(Long::compare)
                .orElseThrow();
    }
}
