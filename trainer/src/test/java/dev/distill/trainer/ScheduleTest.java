package dev.distill.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.config.TrainConfig.LrSchedulerType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
    @Tag("golden")
    @ParameterizedTest
    @CsvSource({
        "LINEAR, 0, 0",
        "LINEAR, 1, 0.25",
        "LINEAR, 3, 0.75",
        "LINEAR, 4, 1",
        "LINEAR, 10, 0.625",
        "LINEAR, 12, 0.5",
        "LINEAR, 19, 0.0625",
        "LINEAR, 20, 0",
        "COSINE, 2, 0.5",
        "COSINE, 4, 1",
        "COSINE, 8, 0.8535533905932737",
        "COSINE, 12, 0.5",
        "COSINE, 16, 0.14644660940672627",
        "COSINE, 20, 0",
        "CONSTANT, 1, 0.25",
        "CONSTANT, 4, 1",
        "CONSTANT, 19, 1"
    })
    void hasTheNumbersOfTransformersForTwentyStepsWithFourOfWarmUp(
            LrSchedulerType type, int step, double expected) {
        assertThat(new Schedule(type, 20, 4).factor(step)).isCloseTo(expected, within(1e-12));
    }

    @Test
    void roundsTheWarmUpUp() {
        assertThat(Schedule.of(LrSchedulerType.LINEAR, 25, 0.1).warmup()).isEqualTo(3);
    }

    @Test
    void startsAtThePeakWithoutWarmUp() {
        assertThat(Schedule.of(LrSchedulerType.LINEAR, 10, 0).factor(0)).isEqualTo(1);
    }
}
