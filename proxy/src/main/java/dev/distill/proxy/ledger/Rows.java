package dev.distill.proxy.ledger;

import dev.distill.proxy.money.Drawdown;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;

/**
 * Writes rows with everything that hangs on them: requests, attempts, answers and sums. The
 * statements are prepared once for a connection; the caller begins and ends transactions.
 */
final class Rows implements AutoCloseable {
    /** The columns of tokens, in the order of {@link Row#add}. */
    static final String USAGE =
            "input_fresh, input_cached, cache_write, cache_write_hour, input_audio,"
                    + " output_text, output_reasoning, output_audio, web_searches";

    private static final String WHO = "job, key_id, user_name, team, session";

    private static final String REQUEST =
            insert(
                    "requests",
                    "at_ms, request_id, "
                            + WHO
                            + ", route, dialect, stream, provider, model,"
                            + " outcome, status, latency_ms, first_token_ms, "
                            + USAGE
                            + ", estimated, cost_nano_usd, charged_nano_usd, tier, lot, tries,"
                            + " simulated, store");

    private static final String ATTEMPT =
            insert(
                    "attempts",
                    "at_ms, request_id, "
                            + WHO
                            + ", route, dialect, stream, provider,"
                            + " provider_key, model, outcome, status, latency_ms, first_token_ms, "
                            + USAGE
                            + ", estimated, cost_nano_usd, charged_nano_usd, tier, lot, simulated,"
                            + " upstream_id");

    private static final String ANSWER =
            insert("answers", "attempt, key, good, answered_by, request, body");

    private static final String DRAW =
            insert("draws", "at_ms, request_id, provider, model, lot, tokens, paid_nano_usd");

    private final Connection connection;
    private final PreparedStatement request;
    private final PreparedStatement attempt;
    private final PreparedStatement storedAttempt;
    private final PreparedStatement answer;
    private final PreparedStatement draw;

    Rows(Connection connection) throws SQLException {
        this.connection = connection;
        this.request = connection.prepareStatement(REQUEST);
        this.attempt = connection.prepareStatement(ATTEMPT);
        this.storedAttempt = connection.prepareStatement(ATTEMPT + " RETURNING id");
        this.answer = connection.prepareStatement(ANSWER);
        this.draw = connection.prepareStatement(DRAW);
    }

    /** Writes rows in the transaction that is open. */
    void write(Iterable<RequestRow> rows) throws SQLException {
        Sums sums = new Sums();
        for (RequestRow row : rows) {
            sums.add(row);
            bind(row);
            request.addBatch();
            for (Attempt made : row.attempts()) {
                if (made.content().isPresent()) {
                    store(row, made, made.content().get());
                } else {
                    bind(attempt, row, made);
                    attempt.addBatch();
                }
                draws(row, made);
            }
        }
        request.executeBatch();
        attempt.executeBatch();
        draw.executeBatch();
        sums.write(connection);
    }

    private void bind(RequestRow row) throws SQLException {
        Optional<Served> served = row.served();
        Optional<Attempt> last =
                row.attempts().isEmpty() ? Optional.empty() : Optional.of(row.attempts().getLast());
        head(request, row.at(), row)
                .add(served.map(Served::provider))
                .add(served.map(Served::model))
                .add(row.outcome())
                .add(row.status())
                .add(row.latencyMillis())
                .add(row.firstTokenMillis())
                .add(served.flatMap(Served::usage).orElse(null))
                .add(served.isPresent() && served.get().estimated() ? 1 : 0)
                .add(row.costNanoUsd())
                .add(row.chargedNanoUsd())
                .add(last.flatMap(Attempt::tier))
                .add(last.flatMap(Attempt::lot))
                .add(row.attempts().size())
                .add(served.isPresent() && served.get().simulated() ? 1 : 0)
                .add(row.store());
    }

    private static void bind(PreparedStatement statement, RequestRow row, Attempt made)
            throws SQLException {
        head(statement, made.at(), row)
                .add(made.provider())
                .add(made.providerKey())
                .add(made.model())
                .add(made.outcome())
                .add(made.status())
                .add(made.latencyMillis())
                .add(made.firstTokenMillis())
                .add(made.usage().orElse(null))
                .add(made.estimated() ? 1 : 0)
                .add(made.costNanoUsd())
                .add(made.chargedNanoUsd())
                .add(made.tier())
                .add(made.lot())
                .add(made.simulated() ? 1 : 0)
                .add(made.upstreamId());
    }

    private void draws(RequestRow row, Attempt made) throws SQLException {
        for (Drawdown.Draw drawn : made.draws()) {
            new Row(draw)
                    .add(made.at().toEpochMilli())
                    .add(row.requestId())
                    .add(made.provider())
                    .add(made.model())
                    .add(drawn.lot())
                    .add(drawn.tokens())
                    .add(drawn.amortisedNanoUsd());
            draw.addBatch();
        }
    }

    /** The columns that both tables begin with. */
    private static Row head(PreparedStatement statement, Instant at, RequestRow row)
            throws SQLException {
        return new Row(statement)
                .add(at.toEpochMilli())
                .add(row.requestId())
                .add(row.who().job())
                .add(row.who().key())
                .add(row.who().user())
                .add(row.who().team())
                .add(row.who().session())
                .add(row.route())
                .add(row.dialect())
                .add(row.stream() ? 1 : 0);
    }

    private void store(RequestRow row, Attempt made, Attempt.Content content) throws SQLException {
        bind(storedAttempt, row, made);
        long id;
        try (ResultSet rows = storedAttempt.executeQuery()) {
            rows.next();
            id = rows.getLong(1);
        }
        new Row(answer)
                .add(id)
                .add(content.key().hex())
                .add(content.good() ? 1 : 0)
                .add(content.answeredBy())
                .add(content.request())
                .add(content.body());
        answer.executeUpdate();
    }

    private static String insert(String table, String columns) {
        int count = columns.split(",", -1).length;
        return "INSERT INTO %s (%s) VALUES (%s)"
                .formatted(table, columns, String.join(", ", Collections.nCopies(count, "?")));
    }

    @Override
    public void close() throws SQLException {
        request.close();
        attempt.close();
        storedAttempt.close();
        answer.close();
        draw.close();
    }
}
