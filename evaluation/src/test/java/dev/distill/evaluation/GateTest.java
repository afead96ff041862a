package dev.distill.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distill.config.ExitCode;
import dev.distill.config.GateConfig;
import dev.distill.evaluation.Verdict.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GateTest {
    private static final GateConfig NONE =
            new GateConfig(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());

    @Test
    void noGatePassesAndSaysSo() {
        Verdict verdict = Gate.decide(NONE, Sample.evaluation(Sample.comparison(5, 1, 1, 1)));
        assertThat(verdict.outcome()).isEqualTo(Outcome.PASS);
        assertThat(verdict.conditions()).isEmpty();
        assertThat(verdict.errorRates()).isEqualTo("no gate was configured");
    }

    @Test
    void aStudentAsGoodOnManyItemsIsNotInferior() {
        Condition condition = nonInferior(0.02, Sample.comparison(2650, 150, 160, 120));
        assertThat(condition.outcome()).isEqualTo(Outcome.PASS);
        assertThat(condition.n()).isEqualTo(3080);
        assertThat(condition.threshold()).isEqualTo(-0.02);
        assertThat(condition.reason())
                .isEqualTo(
                        "student minus teacher is +0.3 points, 95 % interval \u22120.8 to +1.5 points, on 3,080 items: all of it is above \u22122.0 points");
    }

    @Test
    void aStudentWorseBeyondChanceFails() {
        Condition condition = nonInferior(0.02, Sample.comparison(700, 200, 20, 80));
        assertThat(condition.outcome()).isEqualTo(Outcome.FAIL);
        assertThat(condition.reason()).endsWith("all of it is below \u22122.0 points");
    }

    @Test
    void tooFewItemsAreInconclusiveAndTheReasonSaysHowManyWouldDo() {
        Condition condition = nonInferior(0.01, Sample.comparison(850, 50, 50, 50));
        assertThat(condition.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(condition.reason())
                .endsWith(
                        "\u22121.0 points is inside it; about 7,800 items would show a student that is as good as the teacher to be within the margin (10.0 % of items have exactly one right)");
    }

    @Test
    void perfectAgreementOnAHandfulOfItemsProvesNothing() {
        Condition condition = nonInferior(0.02, Sample.comparison(10, 0, 0, 0));
        assertThat(condition.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(condition.reason()).contains("about 2,000 items");
    }

    @Test
    void aDifferenceAtTheMarginItselfIsNeverDecidedByMoreItems() {
        Condition condition = nonInferior(0.02, Sample.comparison(9000, 460, 260, 280));
        assertThat(condition.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(condition.reason())
                .endsWith(
                        "the figure is so close to the limit that more items would hardly decide it");
    }

    @Test
    void accuracyIsJudgedByItsWholeInterval() {
        Comparison comparison = Sample.comparison(900, 20, 20, 60); // 92 % of 1,000
        assertThat(accuracy(0.90, comparison).outcome()).isEqualTo(Outcome.PASS);
        assertThat(accuracy(0.95, comparison).outcome()).isEqualTo(Outcome.FAIL);
        Condition between = accuracy(0.93, comparison);
        assertThat(between.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(between.reason())
                .isEqualTo(
                        "accuracy is 92.0 %, 95 % interval 90.2 to 93.5 %, on 1,000 items: 93.0 % is inside it; about 5,800 items would decide it if the true figure is the one seen");
    }

    @Test
    void nothingPassesWhenTooManyAnswersAreMissing() {
        List<Judged> items = new ArrayList<>(Sample.items(950, 10, 10, 30));
        IntStream.range(0, 60).forEach(i -> items.add(Sample.item(2000 + i, "a", "a", "")));
        Comparison comparison = Comparison.of(items, List.of("a", "b"), 0.95, 1);
        Condition condition = accuracy(0.5, comparison);
        assertThat(condition.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(condition.reason())
                .endsWith(
                        "but 5.7 % of 1,060 items lack an answer, and with more than 5.0 % missing nothing passes");
    }

    @Test
    void latencyIsJudgedByTheIntervalOfItsFirstMeasurement() {
        Latency first = Sample.latency(Provenance.SIMULATED, 1, 500, 6, 3);
        Latency second = Sample.latency(Provenance.MEASURED, 8, 500, 60, 3);
        assertThat(p95(50, List.of(first, second)).outcome()).isEqualTo(Outcome.PASS);
        assertThat(p95(50, List.of(first, second)).provenance()).isEqualTo(Provenance.SIMULATED);
        assertThat(p95(50, List.of(second, first)).outcome()).isEqualTo(Outcome.FAIL);
    }

    @Test
    void aSmallSampleOfLatenciesHasNoUpperLimitAndDoesNotPass() {
        Condition condition = p95(50, List.of(Sample.latency(Provenance.MEASURED, 1, 60, 6, 1)));
        assertThat(condition.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(condition.reason()).contains("to unbounded, on 60 requests with 1 caller");
    }

    @Test
    void failedRequestsKeepALatencyFromPassing() {
        List<Double> millis = IntStream.range(0, 500).mapToObj(i -> 5.0).toList();
        Latency latency = Latency.of(Provenance.MEASURED, 1, millis, 40, 3, 0.95);
        Condition condition = p95(50, List.of(latency));
        assertThat(condition.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(condition.reason()).endsWith("40 more requests failed");
    }

    @Test
    void whatWasNotMeasuredIsInconclusive() {
        assertThat(p95(50, List.of()).reason()).isEqualTo("the student's latency was not measured");
        Evaluation evaluation = Sample.evaluation(Sample.comparison(5, 1, 1, 1));
        Condition ratio = Gate.decide(costRatio(2), evaluation).conditions().getFirst();
        assertThat(ratio.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(ratio.reason())
                .isEqualTo("the cost of the teacher or of the student is not known");
    }

    @Test
    void theCostRatioIsTeacherByStudent() {
        // $1.00 for 1,000 teacher requests; $3.60 an hour at 10 requests a second is $0.10.
        Latency busy = Sample.latency(Provenance.MEASURED, 8, 100, 20, 10);
        Evaluation evaluation =
                new Evaluation(
                        Sample.comparison(5, 1, 1, 1),
                        List.of(busy),
                        Optional.empty(),
                        Optional.of(Cost.ofUsage(2_000_000, 2000, Provenance.SIMULATED)),
                        Optional.of(Cost.ofMachine(3.60, busy)));
        assertThat(evaluation.costRatio().orElseThrow()).isCloseTo(10, within(1e-9));
        Condition enough = Gate.decide(costRatio(9.9), evaluation).conditions().getFirst();
        assertThat(enough.outcome()).isEqualTo(Outcome.PASS);
        assertThat(enough.provenance()).isEqualTo(Provenance.SIMULATED);
        assertThat(enough.reason())
                .isEqualTo(
                        "1,000 requests cost $1.00 with the teacher (2,000 requests) and $0.10 with the student (100 requests): 10\u00d7");
        assertThat(Gate.decide(costRatio(11), evaluation).outcome()).isEqualTo(Outcome.FAIL);
    }

    @Test
    void theVerdictIsTheWorstConditionAndSetsTheExitCode() {
        Comparison comparison = Sample.comparison(850, 50, 50, 50);
        GateConfig inconclusive = gate(Optional.of(0.01), Optional.of(0.5));
        GateConfig failing = gate(Optional.of(0.01), Optional.of(0.99));
        Outcome one = Gate.decide(inconclusive, Sample.evaluation(comparison)).outcome();
        Outcome other = Gate.decide(failing, Sample.evaluation(comparison)).outcome();
        assertThat(one.exitCode()).isEqualTo(ExitCode.GATE_INCONCLUSIVE);
        assertThat(other.exitCode()).isEqualTo(ExitCode.GATE_FAILED);
        assertThat(Outcome.PASS.exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void theGateStatesHowOftenItIsWrong() {
        Verdict verdict =
                Gate.decide(
                        gate(Optional.of(0.01), Optional.of(0.5)),
                        Sample.evaluation(Sample.comparison(6670, 392, 393, 394)));
        assertThat(verdict.errorRates())
                .isEqualTo(
                        "a student that misses a sampled condition passes this gate with a chance of at most about 2.5 % (nominal level of the 95 % intervals); one that meets all of them fails it with at most about 5.0 %; one exactly as good as the teacher passes non_inferior on this many items about 80.0 % of the time");
    }

    private static Condition nonInferior(double margin, Comparison comparison) {
        return only(gate(Optional.of(margin), Optional.empty()), Sample.evaluation(comparison));
    }

    private static Condition accuracy(double least, Comparison comparison) {
        return only(gate(Optional.empty(), Optional.of(least)), Sample.evaluation(comparison));
    }

    private static Condition p95(double most, List<Latency> latencies) {
        Evaluation evaluation =
                new Evaluation(
                        Sample.comparison(5, 1, 1, 1),
                        latencies,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty());
        return only(
                new GateConfig(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(most),
                        Optional.empty()),
                evaluation);
    }

    private static Condition only(GateConfig gate, Evaluation evaluation) {
        Verdict verdict = Gate.decide(gate, evaluation);
        assertThat(verdict.conditions()).hasSize(1);
        return verdict.conditions().getFirst();
    }

    private static GateConfig gate(Optional<Double> margin, Optional<Double> accuracy) {
        return new GateConfig(
                margin.map(m -> new GateConfig.NonInferior(Optional.empty(), m)),
                accuracy,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static GateConfig costRatio(double least) {
        return new GateConfig(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(least));
    }
}
