package dev.distill.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncoderMemoryTest {
    @TempDir private Path folder;

    @Test
    void halfTheRowsLeaveHalfAsMuchBehindAndWeighTheSame() {
        EncoderMemory memory = memory(Trainings.config(), 10, 1);

        assertThat(memory.plan(4).batch()).isEqualTo(memory.plan(8).batch() / 2);
        assertThat(memory.plan(4).weights()).isEqualTo(memory.plan(8).weights());
        assertThat(memory.plan(4).learning()).isEqualTo(memory.plan(8).learning());
    }

    @Test
    void longTextsTakeMoreThanInProportionAndMostOfAllWithDropout() {
        long shortTexts = memory(Trainings.config().dropout(0), 8, 1).plan(8).batch();
        long longTexts = memory(Trainings.config().dropout(0), 32, 1).plan(8).batch();
        long dropped = memory(Trainings.config().dropout(0.1), 32, 1).plan(8).batch();

        assertThat(longTexts).isGreaterThan(4 * shortTexts);
        assertThat(dropped).isGreaterThan(longTexts);
    }

    @Test
    void eachThreadHasGradientsOfItsOwn() {
        EncoderMemory one = memory(Trainings.config(), 10, 1);
        EncoderMemory two = memory(Trainings.config(), 10, 2);
        long weights = (two.plan(8).learning() - one.plan(8).learning()) / Float.BYTES;

        assertThat(two.plan(8).learning()).isEqualTo(one.plan(8).learning() + weights * 4);
        assertThat(weights).isPositive();
        // The moments and the sum of a weight are three numbers, its gradient in a thread is one.
        assertThat(one.plan(8).learning()).isEqualTo(4 * 4 * weights);
    }

    /** Texts of so many tokens. */
    private EncoderMemory memory(Trainings config, int tokens, int threads) {
        List<EncodedRow> rows = List.of(Trainings.encoded("r", tokens, 0, 1, 0, 0));
        return new EncoderMemory(
                Trainings.job(config.build(), folder), new Rows(rows, rows), threads);
    }
}
