package dev.distill.evaluation;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The rungs of a ladder as lines of text, for every output that shows them. */
final class LadderTable {
    private static final String UNKNOWN = "not measured";

    private LadderTable() {}

    /**
     * A rung.
     *
     * @param accuracy the share of right answers, with its interval in {@code interval}
     * @param latency p50 and p95
     * @param size of the package, and how many weights
     * @param front whether it is on the Pareto front
     * @param chosen whether the report is about it
     */
    record Line(
            String kind,
            String student,
            String accuracy,
            String interval,
            String training,
            String latency,
            String size,
            String cost,
            Outcome outcome,
            Mark front,
            Mark chosen) {}

    /** Whether something is so. */
    enum Mark {
        YES,
        NO;

        static Mark of(boolean condition) {
            return condition ? YES : NO;
        }

        boolean yes() {
            return this == YES;
        }
    }

    static List<Line> of(Ladder ladder) {
        return IntStream.range(0, ladder.rungs().size())
                .mapToObj(place -> line(ladder, place))
                .toList();
    }

    private static Line line(Ladder ladder, int place) {
        Ladder.Rung rung = ladder.rungs().get(place);
        Estimate accuracy = rung.accuracy();
        return new Line(
                rung.kind(),
                rung.student().kind(),
                Format.percent(accuracy.value()),
                Format.range(accuracy.interval(), Format::percent),
                Format.seconds(rung.trainingSeconds()),
                rung.latency().map(LadderTable::latency).orElse(UNKNOWN),
                size(rung.student()),
                rung.evaluation()
                        .studentCost()
                        .map(cost -> Format.usd(cost.usdPerThousand()))
                        .orElse(UNKNOWN),
                rung.verdict().outcome(),
                Mark.of(ladder.onFront(place)),
                Mark.of(ladder.chosen() == place));
    }

    private static String latency(Latency latency) {
        return Format.millis(latency.p50().value()) + ", " + Format.millis(latency.p95().value());
    }

    private static String size(ReportData.Model student) {
        Optional<String> bytes = student.bytes().map(Format::bytes);
        Optional<String> weights =
                student.parameters().map(p -> Format.parameters(p) + " parameters");
        return bytes.map(b -> weights.map(w -> b + ", " + w).orElse(b)).orElse(UNKNOWN);
    }

    /** What the share of right answers is called. */
    static String metric(Ladder ladder) {
        return Format.metric(ladder.rungs().getFirst().evaluation().comparison());
    }

    /** What all rungs rest on, and what trying several does to the gate. */
    static String basis(Ladder ladder) {
        Ladder.Rung first = ladder.rungs().getFirst();
        String items = Format.count(first.accuracy().n());
        int tried = ladder.rungs().size();
        String again =
                tried == 1
                        ? ""
                        : "; the gate was asked %d times on the same items, so a student that does not deserve it gets up to %d chances"
                                .formatted(tried, tried);
        return "%s on %s gold items with its %s interval, p50 and p95 latency%s%s"
                .formatted(
                        metric(ladder),
                        items,
                        Format.level(first.accuracy().interval().confidence()),
                        first.latency()
                                .map(
                                        l ->
                                                " of %s requests with %s"
                                                        .formatted(
                                                                Format.count(l.n()),
                                                                Prose.callers(l.concurrency())))
                                .orElse(""),
                        again);
    }
}
