package dev.distill.evaluation;

import dev.distill.evaluation.Scale.Tick;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A line over a training run, ready to be drawn as SVG.
 *
 * @param title what the line is
 * @param xLabel what runs along the bottom
 * @param path the line, as the data of an SVG path
 * @param dots the points themselves, when they are few
 * @param mark the point to point out
 * @param x ticks along the bottom
 * @param y ticks up the side
 * @param caption what else to know
 */
record LineChart(
        String title,
        String xLabel,
        String path,
        List<Dot> dots,
        Optional<Mark> mark,
        List<Tick> x,
        List<Tick> y,
        String caption) {
    static final int WIDTH = 460;
    static final int HEIGHT = 250;
    static final int LEFT = 52;
    static final int RIGHT = 16;
    static final int TOP = 16;
    static final int BOTTOM = 42;

    /** More points than this are averaged in groups: nobody can see them apart. */
    private static final int MOST_POINTS = 240;

    record Dot(String x, String y) {}

    /** A point with a word beside it; the anchor keeps the word inside the drawing. */
    record Mark(Dot dot, String label, String anchor) {}

    private record Point(double x, double y) {}

    static LineChart loss(ReportData.Training training) {
        List<ReportData.Step> steps = training.steps();
        int group = Math.ceilDiv(steps.size(), MOST_POINTS);
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < steps.size(); i += group) {
            List<ReportData.Step> some = steps.subList(i, Math.min(steps.size(), i + group));
            points.add(
                    new Point(
                            some.getLast().step(),
                            some.stream()
                                    .mapToDouble(ReportData.Step::loss)
                                    .average()
                                    .orElseThrow()));
        }
        double most = points.stream().mapToDouble(Point::y).max().orElseThrow();
        Scale x = across(points.getFirst().x(), points.getLast().x());
        Scale y = new Scale(0, most > 0 ? most * 1.05 : 1, HEIGHT - BOTTOM, TOP);
        return new LineChart(
                "Training loss",
                "optimiser step",
                path(points, x, y),
                List.of(),
                Optional.empty(),
                x.ticks(step -> Format.count(Math.round(step))),
                y.ticks(loss -> Format.fixed(loss, y.decimals())),
                "%s steps, %s of them recorded%s, last loss %s"
                        .formatted(
                                Format.count(steps.getLast().step()),
                                Format.count(steps.size()),
                                group > 1 ? ", each point the mean of " + group : "",
                                Format.significant(steps.getLast().loss(), 3)));
    }

    static LineChart validation(ReportData.Training training) {
        List<Point> points =
                training.epochs().stream().map(e -> new Point(e.epoch(), e.accuracy())).toList();
        double least = points.stream().mapToDouble(Point::y).min().orElseThrow();
        double most = points.stream().mapToDouble(Point::y).max().orElseThrow();
        double room = Math.max(0.01, (most - least) * 0.15);
        Scale x = across(points.getFirst().x(), points.getLast().x());
        Scale y =
                new Scale(
                        Math.max(0, least - room), Math.min(1, most + room), HEIGHT - BOTTOM, TOP);
        Optional<Point> best =
                points.stream().filter(p -> p.x() == training.bestEpoch()).findFirst();
        return new LineChart(
                "Validation accuracy",
                "epoch",
                path(points, x, y),
                points.stream().map(p -> new Dot(x.at(p.x()), y.at(p.y()))).toList(),
                best.map(p -> mark(p, x, y)),
                points.stream()
                        .map(p -> new Tick(x.at(p.x()), Format.count(Math.round(p.x()))))
                        .toList(),
                y.ticks(share -> Format.fixed(share * 100, Math.max(0, y.decimals() - 2)) + " %"),
                best.map(
                                p ->
                                        "epoch %d was kept: %s"
                                                .formatted(
                                                        training.bestEpoch(),
                                                        Format.percent(p.y())))
                        .orElse(""));
    }

    private static Mark mark(Point best, Scale x, Scale y) {
        double place = x.place(best.x());
        String anchor = place > WIDTH - 120 ? "end" : place < LEFT + 60 ? "start" : "middle";
        return new Mark(new Dot(x.at(best.x()), y.at(best.y())), "best", anchor);
    }

    /** A single point sits in the middle. */
    private static Scale across(double first, double last) {
        return first == last
                ? new Scale(first - 1, first + 1, LEFT, WIDTH - RIGHT)
                : new Scale(first, last, LEFT, WIDTH - RIGHT);
    }

    private static String path(List<Point> points, Scale x, Scale y) {
        return points.stream()
                .map(p -> String.format(Locale.ROOT, "%s %s", x.at(p.x()), y.at(p.y())))
                .collect(Collectors.joining(" L", "M", ""));
    }
}
