package dev.distill.proxy.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Drops single requests and the sums of sessions when they are old, a few at a time so that nobody
 * waits. The other sums stay, and so do paid answers with their attempts.
 */
final class Retention {
    private static final int STEP = 1000;
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private static final String REQUESTS =
            "DELETE FROM requests WHERE id IN (SELECT id FROM requests"
                    + " WHERE at_ms >= ? AND at_ms < ? ORDER BY at_ms LIMIT "
                    + STEP
                    + ")";

    private static final String ATTEMPTS =
            "DELETE FROM attempts WHERE id IN (SELECT id FROM attempts"
                    + " WHERE at_ms >= ? AND at_ms < ? AND outcome <> 'lost'"
                    + " AND NOT EXISTS (SELECT 1 FROM answers WHERE attempt = attempts.id)"
                    + " ORDER BY at_ms LIMIT "
                    + STEP
                    + ")";

    private static final String DRAWS =
            "DELETE FROM draws WHERE id IN (SELECT id FROM draws"
                    + " WHERE at_ms >= ? AND at_ms < ? ORDER BY at_ms LIMIT "
                    + STEP
                    + ")";

    private static final String SESSIONS =
            "DELETE FROM sums WHERE grain = 2 AND start_ms >= ? AND start_ms < ?";

    private final InstantSource clock;
    private final Duration keep;
    private Instant next = Instant.MIN;

    /** What is still there from before is there to stay. */
    private long done;

    Retention(InstantSource clock, Duration keep) {
        this.clock = clock;
        this.keep = keep;
    }

    /** Drops a little when it is time; soon again while there is more. */
    void step(Connection connection) throws SQLException {
        Instant now = clock.instant();
        if (now.isBefore(next)) {
            return;
        }
        long old = now.minus(keep).toEpochMilli();
        int most = Math.max(drop(connection, REQUESTS, old), drop(connection, ATTEMPTS, old));
        most = Math.max(most, drop(connection, DRAWS, old));
        if (most == STEP) {
            return;
        }
        drop(connection, SESSIONS, old);
        next = now.plus(PAUSE);
        done = old;
    }

    private int drop(Connection connection, String sql, long before) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            new Row(statement).add(done).add(before);
            return statement.executeUpdate();
        }
    }
}
