package dev.distill.proxy.telemetry;

import java.util.List;

/**
 * Text in the Prometheus exposition format 0.0.4.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">the format</a>
 */
final class Exposition {
    private final StringBuilder text = new StringBuilder(1 << 14);

    void head(String name, String help, String type) {
        text.append("# HELP ").append(name).append(' ').append(escaped(help, false)).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    void sample(String name, String labels, double value) {
        text.append(name);
        if (!labels.isEmpty()) {
            text.append('{').append(labels).append('}');
        }
        text.append(' ').append(number(value)).append('\n');
    }

    /** Labels as they are written. */
    static String labels(List<String> names, List<String> values) {
        if (names.size() != values.size()) {
            throw new IllegalArgumentException(names + " need as many values, got " + values);
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < names.size(); i++) {
            out.append(i == 0 ? "" : ",").append(names.get(i)).append("=\"");
            out.append(escaped(values.get(i), true)).append('"');
        }
        return out.toString();
    }

    /** Whole numbers without a point. */
    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static String escaped(String text, boolean quotes) {
        String escaped = text.replace("\\", "\\\\").replace("\n", "\\n");
        return quotes ? escaped.replace("\"", "\\\"") : escaped;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
