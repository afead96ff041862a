package dev.distill.proxy.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Optional;

/**
 * Replaces the worst cases of calls, of which nobody knew whether and how much they were billed, by
 * what they really cost.
 */
final class Reconciliation {
    /** Charged more than it is known to cost. */
    static final String OPEN = "charged_nano_usd > COALESCE(cost_nano_usd, 0)";

    static final String SELECT =
            "SELECT request_id, at_ms, COALESCE(key_id, ''), COALESCE(user_name, ''),"
                    + " COALESCE(team, ''), route, provider, model, charged_nano_usd,"
                    + " outcome, COALESCE(cost_nano_usd, -1), job, session, id"
                    + " FROM attempts WHERE "
                    + OPEN;

    private static final String UPDATE =
            "UPDATE attempts SET cost_nano_usd = ?, charged_nano_usd = ?,"
                    + " outcome = CASE WHEN outcome = 'lost' THEN 'reconciled' ELSE outcome END,"
                    + " estimated = CASE WHEN input_fresh IS NULL THEN 0 ELSE estimated END"
                    + " WHERE id = ? AND "
                    + OPEN;

    /** A cost that is unknown makes that of the request unknown. */
    private static final String REQUEST =
            "UPDATE requests SET charged_nano_usd = charged_nano_usd + ?, cost_nano_usd ="
                    + " (SELECT CASE WHEN COUNT(*) = COUNT(cost_nano_usd) THEN SUM(cost_nano_usd)"
                    + " END FROM attempts WHERE attempts.request_id = requests.request_id)"
                    + " WHERE request_id = ?";

    private Reconciliation() {}

    static UsageReader.Lost lost(ResultSet rows) throws SQLException {
        return new UsageReader.Lost(
                rows.getString(1),
                Instant.ofEpochMilli(rows.getLong(2)),
                rows.getString(3),
                rows.getString(4),
                rows.getString(5),
                rows.getString(6),
                rows.getString(7),
                rows.getString(8),
                rows.getLong(9),
                rows.getString(10));
    }

    static Optional<Long> run(Connection connection, Engine engine, String requestId, long nanoUsd)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(engine.begin());
            try {
                Optional<Long> before = replace(connection, requestId, nanoUsd);
                statement.execute("COMMIT");
                return before;
            } catch (SQLException e) {
                statement.execute("ROLLBACK");
                throw e;
            }
        }
    }

    /** What a request with several such calls cost is booked on the first of them. */
    private static Optional<Long> replace(Connection connection, String requestId, long nanoUsd)
            throws SQLException {
        Sums sums = new Sums();
        long charged = 0;
        long cost = nanoUsd;
        boolean found = false;
        try (PreparedStatement select =
                        connection.prepareStatement(SELECT + " AND request_id = ? ORDER BY id");
                PreparedStatement update = connection.prepareStatement(UPDATE)) {
            new Row(select).add(requestId);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    new Row(update).add(cost).add(cost).add(rows.getLong(14));
                    if (update.executeUpdate() == 0) {
                        continue; // somebody else was faster
                    }
                    correct(sums, rows, cost);
                    charged += rows.getLong(9);
                    found = true;
                    cost = 0;
                }
            }
        }
        if (!found) {
            return Optional.empty();
        }
        try (PreparedStatement update = connection.prepareStatement(REQUEST)) {
            new Row(update).add(nanoUsd - charged).add(requestId);
            update.executeUpdate();
        }
        sums.write(connection);
        return Optional.of(charged);
    }

    private static void correct(Sums sums, ResultSet rows, long cost) throws SQLException {
        UsageReader.Lost lost = lost(rows);
        long before = rows.getLong(11);
        sums.correct(
                lost.at().toEpochMilli(),
                who(lost, rows),
                lost.route(),
                lost.provider(),
                lost.model(),
                cost - Math.max(0, before),
                cost - lost.chargedNanoUsd(),
                before < 0);
    }

    private static Who who(UsageReader.Lost lost, ResultSet rows) throws SQLException {
        return new Who(
                Optional.ofNullable(rows.getString(12)),
                some(lost.key()),
                some(lost.user()),
                some(lost.team()),
                Optional.ofNullable(rows.getString(13)));
    }

    private static Optional<String> some(String name) {
        return Optional.of(name).filter(text -> !text.isEmpty());
    }
}
