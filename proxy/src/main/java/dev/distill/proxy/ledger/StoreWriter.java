package dev.distill.proxy.ledger;

import dev.distill.config.UserError;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
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

    private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(QUEUE);
    private final boolean outbox;
    private final Database database;
    private final Connection connection;
    private final Thread thread;

    /** A row to write; the one without a row ends the thread. */
    private record Pending(@Nullable RequestRow row, CompletableFuture<Void> committed) {}

    private StoreWriter(Path file, boolean outbox) {
        this.outbox = outbox;
        this.database = Database.file(file);
        this.connection = database.open();
        this.thread =
                Thread.ofPlatform().name("distill-store-writer").daemon().unstarted(this::work);
    }

    /** Opens a file, which is made when there is none, and starts the thread. */
    public static StoreWriter open(Path file) {
        return started(new StoreWriter(file, false));
    }

    /** The same, when the ledger is elsewhere: the rows also wait in this file to be sent there. */
    static StoreWriter withOutbox(Path file) {
        return started(new StoreWriter(file, true));
    }

    private static StoreWriter started(StoreWriter writer) {
        writer.thread.start();
        return writer;
    }

    /**
     * Writes a request with its attempts, and returns when all of it is on the disk.
     *
     * @throws UserError when it cannot be written
     */
    public void commit(RequestRow row) throws InterruptedException {
        Pending pending = new Pending(row, new CompletableFuture<>());
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
            queue.put(new Pending(null, new CompletableFuture<>()));
            thread.join();
            connection.close();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            throw database.unusable(e);
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
                UserError error = database.unusable(e);
                batch.forEach(pending -> pending.committed().completeExceptionally(error));
            }
        }
    }

    private void commit(List<Pending> batch) throws SQLException {
        List<RequestRow> rows = new ArrayList<>(batch.size());
        for (Pending pending : batch) {
            if (pending.row() != null) {
                rows.add(pending.row());
            }
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            try {
                write(rows);
                statement.execute("COMMIT");
            } catch (SQLException | RuntimeException e) {
                rollBack(statement, e);
                throw e;
            }
        }
    }

    private void write(List<RequestRow> rows) throws SQLException {
        try (Rows inserts = new Rows(connection)) {
            inserts.write(rows);
        }
        if (outbox) {
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO outbox (frame) VALUES (?)")) {
                for (RequestRow row : rows) {
                    insert.setBytes(1, Frame.row(row));
                    insert.addBatch();
                }
                insert.executeBatch();
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
}
