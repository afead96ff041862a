package dev.distill.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Maps values to places on a drawing, and says where the round values are.
 *
 * @param low value at {@code from}
 * @param high value at {@code to}
 * @param from place of {@code low}
 * @param to place of {@code high}; less than {@code from} when the axis points up
 */
record Scale(double low, double high, double from, double to) {
    /** A labelled place on an axis. */
    record Tick(String at, String label) {}

    double place(double value) {
        return from + (value - low) / (high - low) * (to - from);
    }

    /** The place as SVG wants it. */
    String at(double value) {
        return Format.fixed(place(value), 1).replace(",", "").replace('\u2212', '-');
    }

    /** Between three and about six ticks at multiples of 1, 2 or 5 times a power of ten. */
    List<Tick> ticks(Function<Double, String> label) {
        double step = step();
        List<Tick> ticks = new ArrayList<>();
        for (long k = (long) Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) {
            ticks.add(new Tick(at(k * step), label.apply(k * step)));
        }
        return List.copyOf(ticks);
    }

    /** How many decimals tell one tick from the next. */
    int decimals() {
        return Math.max(0, (int) Math.ceil(-Math.log10(step()) - 1e-9));
    }

    private double step() {
        double rough = (high - low) / 5;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double digit = rough / power;
        return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
    }
}
