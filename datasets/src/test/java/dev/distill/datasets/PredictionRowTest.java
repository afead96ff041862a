package dev.distill.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class PredictionRowTest {
    private static final Request GOLD =
            new Request("g", "hi", Optional.of("card"), Optional.empty(), Rows.PLACE);

    @Test
    void flagsFollowFromTheLabels() {
        PredictionRow row =
                PredictionRow.of(
                        GOLD, Optional.of("Refund."), Optional.of("refund"), "key", "card", 0.9);
        assertThat(row.teacherCorrect()).isFalse();
        assertThat(row.studentCorrect()).isTrue();
        assertThat(
                        PredictionRow.of(
                                        GOLD, Optional.empty(), Optional.empty(), "", "refund", 0.9)
                                .teacherCorrect())
                .isFalse();
    }

    @Test
    void refusesFlagsThatContradictTheLabels() {
        assertThatThrownBy(
                        () ->
                                new PredictionRow(
                                        "g",
                                        "hi",
                                        "card",
                                        Optional.of("Card"),
                                        Optional.of("card"),
                                        "card",
                                        0.9,
                                        false,
                                        true,
                                        "key"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the flags of g contradict its labels");
    }
}
