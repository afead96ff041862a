package dev.distill.proxy.ledger;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One request of a caller, as the ledger keeps it, with the attempts made for it.
 *
 * @param requestId unique; a row for a reservation is replaced by the final one with the same id
 * @param dialect what the caller speaks
 * @param stream whether it asked for a stream
 * @param outcome the word answered, or the code of the error
 * @param status the HTTP status that the caller got; 499 when it had gone
 * @param firstTokenMillis until the caller got the first token of a stream
 * @param served who answered, when somebody did
 * @param store hit, miss or off
 */
public record RequestRow(
        Instant at,
        String requestId,
        Who who,
        String route,
        String dialect,
        boolean stream,
        String outcome,
        int status,
        long latencyMillis,
        OptionalLong firstTokenMillis,
        Optional<Served> served,
        String store,
        List<Attempt> attempts) {
    /** The outcome of a request that was answered. */
    public static final String ANSWERED = "answered";

    /** The outcome of a request whose process died over it. */
    public static final String LOST = "lost";

    public RequestRow {
        attempts = List.copyOf(attempts);
    }

    /**
     * The row that stays of a call when its process dies: charged at its worst case, its real cost
     * unknown.
     */
    public static RequestRow lost(
            Instant at,
            String requestId,
            Who who,
            String route,
            String dialect,
            String provider,
            String model,
            long worstNanoUsd) {
        return lost(
                at,
                requestId,
                who,
                route,
                dialect,
                List.of(
                        Attempt.of(
                                at,
                                provider,
                                model,
                                LOST,
                                0,
                                0,
                                OptionalLong.empty(),
                                worstNanoUsd)));
    }

    /**
     * The same for a request with several calls.
     *
     * @param attempts those that are over as they ended, the others as lost
     */
    public static RequestRow lost(
            Instant at,
            String requestId,
            Who who,
            String route,
            String dialect,
            List<Attempt> attempts) {
        return new RequestRow(
                at,
                requestId,
                who,
                route,
                dialect,
                false,
                LOST,
                0,
                0,
                OptionalLong.empty(),
                Optional.empty(),
                "off",
                attempts);
    }

    /** What all attempts together cost; empty when nobody can know. */
    public OptionalLong costNanoUsd() {
        long sum = 0;
        for (Attempt attempt : attempts) {
            if (attempt.costNanoUsd().isEmpty()) {
                return OptionalLong.empty();
            }
            sum += attempt.costNanoUsd().getAsLong();
        }
        return OptionalLong.of(sum);
    }

    /** What budgets count. */
    public long chargedNanoUsd() {
        return attempts.stream().mapToLong(Attempt::chargedNanoUsd).sum();
    }

    boolean answered() {
        return outcome.equals(ANSWERED);
    }

    boolean hit() {
        return answered() && store.equals("hit");
    }
}
