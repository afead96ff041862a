package dev.distill.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distill.config.ExitCode;
import dev.distill.config.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static final List<String> LABELS = List.of("a", "b", "c", "d");
    private static final String[] GOLD = "a a a b b b c c c c".split(" ", -1);

    @Tag("golden")
    @Test
    void macroF1IsThatOfScikitLearn() {
        // f1_score(gold, given, average="macro", zero_division=0)
        assertThat(student("a a b b b c c c c d").macroF1().orElseThrow().value())
                .isCloseTo(0.5541666666666667, within(1e-15));
    }

    @Tag("golden")
    @Test
    void anAnswerThatIsNoLabelIsWrongButNoLabelOfItsOwn() {
        // f1_score(gold, given, labels=["a", "b", "c"], average="macro", zero_division=0)
        Score score = student("a a b b b c c c c what?");
        assertThat(score.macroF1().orElseThrow().value())
                .isCloseTo(0.7388888888888889, within(1e-15));
        assertThat(score.accuracy().value()).isEqualTo(0.7);
        assertThat(score.offList()).isEqualTo(1);
        assertThat(score.confusions())
                .contains(new Confusion("c", Score.OFF_LIST, 1), new Confusion("a", "b", 1));
    }

    @Test
    void labelsAreScoredByHand() {
        Score score = student("a a b b b c c c c d");
        assertThat(score.labels())
                .extracting(LabelScore::label)
                .containsExactly("a", "b", "c", "d");
        LabelScore b = score.labels().get(1);
        assertThat(b.support()).isEqualTo(3);
        assertThat(b.predicted()).isEqualTo(3);
        assertThat(b.hits()).isEqualTo(2);
        assertThat(b.f1()).isCloseTo(2 / 3.0, within(1e-15));
        assertThat(score.labels().get(3).f1()).isZero();
    }

    @Test
    void aMissingAnswerIsCountedAndKeptOutOfTheComparison() {
        List<Judged> items = new ArrayList<>(Sample.items(6, 1, 2, 1));
        items.add(Sample.item(90, "a", "", "a"));
        items.add(Sample.item(91, "a", "", ""));
        items.add(Sample.item(92, "a", "a", ""));
        Comparison comparison = Comparison.of(items, List.of("a", "b"), 0.95, 1);
        assertThat(comparison.n()).isEqualTo(10);
        assertThat(comparison.teacherUnanswered()).isEqualTo(2);
        assertThat(comparison.studentUnanswered()).isEqualTo(2);
        assertThat(comparison.table()).isEqualTo(new PairedTable(6, 1, 2, 1));
        assertThat(comparison.student().accuracy().value()).isEqualTo(0.8);
        assertThat(comparison.teacher().accuracy().value()).isEqualTo(0.7);
        assertThat(comparison.difference().value()).isCloseTo(0.1, within(1e-15));
        assertThat(comparison.difference().n()).isEqualTo(10);
    }

    @Test
    void nothingToCompareIsAnErrorOfTheRemoteSide() {
        assertThatThrownBy(
                        () -> Comparison.of(List.of(Sample.item(1, "a", "", "a")), LABELS, 0.95, 1))
                .isInstanceOfSatisfying(
                        UserError.class,
                        e -> assertThat(e.code()).isEqualTo(ExitCode.REMOTE_FAILED))
                .hasMessageContaining(
                        "none of the 1 gold items was answered by both teacher and student");
    }

    @Test
    void aGoldLabelThatIsNoLabelIsADefectOfTheCaller() {
        assertThatThrownBy(
                        () ->
                                Comparison.of(
                                        List.of(Sample.item(1, "z", "a", "a")), LABELS, 0.95, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("gold label of item item-1 is not a label of the task: z");
    }

    @Test
    void theBootstrapGivesTheSameIntervalForTheSameSeedOnly() {
        List<Judged> items = Sample.intents("?").subList(0, 300);
        Interval one = interval(items, 1);
        assertThat(interval(items, 1)).isEqualTo(one);
        assertThat(interval(items, 2)).isNotEqualTo(one);
        assertThat(
                        Comparison.of(items, Sample.LABELS, 0.95, 1)
                                .student()
                                .macroF1()
                                .orElseThrow()
                                .value())
                .isBetween(one.low(), one.high());
    }

    /** numpy: mean over bins ceil(15 p) - 1 of |accuracy - confidence|, weighted by size. */
    @Tag("golden")
    @Test
    void calibrationErrorIsThatOfFifteenBins() {
        double[] confidence = {.95, .9, .62, .55, .33, .99, .7, .2};
        int[] right = {1, 1, 0, 1, 0, 1, 0, 0};
        List<Judged> items =
                IntStream.range(0, right.length)
                        .mapToObj(
                                i ->
                                        new Judged(
                                                "i" + i,
                                                "",
                                                "a",
                                                Optional.of("a"),
                                                Optional.of(right[i] == 1 ? "a" : "b"),
                                                Optional.of(confidence[i])))
                        .toList();
        Calibration calibration = Calibration.of(items).orElseThrow();
        assertThat(calibration.expectedError()).isCloseTo(0.3075, within(1e-12));
        assertThat(calibration.n()).isEqualTo(8);
        assertThat(Calibration.of(Sample.items(1, 1, 1, 1))).isEmpty();
    }

    @Test
    void aConfidenceBeyondOneIsRefused() {
        assertThatThrownBy(
                        () ->
                                new Judged(
                                        "7",
                                        "",
                                        "a",
                                        Optional.empty(),
                                        Optional.of("a"),
                                        Optional.of(1.5)))
                .hasMessage("confidence of item 7 must be between 0 and 1, got 1.5");
    }

    private static Interval interval(List<Judged> items, long seed) {
        return Comparison.of(items, Sample.LABELS, 0.95, seed)
                .student()
                .macroF1()
                .orElseThrow()
                .interval();
    }

    private static Score student(String answers) {
        String[] given = answers.split(" ", -1);
        List<Judged> items =
                IntStream.range(0, GOLD.length)
                        .mapToObj(i -> Sample.item(i, GOLD[i], GOLD[i], given[i]))
                        .toList();
        return Comparison.of(items, LABELS, 0.95, 1).student();
    }
}
