package dev.distill.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.config.GateConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LadderTest {
    @TempDir Path folder;

    @Test
    void theChosenOneIsTheOneThatPassed() {
        Ladder ladder =
                new Ladder(List.of(rung("linear", 700, 1, 1), rung("encoder", 990, 10, 10)));

        assertThat(ladder.rungs().getFirst().verdict().outcome()).isEqualTo(Outcome.FAIL);
        assertThat(ladder.passed()).hasValue(1);
        assertThat(ladder.chosen()).isEqualTo(1);
    }

    @Test
    void whereNonePassesTheNearestIsChosenAndOfEqualsTheSmaller() {
        Ladder undecided =
                new Ladder(
                        List.of(
                                rung("linear", 700, 1, 1),
                                rung("head", 805, 2, 2),
                                rung("encoder", 600, 3, 3)));
        assertThat(undecided.passed()).isEmpty();
        assertThat(undecided.chosen()).isEqualTo(1); // INCONCLUSIVE comes before FAIL

        Ladder equal = new Ladder(List.of(rung("linear", 700, 1, 1), rung("head", 700, 2, 2)));
        assertThat(equal.chosen()).isZero();
    }

    @Test
    void onTheFrontAreThoseThatNoOtherBeatsInAllThree() {
        Ladder ladder =
                new Ladder(
                        List.of(
                                rung("linear", 800, 1, 5),
                                rung("head", 790, 3, 6), // dearer, slower, worse than linear
                                rung("encoder", 900, 4, 7),
                                rung("causal-lm", 850, 9, 1))); // the quickest of all

        assertThat(List.of(0, 1, 2, 3)).filteredOn(ladder::onFront).containsExactly(0, 2, 3);
    }

    @Test
    void theFrontIsDrawnWithALineThroughItAndANameAtEachDot() {
        FrontChart chart =
                FrontChart.of(
                                new Ladder(
                                        List.of(
                                                rung("linear", 800, 1, 5),
                                                rung("head", 790, 300, 6),
                                                rung("encoder", 900, 40, 7))))
                        .orElseThrow();

        assertThat(chart.dots()).hasSize(3);
        assertThat(chart.path()).startsWith("M").contains(" L").doesNotContain("NaN");
        assertThat(chart.path().split(" L")).hasSize(2);
        assertThat(chart.caption()).contains("linear, p95", "encoder, p95").doesNotContain("head");
        assertThat(chart.x()).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void everyOutputShowsEveryStudentThatWasTried() throws IOException {
        Ladder ladder =
                new Ladder(List.of(rung("linear", 700, 1, 1), rung("encoder", 990, 10, 10)));
        Ladder.Rung chosen = ladder.rungs().get(ladder.chosen());
        ReportData full = Sample.report(chosen.evaluation(), chosen.verdict());
        Report.write(
                new ReportData(
                        full.run(),
                        full.teacher(),
                        full.student(),
                        full.evaluation(),
                        full.verdict(),
                        Optional.of(ladder),
                        full.training(),
                        full.funnel()),
                folder);

        String html = Files.readString(folder.resolve("report.html"));
        assertThat(HtmlTags.problems(html)).isEmpty();
        assertThat(html)
                .contains("Students tried", "the gate was asked 2 times on the same items")
                .contains("The student of kind encoder passes");
        assertThat(Files.readString(folder.resolve("summary.md")))
                .contains("| linear | 70.0 %", "| **encoder** | 99.0 %");
        assertThat(Files.readString(folder.resolve("evaluation/junit.xml")))
                .contains("tests=\"2\" failures=\"0\"", "skipped=\"1\"")
                .contains(
                        "name=\"linear\"><skipped message=\"FAIL: min_accuracy: accuracy is 70.0 %");
        assertThat(Files.readString(folder.resolve("evaluation/results.json")))
                .contains("\"kind\" : \"linear\"", "\"chosen\" : true");
    }

    @Test
    void answersThatAreNoLabelsAreComparedByExactMatchAlone() {
        List<Judged> items =
                List.of(
                        Sample.item(1, "{}", "{}", "{}"),
                        Sample.item(2, "{}", "no", "{}"),
                        Sample.item(3, "{}", "{}", "[]"),
                        Sample.item(4, "{}", "{}", "what"));

        Comparison comparison = Comparison.exactMatch(items, text -> !text.equals("what"), 0.95, 1);

        assertThat(comparison.teacher().accuracy().value()).isEqualTo(0.75);
        assertThat(comparison.student().accuracy().value()).isEqualTo(0.5);
        assertThat(comparison.student().offList()).isEqualTo(1);
        assertThat(comparison.student().macroF1()).isEmpty();
        assertThat(comparison.table().onlyStudent()).isEqualTo(1);
        assertThat(comparison.table().onlyTeacher()).isEqualTo(2);
        Verdict verdict =
                Gate.decide(
                        new GateConfig(
                                Optional.of(new GateConfig.NonInferior(Optional.empty(), 0.02)),
                                Optional.empty(),
                                Optional.of(0.9),
                                Optional.empty(),
                                Optional.empty()),
                        new Evaluation(
                                comparison,
                                List.of(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()));
        assertThat(verdict.conditions())
                .extracting(Verdict.Condition::name)
                .containsExactly("non_inferior.exact_match", "min_exact_match");
        assertThat(verdict.conditions().get(1).reason()).startsWith("exact match is 50.0 %");
    }

    /** Of 1,000 items so many are right; passes at 80 % and more, with confidence. */
    private static Ladder.Rung rung(String kind, int right, double usd, double millis) {
        Comparison comparison = Sample.comparison(right, 0, 0, 1000 - right);
        Latency latency = Sample.latency(Provenance.MEASURED, 1, 200, millis, 1);
        Evaluation evaluation =
                new Evaluation(
                        comparison,
                        List.of(latency),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new Cost(usd / 1000, 200, "rented", Provenance.MEASURED)));
        GateConfig gate =
                new GateConfig(
                        Optional.empty(),
                        Optional.of(0.8),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty());
        return new Ladder.Rung(
                kind,
                new ReportData.Model("m", kind, Optional.of(1000L), Optional.of(4000L)),
                2,
                evaluation,
                Gate.decide(gate, evaluation));
    }
}
