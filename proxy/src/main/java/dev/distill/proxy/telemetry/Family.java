package dev.distill.proxy.telemetry;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/**
 * A metric with its series.
 *
 * @param <S> its kind of series
 */
final class Family<S extends Series> {
    private final String name;
    private final String help;
    private final String type;
    private final List<String> labels;
    private final double unitsPerOne;
    private final Supplier<S> maker;
    private final Map<String, S> series = new ConcurrentSkipListMap<>();

    private Family(
            String name,
            String help,
            String type,
            List<String> labels,
            double unitsPerOne,
            Supplier<S> maker) {
        this.name = name;
        this.help = help;
        this.type = type;
        this.labels = labels;
        this.unitsPerOne = unitsPerOne;
        this.maker = maker;
    }

    static Family<Counter> counter(String name, String help, String... labels) {
        return new Family<>(name, help, "counter", List.of(labels), 1, Counter::new);
    }

    /** Of money: counted in billionths of a US dollar, shown in US dollars. */
    static Family<Counter> money(String name, String help, String... labels) {
        return new Family<>(name, help, "counter", List.of(labels), 1e9, Counter::new);
    }

    static Family<Histogram> histogram(
            String name, String help, List<Double> bounds, String... labels) {
        return new Family<>(
                name, help, "histogram", List.of(labels), 1, () -> new Histogram(bounds));
    }

    String name() {
        return name;
    }

    /** Steps of a counter that are shown as 1. */
    double unitsPerOne() {
        return unitsPerOne;
    }

    /** The series of some label values, which the caller has checked against a vocabulary. */
    S with(String... values) {
        return series.computeIfAbsent(Exposition.labels(labels, List.of(values)), _ -> maker.get());
    }

    void write(Exposition out) {
        out.head(name, help, type);
        series.forEach((values, one) -> one.write(out, this, values));
    }
}
