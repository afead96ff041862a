package dev.distill.proxy.sessions;

import java.util.Map;
import java.util.TreeMap;

/**
 * How often a session makes the same call: in a row, in a cycle such as A, B, A, B, or among
 * others. Not safe for several threads.
 *
 * <p>Cycles of up to four calls are counted exactly: for each length p it is enough to know how
 * many calls in a row were equal to the one p calls before. Calls among others are counted by the
 * algorithm of Misra and Gries (Finding repeated elements, 1982) with 16 counters: a session of up
 * to 16 different calls is counted exactly, a richer one never too high.
 */
final class Repetition {
    private static final int LONGEST_CYCLE = 4;
    private static final int COUNTERS = 16;

    private final long[] recent = new long[LONGEST_CYCLE];
    private final int[] equalInARow = new int[LONGEST_CYCLE + 1];
    private final long[] frequent = new long[COUNTERS];
    private final int[] count = new int[COUNTERS];
    private long calls;
    private int most;

    /**
     * What was counted before a restart; cycles are counted anew.
     *
     * @param most how often the most repeated call was made
     * @param counts of calls, by their fingerprints
     */
    static Repetition of(int most, Map<Long, Integer> counts) {
        Repetition repetition = new Repetition();
        repetition.most = most;
        int slot = 0;
        for (Map.Entry<Long, Integer> entry : counts.entrySet()) {
            if (slot < COUNTERS && entry.getValue() > 0) {
                repetition.frequent[slot] = entry.getKey();
                repetition.count[slot] = entry.getValue();
                slot++;
            }
        }
        return repetition;
    }

    /** The calls that were made more than once, by their fingerprints. */
    Map<Long, Integer> counts() {
        Map<Long, Integer> counts = new TreeMap<>();
        for (int i = 0; i < COUNTERS; i++) {
            if (count[i] > 1) {
                counts.put(frequent[i], count[i]);
            }
        }
        return counts;
    }

    /** Counts a call. */
    void add(long fingerprint) {
        for (int p = 1; p <= LONGEST_CYCLE; p++) {
            boolean equal = calls >= p && recent[slot(calls - p)] == fingerprint;
            equalInARow[p] = equal ? equalInARow[p] + 1 : 0;
            most = Math.max(most, equalInARow[p] / p + 1);
        }
        recent[slot(calls)] = fingerprint;
        calls++;
        most = Math.max(most, counted(fingerprint));
    }

    /** How often the most repeated call, or cycle of calls, was made. */
    int most() {
        return most;
    }

    private static int slot(long call) {
        return (int) (call % LONGEST_CYCLE);
    }

    private int counted(long fingerprint) {
        int free = -1;
        for (int i = 0; i < COUNTERS; i++) {
            if (count[i] > 0 && frequent[i] == fingerprint) {
                return ++count[i];
            }
            if (count[i] == 0) {
                free = i;
            }
        }
        if (free < 0) {
            for (int i = 0; i < COUNTERS; i++) {
                count[i]--;
            }
            return 0;
        }
        frequent[free] = fingerprint;
        count[free] = 1;
        return 1;
    }
}
