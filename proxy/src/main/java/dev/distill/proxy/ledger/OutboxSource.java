package dev.distill.proxy.ledger;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The rows of jobs, which are in the file of paid answers for good, on their way to a ledger that
 * is elsewhere. The file has a name of its own in that ledger.
 */
final class OutboxSource implements Source, AutoCloseable {
    private static final String PREFIX = "outbox-";

    private final Connection file;
    private final String name;
    private long position;
    private boolean positioned;

    OutboxSource(Database store) {
        this.file = store.open();
        try {
            this.name = named(file);
        } catch (SQLException e) {
            throw store.unusable(e);
        }
    }

    private static String named(Connection file) throws SQLException {
        try (Statement statement = file.createStatement()) {
            statement.execute(
                    "INSERT INTO shipped SELECT '%s%s', 0, 0 WHERE NOT EXISTS (SELECT 1 FROM shipped WHERE log LIKE '%s%%')"
                            .formatted(PREFIX, UUID.randomUUID(), PREFIX));
            try (ResultSet rows =
                    statement.executeQuery(
                            "SELECT log FROM shipped WHERE log LIKE '" + PREFIX + "%'")) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void seek(Connection connection) throws SQLException {
        if (positioned) {
            return;
        }
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT position FROM shipped WHERE log = ?")) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                position = rows.next() ? rows.getLong(1) : 0;
            }
        }
        positioned = true;
    }

    @Override
    public void lostTrack() {
        positioned = false;
    }

    @Override
    public Batch next() throws SQLException {
        List<RequestRow> rows = new ArrayList<>();
        long last = position;
        try (PreparedStatement statement =
                file.prepareStatement(
                        "SELECT id, frame FROM outbox WHERE id > ? ORDER BY id LIMIT "
                                + MOST_ROWS)) {
            statement.setLong(1, position);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    last = found.getLong(1);
                    Frame frame = Frame.read(ByteBuffer.wrap(found.getBytes(2)));
                    if (frame != null) {
                        frame.row().ifPresent(rows::add);
                    }
                }
            }
        }
        return new Batch(rows, 0, last);
    }

    @Override
    public void arrived(Batch batch) throws SQLException {
        position = batch.position();
        try (PreparedStatement statement =
                file.prepareStatement("DELETE FROM outbox WHERE id <= ?")) {
            statement.setLong(1, position);
            statement.executeUpdate();
        }
    }

    @Override
    public void close() throws SQLException {
        file.close();
    }
}
