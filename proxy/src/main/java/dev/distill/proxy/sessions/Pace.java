package dev.distill.proxy.sessions;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** What was spent in the last ten minutes, in slots of one minute. Not safe for several threads. */
final class Pace {
    static final int MINUTES = 10;

    private final long[] nanoUsd = new long[MINUTES];
    private long minute;

    /** What was measured before a restart: the minute of the newest slot, then the slots. */
    static Pace of(List<Long> saved) {
        Pace pace = new Pace();
        pace.minute = saved.getFirst();
        for (int i = 0; i < MINUTES; i++) {
            pace.nanoUsd[i] = saved.get(i + 1);
        }
        return pace;
    }

    /** What {@link #of} takes. */
    List<Long> saved() {
        return LongStream.concat(LongStream.of(minute), Arrays.stream(nanoUsd)).boxed().toList();
    }

    /** Adds money spent at a time. */
    void add(long epochSecond, long costNanoUsd) {
        forward(epochSecond / 60);
        nanoUsd[(int) Math.floorMod(minute, (long) MINUTES)] += costNanoUsd;
    }

    /** Billionths of a US dollar per minute over the last ten minutes, the present one included. */
    long nanoUsdPerMinute(long epochSecond) {
        forward(epochSecond / 60);
        long sum = 0;
        for (long slot : nanoUsd) {
            sum += slot;
        }
        return sum / MINUTES;
    }

    /** Empties the slots between then and now; a clock that went back stays where it was. */
    private void forward(long now) {
        if (now - minute >= MINUTES) {
            Arrays.fill(nanoUsd, 0);
            minute = now;
        }
        while (minute < now) {
            minute++;
            nanoUsd[(int) Math.floorMod(minute, (long) MINUTES)] = 0;
        }
    }
}
