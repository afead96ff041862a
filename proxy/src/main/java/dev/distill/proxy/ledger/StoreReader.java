package dev.distill.proxy.ledger;

import dev.distill.config.UserError;
import dev.distill.files.Digest;
import dev.distill.proxy.wire.Usage;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reads answers and sums from the store file over one connection, a statement at a time; a look-up
 * takes some microseconds, so that threads hardly ever wait for each other.
 */
public final class StoreReader implements AutoCloseable {
    private static final String FIND =
            """
            SELECT t.provider, t.model, a.answered_by, t.status, a.body, t.latency_ms,
                   t.input_fresh, t.input_cached, t.output_text, t.output_reasoning,
                   t.cost_nano_usd, t.simulated, t.at_ms
            FROM answers a JOIN attempts t ON t.id = a.attempt
            WHERE a.key = ? AND a.good = 1 ORDER BY a.attempt LIMIT 1""";

    private static final String STORED = "SELECT 1 FROM answers WHERE key = ? AND good = 1 LIMIT 1";

    private static final String CHARGED =
            "SELECT COALESCE(SUM(charged_nano_usd), 0) FROM attempts WHERE job = ?";

    private static final String SPEND =
            """
            SELECT r.job, COUNT(*), SUM(r.store = 'hit' AND r.outcome = 'answered'),
                   a.input_fresh, a.input_cached, a.output_text, a.output_reasoning,
                   a.cost, a.charged, a.unknown
            FROM requests r LEFT JOIN (
                SELECT job, SUM(input_fresh) AS input_fresh, SUM(input_cached) AS input_cached,
                       SUM(output_text) AS output_text, SUM(output_reasoning) AS output_reasoning,
                       SUM(cost_nano_usd) AS cost, SUM(charged_nano_usd) AS charged,
                       SUM(cost_nano_usd IS NULL) AS unknown
                FROM attempts WHERE job IS NOT NULL GROUP BY job) a ON a.job = r.job
            WHERE r.job IS NOT NULL GROUP BY r.job ORDER BY r.job""";

    private static final String TYPICAL =
            """
            SELECT AVG((t.input_fresh + t.input_cached) * 1.0 / octet_length(a.request)),
                   AVG(t.output_text + t.output_reasoning)
            FROM answers a JOIN attempts t ON t.id = a.attempt
            WHERE t.id IN (SELECT id FROM attempts WHERE model = ? AND input_fresh IS NOT NULL
                           ORDER BY id DESC LIMIT 1000)""";

    private final ReentrantLock lock = new ReentrantLock();
    private final Path file;
    private final Connection connection;

    private StoreReader(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    /** Opens a file, which is made when there is none. */
    public static StoreReader open(Path file) {
        return new StoreReader(file, StoreFile.open(file));
    }

    /** How many tokens answers of a model have had so far, per byte of request and per answer. */
    public record Typical(double inputTokensPerByte, double outputTokens) {}

    /** The first good answer under a key. */
    public Optional<StoredAnswer> find(Digest key) {
        return first(FIND, key.hex(), rows -> answer(key, rows));
    }

    /** Whether there is a good answer under a key. */
    public boolean has(Digest key) {
        return first(STORED, key.hex(), rows -> rows.getInt(1)).isPresent();
    }

    /** What budgets count of a job so far. */
    public long charged(String job) {
        return first(CHARGED, job, rows -> rows.getLong(1)).orElse(0L);
    }

    /** What the latest answers of a model have been like. */
    public Optional<Typical> typical(String model) {
        return first(
                        TYPICAL,
                        model,
                        rows -> {
                            Typical typical = new Typical(rows.getDouble(1), rows.getDouble(2));
                            return rows.wasNull()
                                    ? Optional.<Typical>empty()
                                    : Optional.of(typical);
                        })
                .flatMap(found -> found);
    }

    /** The sums of every job. */
    List<Spend> spend() {
        return query(
                SPEND,
                statement -> {
                    List<Spend> sums = new ArrayList<>();
                    try (ResultSet rows = statement.executeQuery()) {
                        while (rows.next()) {
                            sums.add(
                                    new Spend(
                                            rows.getString(1),
                                            rows.getLong(2),
                                            rows.getLong(3),
                                            new Usage(
                                                    rows.getLong(4),
                                                    rows.getLong(5),
                                                    0,
                                                    0,
                                                    0,
                                                    rows.getLong(6),
                                                    rows.getLong(7),
                                                    0,
                                                    0),
                                            rows.getLong(8),
                                            rows.getLong(9),
                                            rows.getLong(10)));
                        }
                    }
                    return sums;
                });
    }

    @Override
    public void close() {
        lock.lock();
        try {
            connection.close();
        } catch (SQLException e) {
            throw StoreFile.unusable(file, e);
        } finally {
            lock.unlock();
        }
    }

    private static StoredAnswer answer(Digest key, ResultSet rows) throws SQLException {
        OptionalLong inputFresh = optional(rows, 7);
        Optional<Usage> usage =
                inputFresh.isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                new Usage(
                                        inputFresh.getAsLong(),
                                        rows.getLong(8),
                                        0,
                                        0,
                                        0,
                                        rows.getLong(9),
                                        rows.getLong(10),
                                        0,
                                        0));
        return new StoredAnswer(
                key,
                rows.getString(1),
                rows.getString(2),
                rows.getString(3),
                rows.getInt(4),
                rows.getString(5),
                rows.getLong(6),
                usage,
                optional(rows, 11),
                rows.getBoolean(12),
                Instant.ofEpochMilli(rows.getLong(13)));
    }

    private static OptionalLong optional(ResultSet rows, int column) throws SQLException {
        long value = rows.getLong(column);
        return rows.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
    }

    private <T> Optional<T> first(String sql, String argument, Reading<ResultSet, T> reading) {
        return query(
                sql,
                statement -> {
                    statement.setString(1, argument);
                    try (ResultSet rows = statement.executeQuery()) {
                        return rows.next() ? Optional.of(reading.read(rows)) : Optional.empty();
                    }
                });
    }

    /**
     * Runs one statement.
     *
     * @throws UserError when the file cannot be read
     */
    private <T> T query(String sql, Reading<PreparedStatement, T> reading) {
        lock.lock();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            return reading.read(statement);
        } catch (SQLException e) {
            throw StoreFile.unusable(file, e);
        } finally {
            lock.unlock();
        }
    }

    @FunctionalInterface
    private interface Reading<S, T> {
        T read(S source) throws SQLException;
    }
}
