package dev.distill.proxy.ledger;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** What differs between the databases that the ledger can live in, and nothing else. */
enum Engine {
    /** A file; {@code user_version} counts its changes. */
    SQLITE {
        @Override
        String words(String sql) {
            return sql;
        }

        @Override
        String begin() {
            return "BEGIN IMMEDIATE";
        }

        @Override
        int version(Statement statement) throws SQLException {
            int id = number(statement, "PRAGMA application_id");
            boolean empty = number(statement, "SELECT COUNT(*) FROM sqlite_schema") == 0;
            if (id != APPLICATION_ID && !empty) {
                throw new UnknownFileException("it is a database of another program");
            }
            return number(statement, "PRAGMA user_version");
        }

        @Override
        void lock(Statement statement) {
            // the transaction is the lock
        }

        @Override
        void count(Statement statement, int version) throws SQLException {
            statement.execute("PRAGMA application_id = " + APPLICATION_ID);
            statement.execute("PRAGMA user_version = " + version);
        }
    },

    /** A server; the table {@code distill_schema} counts its changes. */
    POSTGRESQL {
        @Override
        String words(String sql) {
            return sql.replace(" AUTOINCREMENT", "")
                    .replace("INTEGER PRIMARY KEY", "BIGSERIAL PRIMARY KEY")
                    .replace("INTEGER", "BIGINT")
                    .replace("BLOB", "BYTEA")
                    .replace(") STRICT, WITHOUT ROWID", ")")
                    .replace(") STRICT", ")");
        }

        @Override
        String begin() {
            return "BEGIN";
        }

        @Override
        int version(Statement statement) throws SQLException {
            boolean made =
                    number(
                                    statement,
                                    "SELECT COUNT(*) FROM information_schema.tables WHERE"
                                            + " table_schema = CURRENT_SCHEMA() AND table_name ="
                                            + " 'distill_schema'")
                            > 0;
            return made ? number(statement, "SELECT MAX(version) FROM distill_schema") : 0;
        }

        @Override
        void lock(Statement statement) throws SQLException {
            statement.execute("SELECT pg_advisory_xact_lock(" + APPLICATION_ID + ")");
        }

        @Override
        void count(Statement statement, int version) throws SQLException {
            statement.execute("CREATE TABLE IF NOT EXISTS distill_schema (version INT NOT NULL)");
            statement.execute("INSERT INTO distill_schema VALUES (" + version + ")");
        }
    };

    /** "DIST": tells our files from those of other programs. */
    private static final int APPLICATION_ID = 0x44495354;

    /** A statement of the schema in the words of this engine. */
    abstract String words(String sql);

    /** Begins a transaction that writes. */
    abstract String begin();

    /** How many changes a database has had. */
    abstract int version(Statement statement) throws SQLException;

    /** Keeps other processes from changing the tables until the transaction ends. */
    abstract void lock(Statement statement) throws SQLException;

    /** Notes that all changes up to a number have been made. */
    abstract void count(Statement statement, int version) throws SQLException;

    /**
     * Brings a database up to date; two processes may do so at once.
     *
     * @throws UnknownFileException when it is not one of ours, or of a later distill
     */
    void migrate(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (version(statement) == Schema.MIGRATIONS.size()) {
                return;
            }
            statement.execute(begin());
            try {
                lock(statement);
                for (List<String> change : pending(statement)) {
                    for (String sql : change) {
                        statement.execute(words(sql));
                    }
                }
                count(statement, Schema.MIGRATIONS.size());
                statement.execute("COMMIT");
            } catch (SQLException | UnknownFileException e) {
                statement.execute("ROLLBACK");
                throw e;
            }
        }
    }

    private List<List<String>> pending(Statement statement) throws SQLException {
        int version = version(statement);
        if (version > Schema.MIGRATIONS.size()) {
            throw new UnknownFileException("it was written by a newer distill");
        }
        return Schema.MIGRATIONS.subList(version, Schema.MIGRATIONS.size());
    }

    private static int number(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** The database is none to work with. */
    static final class UnknownFileException extends RuntimeException {
        UnknownFileException(String message) {
            super(message);
        }
    }
}
