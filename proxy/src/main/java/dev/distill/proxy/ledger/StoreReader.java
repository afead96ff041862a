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
            "SELECT t.provider, t.model, a.answered_by, t.status, a.body, t.latency_ms,"
                    + " t.cost_nano_usd, t.simulated, t.at_ms, "
                    + Rows.USAGE
                    + " FROM answers a JOIN attempts t ON t.id = a.attempt"
                    + " WHERE a.key = ? AND a.good = 1 ORDER BY a.attempt LIMIT 1";

    private static final String STORED = "SELECT 1 FROM answers WHERE key = ? AND good = 1 LIMIT 1";

    private static final String CHARGED =
            "SELECT charged_nano_usd FROM sums WHERE grain = 3 AND subject = ?";

    private static final String SPEND =
            "SELECT subject, requests, hits, cost_nano_usd, charged_nano_usd, unknown_costs, "
                    + Rows.USAGE
                    + " FROM sums WHERE grain = 3 ORDER BY subject";

    private static final String TYPICAL =
            """
            SELECT AVG((t.input_fresh + t.input_cached + COALESCE(t.cache_write, 0)) * 1.0 / octet_length(a.request)),
                   AVG(t.output_text + t.output_reasoning)
            FROM answers a JOIN attempts t ON t.id = a.attempt
            WHERE t.id IN (SELECT id FROM attempts WHERE model = ? AND input_fresh IS NOT NULL
                           ORDER BY id DESC LIMIT 1000)""";

    private final ReentrantLock lock = new ReentrantLock();
    private final Database database;
    private final Connection connection;

    private StoreReader(Database database) {
        this.database = database;
        this.connection = database.open();
    }

    /** Opens a file, which is made when there is none. */
    public static StoreReader open(Path file) {
        return new StoreReader(Database.file(file));
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
                                            usage(rows, 7),
                                            rows.getLong(4),
                                            rows.getLong(5),
                                            rows.getLong(6)));
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
            throw database.unusable(e);
        } finally {
            lock.unlock();
        }
    }

    private static StoredAnswer answer(Digest key, ResultSet rows) throws SQLException {
        boolean counted = optional(rows, 10).isPresent();
        return new StoredAnswer(
                key,
                rows.getString(1),
                rows.getString(2),
                rows.getString(3),
                rows.getInt(4),
                rows.getString(5),
                rows.getLong(6),
                counted ? Optional.of(usage(rows, 10)) : Optional.empty(),
                optional(rows, 7),
                rows.getInt(8) == 1,
                Instant.ofEpochMilli(rows.getLong(9)));
    }

    /** The nine kinds of tokens from a column on; kinds that older rows lack are zero. */
    static Usage usage(ResultSet rows, int column) throws SQLException {
        return new Usage(
                rows.getLong(column),
                rows.getLong(column + 1),
                rows.getLong(column + 2),
                rows.getLong(column + 3),
                rows.getLong(column + 4),
                rows.getLong(column + 5),
                rows.getLong(column + 6),
                rows.getLong(column + 7),
                rows.getLong(column + 8));
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
            throw database.unusable(e);
        } finally {
            lock.unlock();
        }
    }

    @FunctionalInterface
    private interface Reading<S, T> {
        T read(S source) throws SQLException;
    }
}
