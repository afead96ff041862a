package dev.distill.proxy.ledger;

import java.util.List;

/**
 * The tables, as an ordered list of changes, in the words of SQLite; {@link Engine} knows the words
 * of others and counts how many changes a database has had. A change that was once released is
 * never edited.
 *
 * <p>{@code sums} is what reports and budgets read: the same figures by hour, by day, by session
 * and hour, and by job, kept up to date in the transaction that writes a row. {@code draws} is what
 * each prepaid lot gave to each attempt, and {@code lots} what that adds up to, also of rows that
 * are gone. {@code shipped} says how far each local log has arrived.
 */
final class Schema {
    static final List<List<String>> MIGRATIONS =
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
                            ) STRICT\
                            """,
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
                            ) STRICT\
                            """,
                            """
                            CREATE TABLE answers (
                                attempt INTEGER PRIMARY KEY REFERENCES attempts(id),
                                key TEXT NOT NULL,
                                good INTEGER NOT NULL,
                                answered_by TEXT NOT NULL,
                                request TEXT NOT NULL,
                                body TEXT NOT NULL
                            ) STRICT\
                            """,
                            "CREATE INDEX answers_by_key ON answers(key, attempt) WHERE good = 1",
                            "CREATE INDEX attempts_by_job ON attempts(job, charged_nano_usd)",
                            "CREATE INDEX requests_by_job ON requests(job)"),
                    List.of(
                            "ALTER TABLE requests ADD COLUMN key_id TEXT",
                            "ALTER TABLE requests ADD COLUMN user_name TEXT",
                            "ALTER TABLE requests ADD COLUMN team TEXT",
                            "ALTER TABLE requests ADD COLUMN session TEXT",
                            "ALTER TABLE requests ADD COLUMN dialect TEXT",
                            "ALTER TABLE requests ADD COLUMN stream INTEGER NOT NULL DEFAULT 0",
                            "ALTER TABLE requests ADD COLUMN first_token_ms INTEGER",
                            "ALTER TABLE requests ADD COLUMN cache_write INTEGER",
                            "ALTER TABLE requests ADD COLUMN cache_write_hour INTEGER",
                            "ALTER TABLE requests ADD COLUMN input_audio INTEGER",
                            "ALTER TABLE requests ADD COLUMN output_audio INTEGER",
                            "ALTER TABLE requests ADD COLUMN web_searches INTEGER",
                            "ALTER TABLE requests ADD COLUMN estimated INTEGER NOT NULL DEFAULT 0",
                            "ALTER TABLE requests ADD COLUMN charged_nano_usd INTEGER NOT NULL"
                                    + " DEFAULT 0",
                            "ALTER TABLE requests ADD COLUMN tries INTEGER NOT NULL DEFAULT 0",
                            "ALTER TABLE requests ADD COLUMN tier TEXT",
                            "ALTER TABLE requests ADD COLUMN lot TEXT",
                            "ALTER TABLE attempts ADD COLUMN key_id TEXT",
                            "ALTER TABLE attempts ADD COLUMN user_name TEXT",
                            "ALTER TABLE attempts ADD COLUMN team TEXT",
                            "ALTER TABLE attempts ADD COLUMN session TEXT",
                            "ALTER TABLE attempts ADD COLUMN dialect TEXT",
                            "ALTER TABLE attempts ADD COLUMN stream INTEGER NOT NULL DEFAULT 0",
                            "ALTER TABLE attempts ADD COLUMN first_token_ms INTEGER",
                            "ALTER TABLE attempts ADD COLUMN cache_write INTEGER",
                            "ALTER TABLE attempts ADD COLUMN cache_write_hour INTEGER",
                            "ALTER TABLE attempts ADD COLUMN input_audio INTEGER",
                            "ALTER TABLE attempts ADD COLUMN output_audio INTEGER",
                            "ALTER TABLE attempts ADD COLUMN web_searches INTEGER",
                            "ALTER TABLE attempts ADD COLUMN estimated INTEGER NOT NULL DEFAULT 0",
                            "ALTER TABLE attempts ADD COLUMN provider_key TEXT",
                            "ALTER TABLE attempts ADD COLUMN tier TEXT",
                            "ALTER TABLE attempts ADD COLUMN lot TEXT",
                            "DROP INDEX attempts_by_job",
                            "DROP INDEX requests_by_job",
                            "CREATE INDEX requests_by_time ON requests(at_ms)",
                            "CREATE INDEX attempts_by_time ON attempts(at_ms)",
                            "CREATE INDEX attempts_lost ON attempts(request_id) WHERE outcome ="
                                    + " 'lost'",
                            """
                            CREATE TABLE sums (
                                grain INTEGER NOT NULL,
                                start_ms INTEGER NOT NULL,
                                team TEXT NOT NULL,
                                user_name TEXT NOT NULL,
                                key_id TEXT NOT NULL,
                                route TEXT NOT NULL,
                                provider TEXT NOT NULL,
                                model TEXT NOT NULL,
                                subject TEXT NOT NULL,
                                requests INTEGER NOT NULL,
                                hits INTEGER NOT NULL,
                                errors INTEGER NOT NULL,
                                attempts INTEGER NOT NULL,
                                input_fresh INTEGER NOT NULL,
                                input_cached INTEGER NOT NULL,
                                cache_write INTEGER NOT NULL,
                                cache_write_hour INTEGER NOT NULL,
                                input_audio INTEGER NOT NULL,
                                output_text INTEGER NOT NULL,
                                output_reasoning INTEGER NOT NULL,
                                output_audio INTEGER NOT NULL,
                                web_searches INTEGER NOT NULL,
                                latency_ms INTEGER NOT NULL,
                                reasoning_ms INTEGER NOT NULL,
                                cost_nano_usd INTEGER NOT NULL,
                                charged_nano_usd INTEGER NOT NULL,
                                unknown_costs INTEGER NOT NULL,
                                PRIMARY KEY (grain, start_ms, team, user_name, key_id, route, provider, model, subject)
                            ) STRICT, WITHOUT ROWID\
                            """,
                            """
                            CREATE TABLE lots (
                                lot TEXT PRIMARY KEY,
                                tokens INTEGER NOT NULL
                            ) STRICT, WITHOUT ROWID\
                            """,
                            """
                            CREATE TABLE shipped (
                                log TEXT PRIMARY KEY,
                                segment INTEGER NOT NULL,
                                position INTEGER NOT NULL
                            ) STRICT, WITHOUT ROWID\
                            """,
                            """
                            CREATE TABLE outbox (
                                id INTEGER PRIMARY KEY AUTOINCREMENT,
                                frame BLOB NOT NULL
                            ) STRICT\
                            """,
                            backfill(0, "at_ms - at_ms % 3600000", "''", ""),
                            backfill(1, "at_ms - at_ms % 86400000", "''", ""),
                            backfill(3, "0", "job", "WHERE job IS NOT NULL")),
                    List.of(
                            """
                            CREATE TABLE draws (
                                id INTEGER PRIMARY KEY,
                                at_ms INTEGER NOT NULL,
                                request_id TEXT NOT NULL,
                                provider TEXT NOT NULL,
                                model TEXT NOT NULL,
                                lot TEXT NOT NULL,
                                tokens INTEGER NOT NULL,
                                paid_nano_usd INTEGER
                            ) STRICT""",
                            "CREATE INDEX draws_by_time ON draws(at_ms)",
                            """
                            INSERT INTO draws (at_ms, request_id, provider, model, lot, tokens)
                            SELECT at_ms, request_id, provider, model, lot,
                                   input_fresh + input_cached + cache_write + cache_write_hour
                                   + input_audio + output_text + output_reasoning + output_audio
                            FROM attempts WHERE lot IS NOT NULL AND input_fresh IS NOT NULL""",
                            "DROP INDEX attempts_lost",
                            "CREATE INDEX attempts_open ON attempts(request_id) WHERE "
                                    + Reconciliation.OPEN),
                    List.of("ALTER TABLE attempts ADD COLUMN upstream_id TEXT"));

    private Schema() {}

    /** Sums up the rows of files from before there were sums. */
    private static String backfill(int grain, String start, String subject, String where) {
        String names = grain == 3 ? "''" : "route";
        String provider = grain == 3 ? "''" : "COALESCE(provider, '')";
        String model = grain == 3 ? "''" : "COALESCE(model, '')";
        return """
        INSERT INTO sums
        SELECT %1$d, start_ms, '', '', '', route, provider, model, subject,
               SUM(requests), SUM(hits), SUM(errors), SUM(attempts),
               SUM(input_fresh), SUM(input_cached), 0, 0, 0,
               SUM(output_text), SUM(output_reasoning), 0, 0,
               SUM(latency_ms), SUM(reasoning_ms), SUM(cost), SUM(charged), SUM(unknown)
        FROM (
            SELECT %2$s AS start_ms, %3$s AS route, %4$s AS provider, %5$s AS model,
                   %6$s AS subject, 1 AS requests,
                   CASE WHEN store = 'hit' AND outcome = 'answered' THEN 1 ELSE 0 END AS hits,
                   CASE WHEN outcome = 'answered' THEN 0 ELSE 1 END AS errors, 0 AS attempts,
                   0 AS input_fresh, 0 AS input_cached, 0 AS output_text,
                   0 AS output_reasoning, latency_ms, 0 AS reasoning_ms,
                   0 AS cost, 0 AS charged, 0 AS unknown
            FROM requests %7$s
            UNION ALL
            SELECT %2$s, %3$s, %4$s, %5$s, %6$s, 0, 0, 0, 1,
                   COALESCE(input_fresh, 0), COALESCE(input_cached, 0),
                   COALESCE(output_text, 0), COALESCE(output_reasoning, 0),
                   0, CASE WHEN output_reasoning > 0 THEN latency_ms ELSE 0 END,
                   COALESCE(cost_nano_usd, 0), charged_nano_usd,
                   CASE WHEN cost_nano_usd IS NULL THEN 1 ELSE 0 END
            FROM attempts %7$s
        ) AS rows_of_old
        GROUP BY start_ms, route, provider, model, subject\
        """
                .formatted(grain, start, names, provider, model, subject, where);
    }
}
