package dev.distill.proxy.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Replaces the worst cases of lost calls by what they really cost. */
final class Reconciliation {
    static final String SELECT =
            "SELECT request_id, at_ms, COALESCE(key_id, ''), COALESCE(user_name, ''),"
                    + " COALESCE(team, ''), route, provider, model, charged_nano_usd,"
                    + " job, session, id FROM attempts WHERE outcome = 'lost'";

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
                rows.getLong(9));
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

    private static Optional<Long> replace(Connection connection, String requestId, long nanoUsd)
            throws SQLException {
        Sums sums = new Sums();
        List<Long> charged = new ArrayList<>();
        try (PreparedStatement select =
                        connection.prepareStatement(SELECT + " AND request_id = ?");
                PreparedStatement update =
                        connection.prepareStatement(
                                "UPDATE attempts SET outcome = 'reconciled', cost_nano_usd = ?,"
                                        + " charged_nano_usd = ? WHERE id = ? AND outcome ="
                                        + " 'lost'")) {
            new Row(select).add(requestId);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    UsageReader.Lost lost = lost(rows);
                    new Row(update).add(nanoUsd).add(nanoUsd).add(rows.getLong(12));
                    if (update.executeUpdate() == 0) {
                        continue; // somebody else was faster
                    }
                    charged.add(lost.chargedNanoUsd());
                    sums.correct(
                            lost.at().toEpochMilli(),
                            who(lost, rows),
                            lost.route(),
                            lost.provider(),
                            lost.model(),
                            nanoUsd,
                            nanoUsd - lost.chargedNanoUsd());
                }
            }
        }
        if (charged.isEmpty()) {
            return Optional.empty();
        }
        try (PreparedStatement update =
                connection.prepareStatement(
                        "UPDATE requests SET cost_nano_usd = ?, charged_nano_usd = ? WHERE"
                                + " request_id = ? AND outcome = 'lost'")) {
            new Row(update).add(nanoUsd).add(nanoUsd).add(requestId);
            update.executeUpdate();
        }
        sums.write(connection);
        return Optional.of(charged.getFirst());
    }

    private static Who who(UsageReader.Lost lost, ResultSet rows) throws SQLException {
        return new Who(
                Optional.ofNullable(rows.getString(10)),
                some(lost.key()),
                some(lost.user()),
                some(lost.team()),
                Optional.ofNullable(rows.getString(11)));
    }

    private static Optional<String> some(String name) {
        return Optional.of(name).filter(text -> !text.isEmpty());
    }
}
