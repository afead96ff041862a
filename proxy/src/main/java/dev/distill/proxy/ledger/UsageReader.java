package dev.distill.proxy.ledger;

import dev.distill.config.UserError;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Reads the ledger's sums, and settles what calls of dead processes have cost. Sums are of full
 * hours, so that spans of time are widened to them. For one thread.
 */
public final class UsageReader implements AutoCloseable {
    private static final String FIGURES =
            Sums.FIGURES.stream()
                    .map(name -> "SUM(" + name + ")")
                    .collect(Collectors.joining(", "));

    /** Hours up to the first midnight, days, and hours from the last midnight on. */
    private static final String SPAN =
            "((grain = 0 AND start_ms >= ? AND start_ms < ?)"
                    + " OR (grain = 1 AND start_ms >= ? AND start_ms < ?)"
                    + " OR (grain = 0 AND start_ms >= ? AND start_ms < ?))";

    private static final String SESSIONS = "(grain = 2 AND start_ms >= ? AND start_ms < ?)";

    private static final String CHARGED =
            "SELECT key_id, user_name, team, route, provider, model, start_ms,"
                    + " SUM(charged_nano_usd) FROM sums WHERE "
                    + SPAN
                    + " GROUP BY key_id, user_name, team, route, provider, model, start_ms"
                    + " HAVING SUM(charged_nano_usd) <> 0";

    private static final String DAILY =
            "SELECT provider, model, start_ms, SUM(input_fresh + input_cached + cache_write"
                    + " + cache_write_hour + input_audio), SUM(output_text + output_reasoning +"
                    + " output_audio) FROM sums WHERE grain = 1 AND start_ms >= ?"
                    + " GROUP BY provider, model, start_ms HAVING SUM(attempts) > 0"
                    + " ORDER BY provider, model, start_ms";

    private final Database database;
    private final Connection connection;

    private UsageReader(Database database) {
        this.database = database;
        this.connection = database.open();
    }

    /**
     * Connects to a ledger.
     *
     * @throws UserError when it cannot be reached
     */
    public static UsageReader open(Database database) {
        return new UsageReader(database);
    }

    /**
     * What was charged for one combination of names; names that are missing are empty.
     *
     * @param at the beginning of the hour or day that it is the sum of
     */
    public record Charged(
            String key,
            String user,
            String team,
            String route,
            String provider,
            String model,
            Instant at,
            long nanoUsd) {}

    /** The tokens of one day, in UTC, that a provider's model read and made. */
    public record Daily(
            String provider, String model, LocalDate day, long inputTokens, long outputTokens) {}

    /**
     * A call charged at its worst case, because it ended with its process, or because nobody knows
     * whether and how much it was billed.
     *
     * @param outcome what became of it, as a word in lower case
     */
    public record Lost(
            String requestId,
            Instant at,
            String key,
            String user,
            String team,
            String route,
            String provider,
            String model,
            long chargedNanoUsd,
            String outcome) {}

    /** The heaviest users of a kind between two instants. */
    public UsageReport report(
            Dimension by, UsageReport.Sort sort, Instant from, Instant to, int top) {
        long start = hourBefore(from);
        long end = hourBefore(to.plusMillis(Sums.HOUR_MILLIS - 1));
        boolean sessions = by == Dimension.SESSION;
        String sql =
                "SELECT %s, %s FROM sums WHERE %s GROUP BY %s ORDER BY %s DESC, %s LIMIT ?"
                        .formatted(
                                by.column(),
                                FIGURES,
                                sessions ? SESSIONS : SPAN,
                                by.column(),
                                sort.expression(),
                                by.column());
        List<UsageReport.Line> lines =
                query(
                        sql,
                        row ->
                                (sessions ? row.add(start).add(end) : span(row, start, end))
                                        .add(top),
                        UsageReader::line);
        return new UsageReport(
                by, sort, Instant.ofEpochMilli(start), Instant.ofEpochMilli(end), lines);
    }

    private static UsageReport.Line line(ResultSet rows) throws SQLException {
        return new UsageReport.Line(
                rows.getString(1),
                rows.getLong(2),
                rows.getLong(3),
                rows.getLong(4),
                rows.getLong(5),
                StoreReader.usage(rows, 6),
                rows.getLong(15),
                rows.getLong(16),
                rows.getLong(17),
                rows.getLong(18),
                rows.getLong(19));
    }

    /**
     * What budgets have to count: hour by hour today, day by day before.
     *
     * @param since the start of an hour
     */
    public List<Charged> charged(Instant since, Instant now) {
        return query(
                CHARGED,
                row -> span(row, hourBefore(since), hourBefore(now) + Sums.HOUR_MILLIS),
                rows ->
                        new Charged(
                                rows.getString(1),
                                rows.getString(2),
                                rows.getString(3),
                                rows.getString(4),
                                rows.getString(5),
                                rows.getString(6),
                                Instant.ofEpochMilli(rows.getLong(7)),
                                rows.getLong(8)));
    }

    /** The tokens of each provider's models since a day: what lots were drawn down by. */
    public List<Daily> daily(LocalDate since) {
        return query(
                DAILY,
                row -> row.add(since.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli()),
                rows ->
                        new Daily(
                                rows.getString(1),
                                rows.getString(2),
                                LocalDate.ofInstant(
                                        Instant.ofEpochMilli(rows.getLong(3)), ZoneOffset.UTC),
                                rows.getLong(4),
                                rows.getLong(5)));
    }

    /** The tokens taken from each lot over all time, by the name of the lot. */
    public Map<String, Long> lots() {
        Map<String, Long> tokens = new HashMap<>();
        query(
                "SELECT lot, tokens FROM lots",
                _ -> {},
                rows -> tokens.put(rows.getString(1), rows.getLong(2)));
        return tokens;
    }

    /** The calls charged at their worst case that nobody has reconciled, oldest first. */
    public List<Lost> lost() {
        return query(Reconciliation.SELECT + " ORDER BY at_ms", _ -> {}, Reconciliation::lost);
    }

    /**
     * Replaces the worst case of a request's lost calls by what they really cost together, in the
     * attempts, the request and all sums. A running proxy learns of it when it starts again.
     *
     * @return what they were charged at before; empty when there is no such call
     */
    public Optional<Long> reconcile(String requestId, long nanoUsd) {
        try {
            return Reconciliation.run(connection, database.engine(), requestId, nanoUsd);
        } catch (SQLException e) {
            throw database.unusable(e);
        }
    }

    private static Row span(Row row, long start, long end) throws SQLException {
        long firstDay = start + Math.floorMod(-start, Sums.DAY_MILLIS);
        long lastDay = Math.max(firstDay, end - Math.floorMod(end, Sums.DAY_MILLIS));
        return row.add(start)
                .add(Math.min(firstDay, end))
                .add(firstDay)
                .add(lastDay)
                .add(lastDay)
                .add(end);
    }

    private static long hourBefore(Instant instant) {
        long millis = instant.toEpochMilli();
        return millis - Math.floorMod(millis, Sums.HOUR_MILLIS);
    }

    private <T> List<T> query(String sql, Binding binding, Reading<T> reading) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            binding.bind(new Row(statement));
            List<T> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(reading.read(rows));
                }
            }
            return found;
        } catch (SQLException e) {
            throw database.unusable(e);
        }
    }

    @FunctionalInterface
    private interface Binding {
        void bind(Row row) throws SQLException;
    }

    @FunctionalInterface
    private interface Reading<T> {
        T read(ResultSet rows) throws SQLException;
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw database.unusable(e);
        }
    }
}
