package dev.distill.evaluation;

import dev.distill.evaluation.Scale.Tick;
import java.util.List;
import java.util.Optional;

/**
 * The paired difference in right answers with its interval, beside zero and the gate's margin,
 * ready to be drawn as SVG.
 *
 * @param low place of the interval's lower limit
 * @param value place of the difference
 * @param high place of the interval's upper limit
 * @param zero place of no difference
 * @param margin place of the margin, when the gate has one
 * @param ticks along the axis, in points
 */
record DifferencePlot(
        String low,
        String value,
        String high,
        String zero,
        Optional<Margin> margin,
        List<Tick> ticks) {
    static final int WIDTH = 480;
    static final int HEIGHT = 132;
    static final int SIDE = 16;

    /** The gate's margin: its place, the width of the forbidden ground left of it, its name. */
    record Margin(String at, String width, String label) {}

    static DifferencePlot of(ReportData data) {
        Estimate difference = data.evaluation().comparison().difference();
        Optional<Double> margin =
                data.verdict().conditions().stream()
                        .filter(c -> c.name().startsWith(Gate.NON_INFERIOR))
                        .map(Verdict.Condition::threshold)
                        .findFirst();
        Interval interval = difference.interval();
        double least = Math.min(Math.min(interval.low(), 0), margin.orElse(0.0));
        double most = Math.max(interval.high(), 0);
        double room = (most - least) * 0.15;
        Scale x = new Scale(least - room, most + room, SIDE, WIDTH - SIDE);
        return new DifferencePlot(
                x.at(interval.low()),
                x.at(difference.value()),
                x.at(interval.high()),
                x.at(0),
                margin.map(
                        m ->
                                new Margin(
                                        x.at(m),
                                        Format.fixed(x.place(m) - SIDE, 1),
                                        "margin " + Format.points(m))),
                x.ticks(v -> signed(v, Math.max(0, x.decimals() - 2))));
    }

    private static String signed(double share, int decimals) {
        String text = Format.fixed(share * 100, decimals);
        return share > 1e-12 ? "+" + text : text;
    }
}
