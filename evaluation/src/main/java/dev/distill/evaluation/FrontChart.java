package dev.distill.evaluation;

import dev.distill.evaluation.Scale.Tick;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Accuracy over cost of a ladder's students, ready to be drawn as SVG: cost runs along the bottom
 * by powers of ten, and a line joins those on the Pareto front. Latency, the third measure of the
 * front, is written beside each dot.
 *
 * @param path the front, as the data of an SVG path
 * @param dots the students
 * @param x ticks along the bottom
 * @param y ticks up the side
 * @param caption the picture in words
 */
record FrontChart(String path, List<Dot> dots, List<Tick> x, List<Tick> y, String caption) {
    static final int WIDTH = 560;
    static final int HEIGHT = 280;
    static final int LEFT = 56;
    static final int RIGHT = 24;
    static final int TOP = 28;
    static final int BOTTOM = 44;

    /** A student; the anchor keeps its name inside the drawing. */
    record Dot(String x, String y, String label, String anchor, LadderTable.Mark front) {}

    private record Point(double cost, double accuracy, String label, boolean front) {}

    /** The chart, unless the cost of some student is not known. */
    static Optional<FrontChart> of(Ladder ladder) {
        List<Point> points =
                IntStream.range(0, ladder.rungs().size())
                        .mapToObj(place -> point(ladder, place))
                        .flatMap(Optional::stream)
                        .toList();
        return points.size() == ladder.rungs().size()
                ? Optional.of(draw(points))
                : Optional.empty();
    }

    private static Optional<Point> point(Ladder ladder, int place) {
        Ladder.Rung rung = ladder.rungs().get(place);
        String latency =
                rung.latency().map(l -> ", p95 " + Format.millis(l.p95().value())).orElse("");
        return rung.evaluation()
                .studentCost()
                .filter(cost -> cost.usdPerThousand() > 0)
                .map(
                        cost ->
                                new Point(
                                        Math.log10(cost.usdPerThousand()),
                                        rung.accuracy().value(),
                                        rung.kind() + latency,
                                        ladder.onFront(place)));
    }

    private static FrontChart draw(List<Point> points) {
        double cheapest = points.stream().mapToDouble(Point::cost).min().orElseThrow();
        double dearest = points.stream().mapToDouble(Point::cost).max().orElseThrow();
        double least = points.stream().mapToDouble(Point::accuracy).min().orElseThrow();
        double most = points.stream().mapToDouble(Point::accuracy).max().orElseThrow();
        double room = Math.max(0.01, (most - least) * 0.2);
        // Whole powers of ten at both ends, so that at least two ticks are there.
        Scale x =
                new Scale(
                        Math.floor(cheapest - 0.05),
                        Math.ceil(dearest + 0.05),
                        LEFT,
                        WIDTH - RIGHT);
        Scale y =
                new Scale(
                        Math.max(0, least - room), Math.min(1, most + room), HEIGHT - BOTTOM, TOP);
        List<Point> front =
                points.stream()
                        .filter(Point::front)
                        .sorted(Comparator.comparingDouble(Point::cost))
                        .toList();
        return new FrontChart(
                front.stream()
                        .map(
                                p ->
                                        String.format(
                                                Locale.ROOT,
                                                "%s %s",
                                                x.at(p.cost()),
                                                y.at(p.accuracy())))
                        .collect(Collectors.joining(" L", "M", "")),
                points.stream().map(p -> dot(p, x, y)).toList(),
                powers(x),
                y.ticks(share -> Format.fixed(share * 100, Math.max(0, y.decimals() - 2)) + " %"),
                "on the front: "
                        + front.stream().map(Point::label).collect(Collectors.joining("; ")));
    }

    private static Dot dot(Point point, Scale x, Scale y) {
        boolean right = x.place(point.cost()) > (LEFT + WIDTH - RIGHT) / 2.0;
        return new Dot(
                x.at(point.cost()),
                y.at(point.accuracy()),
                point.label(),
                right ? "end" : "start",
                LadderTable.Mark.of(point.front()));
    }

    private static List<Tick> powers(Scale x) {
        List<Tick> ticks = new ArrayList<>();
        for (int power = (int) x.low(); power <= x.high(); power++) {
            ticks.add(new Tick(x.at(power), Format.usd(Math.pow(10, power))));
        }
        return ticks;
    }
}
