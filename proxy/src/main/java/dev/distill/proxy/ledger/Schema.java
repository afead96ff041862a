package dev.distill.proxy.ledger;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The tables, as an ordered list of changes; {@code user_version} counts how many a file has had. A
 * change that was once released is never edited.
 */
final class Schema {
    /** "DIST": tells our files from those of other programs. */
    static final int APPLICATION_ID = 0x44495354;

    private static final List<List<String>> MIGRATIONS =
            List.of(
                    List.of(
                            """
                            CREATE TABLE requests (
                                id INTEGER PRIMARY KEY,
                                at_ms INTEGER NOT NULL,
                                request_id TEXT NOT NULL,
                                job TEXT,
                                route TEXT NOT NULL,
                                provider TEXT,
                                model TEXT,
                                outcome TEXT NOT NULL,
                                status INTEGER NOT NULL,
                                latency_ms INTEGER NOT NULL,
                                input_fresh INTEGER,
                                input_cached INTEGER,
                                output_text INTEGER,
                                output_reasoning INTEGER,
                                cost_nano_usd INTEGER,
                                simulated INTEGER NOT NULL,
                                store TEXT NOT NULL
                            ) STRICT""",
                            """
                            CREATE TABLE attempts (
                                id INTEGER PRIMARY KEY,
                                at_ms INTEGER NOT NULL,
                                request_id TEXT NOT NULL,
                                job TEXT,
                                route TEXT NOT NULL,
                                provider TEXT NOT NULL,
                                model TEXT NOT NULL,
                                outcome TEXT NOT NULL,
                                status INTEGER NOT NULL,
                                latency_ms INTEGER NOT NULL,
                                input_fresh INTEGER,
                                input_cached INTEGER,
                                output_text INTEGER,
                                output_reasoning INTEGER,
                                cost_nano_usd INTEGER,
                                charged_nano_usd INTEGER NOT NULL,
                                simulated INTEGER NOT NULL
                            ) STRICT""",
                            """
                            CREATE TABLE answers (
                                attempt INTEGER PRIMARY KEY REFERENCES attempts(id),
                                key TEXT NOT NULL,
                                good INTEGER NOT NULL,
                                answered_by TEXT NOT NULL,
                                request TEXT NOT NULL,
                                body TEXT NOT NULL
                            ) STRICT""",
                            "CREATE INDEX answers_by_key ON answers(key, attempt) WHERE good = 1",
                            "CREATE INDEX attempts_by_job ON attempts(job, charged_nano_usd)",
                            "CREATE INDEX requests_by_job ON requests(job)"));

    private Schema() {}

    /**
     * Brings a file up to date; two processes may do so at once.
     *
     * @throws UnknownFileException when the file is not one of ours, or of a later distill
     */
    static void migrate(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (version(statement) == MIGRATIONS.size()) {
                return;
            }
            statement.execute("BEGIN IMMEDIATE");
            try {
                for (List<String> change : pending(statement)) {
                    for (String sql : change) {
                        statement.execute(sql);
                    }
                }
                statement.execute("PRAGMA application_id = " + APPLICATION_ID);
                statement.execute("PRAGMA user_version = " + MIGRATIONS.size());
                statement.execute("COMMIT");
            } catch (SQLException | UnknownFileException e) {
                statement.execute("ROLLBACK");
                throw e;
            }
        }
    }

    private static List<List<String>> pending(Statement statement) throws SQLException {
        int version = version(statement);
        if (version > MIGRATIONS.size()) {
            throw new UnknownFileException("it was written by a newer distill");
        }
        return MIGRATIONS.subList(version, MIGRATIONS.size());
    }

    private static int version(Statement statement) throws SQLException {
        int id = number(statement, "PRAGMA application_id");
        boolean empty = number(statement, "SELECT COUNT(*) FROM sqlite_schema") == 0;
        if (id != APPLICATION_ID && !empty) {
            throw new UnknownFileException("it is a database of another program");
        }
        return number(statement, "PRAGMA user_version");
    }

    private static int number(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** The file is a database, but not one to work with. */
    static final class UnknownFileException extends RuntimeException {
        UnknownFileException(String message) {
            super(message);
        }
    }
}
