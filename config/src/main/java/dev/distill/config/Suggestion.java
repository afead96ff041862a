package dev.distill.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Guesses what somebody meant who wrote a word that is not known. */
public final class Suggestion {
    private static final int MOST = 3;

    private Suggestion() {}

    /**
     * The known words nearest to {@code word} by edit distance, nearest first, at most three, all
     * about equally near; empty when none is near.
     */
    public static List<String> nearest(String word, Collection<String> known) {
        int best = known.stream().mapToInt(k -> distance(word, k)).min().orElse(0);
        int limit = best <= Math.max(1, word.length() / 2) ? best + 1 : -1;
        return known.stream()
                .filter(k -> distance(word, k) <= limit)
                .sorted(
                        Comparator.comparingInt((String k) -> distance(word, k))
                                .thenComparing(Comparator.naturalOrder()))
                .limit(MOST)
                .toList();
    }

    /** A hint such as {@code did you mean teacher?}, or the known words when none is near. */
    public static String hint(String word, Collection<String> known) {
        List<String> near = nearest(word, known);
        if (!near.isEmpty()) {
            return "did you mean " + String.join(" or ", near) + "?";
        }
        return known.isEmpty() ? "nothing is known here" : "known are " + String.join(", ", known);
    }

    /** Levenshtein distance without regard to case, by the two-row dynamic programme. */
    static int distance(String word, String other) {
        String a = word.toLowerCase(Locale.ROOT);
        String b = other.toLowerCase(Locale.ROOT);
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(change, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
