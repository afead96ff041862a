package dev.distill.proxy.telemetry;

import dev.distill.proxy.telemetry.Reading.Sample;
import dev.distill.proxy.wire.Dialect;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * Everything that the proxy counts, as Prometheus reads it. Counting takes well under a microsecond
 * a request: meters are asked for when routes are built, and hold their series. Their labels are
 * words of the configuration, those that the file once had included; nobody's name, key or request
 * is one.
 *
 * <p>Safe for use by many threads.
 */
public final class Metrics {
    /** The content type of {@link #text}. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** Most series of one reading; budgets of each key could be many. */
    private static final int MOST_SAMPLES = 500;

    private final Families families = new Families();
    private final Map<Reading, Supplier<List<Sample>>> readings = new EnumMap<>(Reading.class);
    private volatile Named named;

    private record RouteName(String route, Dialect dialect) {}

    /** The words of a configuration, and the meters that were made with them. */
    private record Named(Vocabulary words, Map<RouteName, RouteMeter> meters) {
        static Named of(Vocabulary words) {
            return new Named(words, new ConcurrentHashMap<>());
        }
    }

    public Metrics(Vocabulary words) {
        this.named = Named.of(words);
    }

    /** Other words from now on, after a reload; series that there are stay. */
    public void vocabulary(Vocabulary changed) {
        named = Named.of(changed);
    }

    /** The meter of a route; of {@code other} when there is no such route. */
    public RouteMeter route(String route, Dialect dialect) {
        Named now = named;
        return now.meters()
                .computeIfAbsent(
                        new RouteName(now.words().route(route), dialect),
                        key -> new RouteMeter(families, now.words(), key.route(), word(dialect)));
    }

    private static String word(Dialect dialect) {
        return dialect.name().toLowerCase(Locale.ROOT);
    }

    /** The meter of a target of a route. */
    public TargetMeter target(String route, String provider, String model) {
        Vocabulary now = named.words();
        return new TargetMeter(
                families, now, now.route(route), now.provider(provider), now.model(model));
    }

    /** Has a number read whenever somebody asks for the metrics. */
    public void read(Reading reading, DoubleSupplier value) {
        readAll(reading, () -> List.of(new Sample(List.of(), value.getAsDouble())));
    }

    /** The same for a reading with labels. */
    public void readAll(Reading reading, Supplier<List<Sample>> samples) {
        synchronized (readings) {
            readings.put(reading, samples);
        }
    }

    /** Everything, in the text format of Prometheus. */
    public String text() {
        Exposition out = new Exposition();
        families.all().forEach(family -> family.write(out));
        Map<Reading, Supplier<List<Sample>>> now;
        synchronized (readings) {
            now = new EnumMap<>(readings);
        }
        now.forEach((reading, samples) -> write(out, reading, samples.get()));
        return out.toString();
    }

    private void write(Exposition out, Reading reading, List<Sample> samples) {
        Map<String, Double> byLabels = new TreeMap<>();
        for (Sample sample : samples.subList(0, Math.min(samples.size(), MOST_SAMPLES))) {
            List<String> values = checked(reading.labels(), sample.labels());
            byLabels.merge(
                    Exposition.labels(reading.labels(), values), sample.value(), Double::sum);
        }
        out.head(reading.metric(), reading.help(), reading.type());
        byLabels.forEach((labels, value) -> out.sample(reading.metric(), labels, value));
    }

    private List<String> checked(List<String> names, List<String> values) {
        Vocabulary now = named.words();
        List<String> checked = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            String value = values.get(i);
            checked.add(
                    switch (names.get(i)) {
                        case "provider" -> now.provider(value);
                        case "model" -> now.model(value);
                        default -> value;
                    });
        }
        return checked;
    }
}
