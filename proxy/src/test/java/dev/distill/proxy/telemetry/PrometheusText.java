package dev.distill.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A strict reader of the exposition format 0.0.4: every metric has its HELP and TYPE before its
 * samples and stands in one group, no series comes twice, buckets grow and end with {@code +Inf}.
 */
final class PrometheusText {
    private static final Pattern HEAD =
            Pattern.compile("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
    private static final Pattern SAMPLE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(.*)})? (\\S+)", Pattern.DOTALL);
    private static final Pattern ESCAPE = Pattern.compile("\\\\(.)");
    private static final Pattern LABEL =
            Pattern.compile(
                    "\\G([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\\\\\"n])*)\"(,|$)");

    private final Map<String, Double> samples = new LinkedHashMap<>();
    private final Map<String, Set<String>> labels = new HashMap<>();
    private final Map<String, String> types = new HashMap<>();

    static PrometheusText parse(String text) {
        assertThat(text).endsWith("\n");
        PrometheusText parsed = new PrometheusText();
        String family = "";
        for (String line : text.substring(0, text.length() - 1).split("\n", -1)) {
            Matcher head = HEAD.matcher(line);
            if (head.matches() && head.group(1).equals("HELP")) {
                family = head.group(2);
                assertThat(parsed.types).as("one group of %s", family).doesNotContainKey(family);
            } else if (head.matches()) {
                assertThat(head.group(2)).isEqualTo(family);
                assertThat(head.group(3)).isIn("counter", "gauge", "histogram");
                parsed.types.put(family, head.group(3));
            } else {
                parsed.sample(family, line);
            }
        }
        parsed.checkHistograms();
        return parsed;
    }

    double value(String series) {
        Double value = samples.get(series);
        assertThat(samples).containsKey(series);
        return value == null ? Double.NaN : value;
    }

    Set<String> labelValues(String label) {
        return labels.getOrDefault(label, Set.of());
    }

    int size() {
        return samples.size();
    }

    private void sample(String family, String line) {
        Matcher sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as(line).isTrue();
        String name = sample.group(1);
        boolean histogram = "histogram".equals(types.get(family));
        assertThat(histogram ? name.replaceAll("_(bucket|sum|count)$", "") : name)
                .isEqualTo(family);
        String written = sample.group(3) == null ? "" : sample.group(3);
        Matcher label = LABEL.matcher(written);
        int end = 0;
        Set<String> names = new HashSet<>();
        while (end < written.length() && label.find()) {
            assertThat(names.add(label.group(1)))
                    .as("%s once in %s", label.group(1), line)
                    .isTrue();
            labels.computeIfAbsent(label.group(1), _ -> new HashSet<>())
                    .add(
                            ESCAPE.matcher(label.group(2))
                                    .replaceAll(
                                            found ->
                                                    Matcher.quoteReplacement(
                                                            found.group(1).equals("n")
                                                                    ? "\n"
                                                                    : found.group(1))));
            end = label.end();
        }
        assertThat(end).as(line).isEqualTo(written.length());
        String series = line.substring(0, line.length() - sample.group(4).length() - 1);
        assertThat(samples.put(series, Double.parseDouble(sample.group(4))))
                .as("%s once", series)
                .isNull();
    }

    private void checkHistograms() {
        Map<String, Double> last = new HashMap<>();
        samples.forEach(
                (series, value) -> {
                    if (series.contains("_bucket{")) {
                        String group = series.replaceAll(",?le=\"[^\"]*\"", "");
                        assertThat(value).isGreaterThanOrEqualTo(last.getOrDefault(group, 0.0));
                        last.put(group, value);
                        if (series.contains("le=\"+Inf\"")) {
                            assertThat(samples.get(group.replace("_bucket{", "_count{")))
                                    .isEqualTo(value);
                        }
                    }
                });
    }
}
