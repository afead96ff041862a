package dev.distill.trainer.causal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Puts documents side by side into rows so that little is padding: first fit, the longest first.
 * The documents of a row do not see each other, and each begins at position 0 ({@link
 * dev.distill.models.causal.TokenRows}), so that what is learned does not depend on who sits where.
 */
final class Packing {
    private Packing() {}

    /** A document in each row: what packing is compared with, and for models that cannot pack. */
    static List<List<Sample>> apart(List<Sample> samples) {
        return samples.stream().map(List::of).toList();
    }

    /**
     * Packs.
     *
     * @param width most tokens of a row; a longer document has a row to itself
     */
    static List<List<Sample>> rows(List<Sample> samples, int width) {
        List<Sample> longestFirst = new ArrayList<>(samples);
        longestFirst.sort(Comparator.comparingInt(Sample::length).reversed());
        List<List<Sample>> rows = new ArrayList<>();
        List<Integer> room = new ArrayList<>();
        for (Sample sample : longestFirst) {
            int row = 0;
            while (row < rows.size() && room.get(row) < sample.length()) {
                row++;
            }
            if (row == rows.size()) {
                rows.add(new ArrayList<>());
                room.add(width);
            }
            rows.get(row).add(sample);
            room.set(row, room.get(row) - sample.length());
        }
        return rows;
    }

    /** The tokens of the longest row. */
    static int width(List<List<Sample>> rows) {
        return rows.stream().mapToInt(Packing::length).max().orElse(0);
    }

    private static int length(List<Sample> row) {
        return row.stream().mapToInt(Sample::length).sum();
    }
}
