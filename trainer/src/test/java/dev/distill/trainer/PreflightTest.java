package dev.distill.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.UserError;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreflightTest {
    private static final List<String> LABELS = List.of("yes", "no");
    private static final TrainingRow YES = row("a", 0, 0.9f, 0.1f);
    private static final TrainingRow NO = row("b", 1, 0.2f, 0.8f);

    @Test
    void rowsThatCanBeLearnedFromPass() {
        Preflight.check(LABELS, List.of(YES, NO), List.of(YES));
    }

    @Test
    void anEmptySetIsAnError() {
        assertThatThrownBy(() -> Preflight.check(LABELS, List.of(), List.of()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("there are no training rows\nhint: ")
                .hasMessageContaining("there are no validation rows\nhint: ");
    }

    @Test
    void oneLabelAloneTeachesNothing() {
        assertThatThrownBy(() -> Preflight.check(LABELS, List.of(YES, YES), List.of(NO)))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        "all 2 training rows have the label yes\n"
                                + "hint: a student learns from at least two labels");
    }

    @Test
    void everyBadRowIsNamedWithWhatIsWrong() {
        List<TrainingRow> bad =
                List.of(
                        row("c", 2, 0.5f, 0.5f),
                        row("d", 0, 0.5f, 0.6f),
                        row("e", 0, 1.5f, -0.5f),
                        row("f", 0, 1f),
                        row("g", 0, Float.NaN, 1f),
                        new TrainingRow("h", " ", 0, new float[] {1, 0}));

        assertThatThrownBy(() -> Preflight.check(LABELS, bad, List.of(YES)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("training row c: label must be 0 to 1, got 2")
                .hasMessageContaining(
                        "training row d: the teacher's probabilities must be >= 0 and sum to 1, got"
                                + " sum 1.1")
                .hasMessageContaining("training row e: the teacher's probabilities must be >= 0")
                .hasMessageContaining("training row f: 1 teacher probabilities for 2 labels")
                .hasMessageContaining("training row g: the teacher's probabilities must be >= 0")
                .hasMessageContaining("training row h: the text is empty");
    }

    @Test
    void thousandsOfBadRowsMakeAShortMessage() {
        List<TrainingRow> bad = Collections.nCopies(5000, row("c", 7, 0.5f, 0.5f));

        assertThatThrownBy(() -> Preflight.check(LABELS, bad, List.of(YES)))
                .isInstanceOf(UserError.class)
                .hasMessageEndingWith("and 4990 more");
    }

    @Test
    void theShareOfTruncatedRowsIsReportedAndLimited() {
        assertThat(Preflight.truncatedShare(1, 4, 32)).isEqualTo(0.25);
        assertThatThrownBy(() -> Preflight.truncatedShare(3, 4, 32))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        "3 of 4 training rows are longer than max_length 32\n"
                                + "hint: raise student.max_length, or shorten the texts");
    }

    private static TrainingRow row(String id, int label, float... teacher) {
        return new TrainingRow(id, "some text", label, teacher);
    }
}
