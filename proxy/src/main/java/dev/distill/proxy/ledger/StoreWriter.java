package dev.distill.proxy.ledger;

import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.proxy.wire.Usage;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Writes requests, attempts and answers. One thread owns the connection and commits whatever has
 * queued up while it was committing the batch before: a lone request waits for one flush of the
 * disk, and a thousand at once wait for a few.
 */
public final class StoreWriter implements AutoCloseable {
    private static final int QUEUE = 1024;
    private static final int BATCH = 256;

    private static final Logger LOG = System.getLogger(StoreWriter.class.getName());

    private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(QUEUE);
    private final Path file;
    private final Connection connection;
    private final Thread thread;

    /** Kinds of failures that are in the log already; only the thread looks at it. */
    private final Set<Object> logged = new HashSet<>();

    /**
     * A row to write; the one without a row ends the thread.
     *
     * @param awaited whether somebody waits for it, and so learns of a failure
     */
    private record Pending(
            @Nullable RequestRow row, boolean awaited, CompletableFuture<Void> committed) {}

    private StoreWriter(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
        this.thread =
                Thread.ofPlatform().name("distill-store-writer").daemon().unstarted(this::work);
    }

    /** Opens a file, which is made when there is none, and starts the thread. */
    public static StoreWriter open(Path file) {
        StoreWriter writer = new StoreWriter(file, StoreFile.open(file));
        writer.thread.start();
        return writer;
    }

    /**
     * Queues a request with its attempts; waits only while the queue is full. When it cannot be
     * written, the log says so.
     */
    public void enqueue(RequestRow row) throws InterruptedException {
        queue.put(new Pending(row, false, new CompletableFuture<>()));
    }

    /**
     * Writes a request with its attempts, and returns when all of it is on the disk.
     *
     * @throws UserError when it cannot be written
     */
    public void commit(RequestRow row) throws InterruptedException {
        Pending pending = new Pending(row, true, new CompletableFuture<>());
        queue.put(pending);
        try {
            pending.committed().get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof UserError error
                    ? error
                    : new IllegalStateException("the store failed", e);
        }
    }

    /** Commits what is queued, then closes the file. Nobody may write any more. */
    @Override
    public void close() {
        try {
            queue.put(new Pending(null, true, new CompletableFuture<>()));
            thread.join();
            connection.close();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            throw StoreFile.unusable(file, e);
        }
    }

    private void work() {
        List<Pending> batch = new ArrayList<>(BATCH);
        boolean open = true;
        while (open) {
            batch.clear();
            try {
                batch.add(queue.take());
            } catch (InterruptedException _) {
                continue; // nobody but close() ends this thread, and not by interrupting it
            }
            queue.drainTo(batch, BATCH - 1);
            open = batch.stream().allMatch(pending -> pending.row() != null);
            try {
                commit(batch);
                batch.forEach(pending -> pending.committed().complete(null));
            } catch (SQLException | RuntimeException e) {
                UserError error = StoreFile.unusable(file, e);
                if (!batch.stream().allMatch(Pending::awaited)) {
                    logOnce(error, e);
                }
                batch.forEach(pending -> pending.committed().completeExceptionally(error));
            }
        }
    }

    private void logOnce(UserError error, Exception cause) {
        Object kind = cause instanceof SQLException sql ? sql.getErrorCode() : cause.getClass();
        if (logged.add(kind)) {
            Problem problem = error.problems().getFirst();
            LOG.log(
                    Level.ERROR,
                    "%s: %s; the ledger lacks requests"
                            .formatted(problem.location().orElseThrow(), problem.message()));
        }
    }

    private void commit(List<Pending> batch) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            try {
                try (Inserts inserts = new Inserts(connection)) {
                    for (Pending pending : batch) {
                        if (pending.row() != null) {
                            inserts.insert(pending.row());
                        }
                    }
                }
                statement.execute("COMMIT");
            } catch (SQLException | RuntimeException e) {
                rollBack(statement, e);
                throw e;
            }
        }
    }

    /** SQLite rolls back by itself after some failures, and then refuses to do it again. */
    private static void rollBack(Statement statement, Exception cause) {
        try {
            statement.execute("ROLLBACK");
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /** The statements of one transaction. */
    private static final class Inserts implements AutoCloseable {
        private final PreparedStatement request;
        private final PreparedStatement attempt;
        private final PreparedStatement answer;

        Inserts(Connection connection) throws SQLException {
            request =
                    connection.prepareStatement(
                            "INSERT INTO requests VALUES"
                                    + " (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
            attempt =
                    connection.prepareStatement(
                            "INSERT INTO attempts VALUES"
                                    + " (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                                    + " RETURNING id");
            answer = connection.prepareStatement("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?)");
        }

        void insert(RequestRow row) throws SQLException {
            @Nullable StoredAnswer found = row.answer().orElse(null);
            new Row(request)
                    .add(row.at().toEpochMilli())
                    .add(row.requestId())
                    .add(row.job().orElse(null))
                    .add(row.route())
                    .add(found == null ? null : found.provider())
                    .add(found == null ? null : found.model())
                    .add(row.outcome())
                    .add(row.status())
                    .add(row.latencyMillis())
                    .add(found == null ? null : found.usage().orElse(null))
                    .add(row.costNanoUsd().isPresent() ? row.costNanoUsd().getAsLong() : null)
                    .add(found != null && found.simulated() ? 1 : 0)
                    .add(row.store());
            request.executeUpdate();
            for (Attempt made : row.attempts()) {
                insert(row, made);
            }
        }

        private void insert(RequestRow row, Attempt made) throws SQLException {
            new Row(attempt)
                    .add(made.at().toEpochMilli())
                    .add(row.requestId())
                    .add(row.job().orElse(null))
                    .add(row.route())
                    .add(made.provider())
                    .add(made.model())
                    .add(made.outcome())
                    .add(made.status())
                    .add(made.latencyMillis())
                    .add(made.usage().orElse(null))
                    .add(made.costNanoUsd().isPresent() ? made.costNanoUsd().getAsLong() : null)
                    .add(made.chargedNanoUsd())
                    .add(made.simulated() ? 1 : 0);
            long id;
            try (ResultSet rows = attempt.executeQuery()) {
                rows.next();
                id = rows.getLong(1);
            }
            if (made.content().isPresent()) {
                insert(id, made.content().get());
            }
        }

        private void insert(long id, Attempt.Content content) throws SQLException {
            new Row(answer)
                    .add(id)
                    .add(content.key().hex())
                    .add(content.good() ? 1 : 0)
                    .add(content.answeredBy())
                    .add(content.request())
                    .add(content.body());
            answer.executeUpdate();
        }

        @Override
        public void close() throws SQLException {
            request.close();
            attempt.close();
            answer.close();
        }
    }

    /** Fills the parameters of a statement from left to right. */
    private static final class Row {
        private final PreparedStatement statement;
        private int column = 1;

        Row(PreparedStatement statement) {
            this.statement = statement;
        }

        Row add(@Nullable String value) throws SQLException {
            statement.setString(column++, value);
            return this;
        }

        Row add(@Nullable Number value) throws SQLException {
            statement.setObject(column++, value);
            return this;
        }

        Row add(@Nullable Usage usage) throws SQLException {
            return add(usage == null ? null : usage.inputFresh())
                    .add(usage == null ? null : usage.inputCached())
                    .add(usage == null ? null : usage.outputText())
                    .add(usage == null ? null : usage.outputReasoning());
        }
    }
}
