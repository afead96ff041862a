package dev.distill.proxy.money;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/**
 * Money set aside for one call. It ends when it is settled or closed, whatever comes first; more of
 * either does nothing. Close it on every path. One that is still open when its lease runs out
 * counts as spent at its worst case, until it is settled or closed after all. Safe for use by many
 * threads.
 */
public final class Reservation implements AutoCloseable {
    private enum State {
        OPEN,
        LAPSED,
        ENDED
    }

    /** Where the money is set aside. */
    record Hold(Counter counter, Counter.Sums sums) {}

    private final List<Hold> holds;
    private final long worst;
    private final Instant leaseEnds;
    private final List<Account> warnings;
    private final Consumer<Reservation> onEnd;
    private State state = State.OPEN;

    Reservation(
            List<Hold> holds,
            long worst,
            Instant leaseEnds,
            List<Account> warnings,
            Consumer<Reservation> onEnd) {
        this.holds = List.copyOf(holds);
        this.worst = worst;
        this.leaseEnds = leaseEnds;
        this.warnings = List.copyOf(warnings);
        this.onEnd = onEnd;
    }

    /** What is set aside. */
    public long worstNanoUsd() {
        return worst;
    }

    /** The budgets of which so much was spent beforehand that the caller is warned. */
    public List<Account> warnings() {
        return warnings;
    }

    /** The call is over and counts as so much, in the windows in which it began. */
    public synchronized void settle(long chargedNanoUsd) {
        if (chargedNanoUsd < 0) {
            throw new IllegalArgumentException("a charge must be >= 0, got " + chargedNanoUsd);
        }
        switch (state) {
            case OPEN -> book(chargedNanoUsd, -worst);
            case LAPSED -> book(chargedNanoUsd - worst, 0);
            case ENDED -> {
                return;
            }
        }
        state = State.ENDED;
        onEnd.accept(this);
    }

    /** The call never cost anything. */
    @Override
    public void close() {
        settle(0);
    }

    /** Counts the worst case as spent when the lease has run out. */
    synchronized void lapse(Instant now) {
        if (state == State.OPEN && !now.isBefore(leaseEnds)) {
            book(worst, -worst);
            state = State.LAPSED;
            onEnd.accept(this);
        }
    }

    private void book(long spent, long reserved) {
        for (Hold hold : holds) {
            hold.counter().lock.lock();
            try {
                hold.sums().spent += spent;
                hold.sums().reserved += reserved;
            } finally {
                hold.counter().lock.unlock();
            }
        }
    }
}
