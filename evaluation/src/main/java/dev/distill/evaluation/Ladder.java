package dev.distill.evaluation;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The students that a run tried one after another, the smallest first, until one passed the gate.
 *
 * @param rungs in the order of the climb, at least one
 */
public record Ladder(List<Rung> rungs) {
    public Ladder {
        rungs = List.copyOf(rungs);
        if (rungs.isEmpty()) {
            throw new IllegalArgumentException("a ladder has at least one rung");
        }
    }

    /**
     * A student that was tried.
     *
     * @param kind as in the job file, such as {@code linear}
     * @param student what it is
     * @param trainingSeconds how long its training took, whenever that was
     * @param evaluation what was found out about it
     * @param verdict what the gate says
     */
    public record Rung(
            String kind,
            ReportData.Model student,
            double trainingSeconds,
            Evaluation evaluation,
            Verdict verdict) {
        /** Share of right answers. */
        public Estimate accuracy() {
            return evaluation.comparison().student().accuracy();
        }

        /** The measurement that the gate looks at. */
        Optional<Latency> latency() {
            return evaluation.studentLatencies().stream().findFirst();
        }

        private double p95() {
            return latency().map(l -> l.p95().value()).orElse(Double.POSITIVE_INFINITY);
        }

        private double usdPerThousand() {
            return evaluation
                    .studentCost()
                    .map(Cost::usdPerThousand)
                    .orElse(Double.POSITIVE_INFINITY);
        }

        /** Whether it is as good in accuracy, cost and p95 latency, and better in one of them. */
        private boolean dominates(Rung other) {
            boolean asGood =
                    accuracy().value() >= other.accuracy().value()
                            && usdPerThousand() <= other.usdPerThousand()
                            && p95() <= other.p95();
            return asGood
                    && (accuracy().value() > other.accuracy().value()
                            || usdPerThousand() < other.usdPerThousand()
                            || p95() < other.p95());
        }
    }

    /** The place of the rung that passed, which is the last one; empty when none did. */
    public OptionalInt passed() {
        return IntStream.range(0, rungs.size())
                .filter(i -> rungs.get(i).verdict().outcome() == Outcome.PASS)
                .findFirst();
    }

    /**
     * The place of the rung to report on: the one that passed; where none did, the one that came
     * nearest, by the gate's verdict, then by accuracy, the smaller of equals.
     */
    public int chosen() {
        return passed().orElseGet(
                        () ->
                                IntStream.range(0, rungs.size())
                                        .reduce((a, b) -> nearer(b, a) ? b : a)
                                        .orElseThrow());
    }

    private boolean nearer(int one, int other) {
        Rung a = rungs.get(one);
        Rung b = rungs.get(other);
        int byVerdict = a.verdict().outcome().compareTo(b.verdict().outcome());
        return byVerdict < 0 || (byVerdict == 0 && a.accuracy().value() > b.accuracy().value());
    }

    /**
     * Whether no other rung is at least as good in accuracy, cost and p95 latency and better in one
     * of them, by the figures seen: such rungs are the Pareto front, among which only taste
     * decides.
     */
    public boolean onFront(int place) {
        Rung rung = rungs.get(place);
        return rungs.stream().noneMatch(other -> other.dominates(rung));
    }
}
