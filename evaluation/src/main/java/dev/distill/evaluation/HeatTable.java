package dev.distill.evaluation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The labels that a model confuses most, against each other.
 *
 * @param rows one for each gold label; cells are in the same order
 */
record HeatTable(List<Line> rows) {
    private static final int MOST_LABELS = 8;
    private static final int SHADES = 4;

    /** A gold label, its number in the table, and what was predicted for it. */
    record Line(int number, String label, List<Cell> cells) {}

    /**
     * How often a label was given.
     *
     * @param count items
     * @param style class of the cell: {@code right} on the diagonal, {@code heat0} to {@code heat4}
     * @param words the cell in words
     */
    record Cell(int count, String style, String words) {}

    static HeatTable of(Score score) {
        Set<String> labels = new LinkedHashSet<>();
        Map<String, Map<String, Integer>> counts = new HashMap<>();
        for (Confusion confusion : score.confusions()) {
            if (!confusion.predicted().equals(Score.OFF_LIST)) {
                if (labels.size() <= MOST_LABELS - 2) {
                    labels.add(confusion.gold());
                    labels.add(confusion.predicted());
                }
                counts.computeIfAbsent(confusion.gold(), _ -> new HashMap<>())
                        .put(confusion.predicted(), confusion.count());
            }
        }
        for (LabelScore label : score.labels()) {
            counts.computeIfAbsent(label.label(), _ -> new HashMap<>())
                    .put(label.label(), label.hits());
        }
        int most = score.confusions().stream().mapToInt(Confusion::count).max().orElse(1);
        List<String> order = List.copyOf(labels);
        List<Line> rows = new ArrayList<>();
        for (String gold : order) {
            List<Cell> cells =
                    order.stream()
                            .map(given -> cell(gold, given, count(counts, gold, given), most))
                            .toList();
            rows.add(new Line(rows.size() + 1, gold, cells));
        }
        return new HeatTable(List.copyOf(rows));
    }

    private static int count(Map<String, Map<String, Integer>> counts, String gold, String given) {
        return counts.getOrDefault(gold, Map.of()).getOrDefault(given, 0);
    }

    private static Cell cell(String gold, String given, int count, int most) {
        boolean right = gold.equals(given);
        int shade = count == 0 ? 0 : Math.max(1, Math.ceilDiv(SHADES * count, most));
        return new Cell(
                count,
                right ? "right" : "heat" + shade,
                "%s taken for %s: %d".formatted(gold, given, count));
    }
}
