package dev.distill.evaluation;

import dev.distill.evaluation.Row.Cell;
import dev.distill.evaluation.Row.Rank;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Student against teacher, line by line, for every output that shows the table. */
final class Rows {
    private Rows() {}

    static List<Row> of(ReportData data) {
        Evaluation evaluation = data.evaluation();
        Comparison comparison = evaluation.comparison();
        List<Row> rows = new ArrayList<>();
        rows.add(
                sampled(
                        Prose.capital(Format.metric(comparison)),
                        comparison.student().accuracy(),
                        comparison.teacher().accuracy(),
                        comparison.difference(),
                        Format::percent,
                        Format::points));
        macroF1(comparison).ifPresent(rows::add);
        comparison.calibration().map(Rows::calibration).ifPresent(rows::add);
        cost(evaluation).ifPresent(rows::add);
        Optional<Latency> teacher = evaluation.teacherLatency();
        for (Latency student : evaluation.studentLatencies()) {
            rows.addAll(latency(student, teacher));
            teacher = Optional.empty(); // stands beside the first one, which the gate looks at
        }
        size(data).ifPresent(rows::add);
        return List.copyOf(rows);
    }

    private static Optional<Row> macroF1(Comparison comparison) {
        return comparison
                .macroF1Difference()
                .map(
                        difference ->
                                sampled(
                                        "Macro-F1",
                                        comparison.student().macroF1().orElseThrow(),
                                        comparison.teacher().macroF1().orElseThrow(),
                                        difference,
                                        Format::score,
                                        Format::signedScore));
    }

    private static Row sampled(
            String measure,
            Estimate student,
            Estimate teacher,
            Estimate difference,
            Function<Double, String> format,
            Function<Double, String> formatDifference) {
        Interval interval = difference.interval();
        return new Row(
                measure,
                new Cell(
                        format.apply(student.value()),
                        Format.range(student.interval(), format),
                        Provenance.MEASURED,
                        Rank.betterIf(interval.low() > 0)),
                new Cell(
                        format.apply(teacher.value()),
                        Format.range(teacher.interval(), format),
                        Provenance.MEASURED,
                        Rank.betterIf(interval.high() < 0)),
                formatDifference.apply(difference.value())
                        + " ("
                        + Format.range(interval, formatDifference)
                        + ")",
                Format.count(difference.n()) + " items");
    }

    private static Row calibration(Calibration calibration) {
        return new Row(
                "Calibration error",
                new Cell(
                        Format.score(calibration.expectedError()),
                        "",
                        Provenance.MEASURED,
                        Rank.OTHER),
                Cell.NONE,
                "",
                Format.count(calibration.n()) + " items");
    }

    private static Optional<Row> cost(Evaluation evaluation) {
        if (evaluation.studentCost().isEmpty() && evaluation.teacherCost().isEmpty()) {
            return Optional.empty();
        }
        Optional<Double> ratio = evaluation.costRatio();
        return Optional.of(
                new Row(
                        "Cost of 1,000 requests",
                        money(evaluation.studentCost(), Rank.betterIf(ratio.orElse(1.0) > 1)),
                        money(evaluation.teacherCost(), Rank.betterIf(ratio.orElse(1.0) < 1)),
                        ratio.map(r -> Format.comparison(r, "cheaper", "dearer")).orElse(""),
                        basis(
                                evaluation.studentCost().map(Cost::requests),
                                evaluation.teacherCost().map(Cost::requests))));
    }

    private static Cell money(Optional<Cost> cost, Rank rank) {
        return cost.map(
                        c ->
                                new Cell(
                                        Format.usd(c.usdPerThousand()),
                                        c.basis(),
                                        c.provenance(),
                                        rank))
                .orElse(Cell.NONE);
    }

    private static List<Row> latency(Latency student, Optional<Latency> teacher) {
        String callers = Prose.callers(student.concurrency());
        String basis = basis(Optional.of((long) student.n()), teacher.map(t -> (long) t.n()));
        List<Row> rows = new ArrayList<>();
        rows.add(percentile("p50 latency, " + callers, student, teacher, Latency::p50, basis));
        rows.add(percentile("p95 latency, " + callers, student, teacher, Latency::p95, basis));
        rows.add(percentile("p99 latency, " + callers, student, teacher, Latency::p99, basis));
        rows.add(
                new Row(
                        "Throughput, " + callers,
                        throughput(student, teacher),
                        teacher.map(t -> throughput(t, Optional.of(student))).orElse(Cell.NONE),
                        "",
                        basis));
        return rows;
    }

    private static Row percentile(
            String measure,
            Latency student,
            Optional<Latency> teacher,
            Function<Latency, Estimate> of,
            String basis) {
        Estimate own = of.apply(student);
        Optional<Estimate> other = teacher.map(of);
        return new Row(
                measure,
                new Cell(
                        Format.millis(own.value()),
                        Format.range(own.interval(), Format::millis),
                        student.provenance(),
                        Rank.betterIf(
                                other.isPresent()
                                        && own.interval().high() < other.get().interval().low())),
                teacher.map(
                                t ->
                                        new Cell(
                                                Format.millis(of.apply(t).value()),
                                                Format.range(
                                                        of.apply(t).interval(), Format::millis),
                                                t.provenance(),
                                                Rank.betterIf(
                                                        of.apply(t).interval().high()
                                                                < own.interval().low())))
                        .orElse(Cell.NONE),
                other.map(t -> Format.comparison(t.value() / own.value(), "faster", "slower"))
                        .orElse(""),
                basis);
    }

    /** At the concurrency of the measurement; comparable only when that is the same. */
    private static Cell throughput(Latency latency, Optional<Latency> other) {
        return new Cell(
                Format.rate(latency.requestsPerSecond()),
                other.isPresent() && other.get().concurrency() != latency.concurrency()
                        ? Prose.callers(latency.concurrency())
                        : "",
                latency.provenance(),
                Rank.betterIf(
                        other.isPresent()
                                && other.get().concurrency() == latency.concurrency()
                                && latency.requestsPerSecond() > other.get().requestsPerSecond()));
    }

    private static Optional<Row> size(ReportData data) {
        if (data.student().bytes().isEmpty() && data.teacher().bytes().isEmpty()) {
            return Optional.empty();
        }
        Optional<Long> student = data.student().bytes();
        Optional<Long> teacher = data.teacher().bytes();
        boolean both = student.isPresent() && teacher.isPresent();
        return Optional.of(
                new Row(
                        "Model size",
                        bytes(data.student(), Rank.betterIf(both && student.get() < teacher.get())),
                        bytes(data.teacher(), Rank.betterIf(both && teacher.get() < student.get())),
                        "",
                        ""));
    }

    private static Cell bytes(ReportData.Model model, Rank rank) {
        return model.bytes()
                .map(
                        bytes ->
                                new Cell(
                                        Format.bytes(bytes),
                                        model.parameters()
                                                .map(p -> Format.parameters(p) + " parameters")
                                                .orElse(""),
                                        Provenance.MEASURED,
                                        rank))
                .orElse(new Cell("not known", "", Provenance.MEASURED, Rank.OTHER));
    }

    private static String basis(Optional<Long> student, Optional<Long> teacher) {
        List<String> counts = new ArrayList<>();
        student.ifPresent(n -> counts.add(Format.count(n)));
        teacher.ifPresent(n -> counts.add(Format.count(n)));
        return String.join(" and ", counts) + " requests";
    }
}
