package dev.distill.proxy.ledger;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Puts rows from their sources into the database, each exactly once: the transaction that writes
 * rows also notes where their source goes on. While the database cannot be reached, rows wait where
 * they are and it is asked again, less and less often.
 */
final class Shipper implements AutoCloseable {
    /** Between batches that are not full, so that batches are worth their transaction. */
    private static final long PAUSE_MILLIS = 200;

    private static final long LONGEST_PAUSE_MILLIS = 10_000;

    private static final Logger LOG = System.getLogger(Shipper.class.getName());

    private final Database database;
    private final List<Source> sources;
    private final Retention retention;
    private final Thread thread =
            Thread.ofPlatform().name("distill-ledger-shipper").daemon().unstarted(this::work);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicBoolean reachable = new AtomicBoolean(true);
    private final CountDownLatch first = new CountDownLatch(1);
    private final LongAdder rowsShipped = new LongAdder();

    /** Only the thread touches these. */
    private @Nullable Connection connection;

    private @Nullable Rows rows;

    private Shipper(Database database, List<Source> sources, Retention retention) {
        this.database = database;
        this.sources = List.copyOf(sources);
        this.retention = retention;
    }

    static Shipper start(
            Database database, List<Source> sources, InstantSource clock, Duration keep) {
        Shipper shipper = new Shipper(database, sources, new Retention(clock, keep));
        shipper.thread.start();
        return shipper;
    }

    /** Waits until all that was in the local logs at the start is in the database. */
    boolean awaitFirst(Duration atMost) {
        try {
            return first.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Whether the last try reached the database. */
    boolean reachable() {
        return reachable.get();
    }

    /** Rows put into the database by this process. */
    long rowsShipped() {
        return rowsShipped.sum();
    }

    private void work() {
        long pause = 0;
        boolean last = false;
        while (!last) {
            last = closed(pause);
            try {
                boolean more = shipAll(last || first.getCount() > 0);
                first.countDown();
                pause = more ? 0 : PAUSE_MILLIS;
                if (!reachable.getAndSet(true)) {
                    LOG.log(Level.INFO, "the ledger at %s is back".formatted(database));
                }
            } catch (SQLException | IOException | RuntimeException e) {
                disconnect();
                sources.forEach(Source::lostTrack);
                if (reachable.getAndSet(false)) {
                    LOG.log(
                            Level.ERROR,
                            "the ledger at %s cannot be written, requests wait in the local log: %s"
                                    .formatted(database, e.getMessage()));
                }
                pause = Math.min(LONGEST_PAUSE_MILLIS, Math.max(PAUSE_MILLIS, 2 * pause));
            }
        }
        disconnect();
    }

    private boolean closed(long pause) {
        try {
            return closing.await(pause, TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            return false; // nobody but close() ends this thread, and not by interrupting it
        }
    }

    /** Ships a batch of each source, or all of them; whether there is surely more. */
    private boolean shipAll(boolean everything) throws SQLException, IOException {
        Connection to = connection;
        if (to == null) {
            to = database.connect();
            connection = to;
            rows = new Rows(to);
        }
        boolean more = false;
        for (Source source : sources) {
            int count;
            do {
                count = ship(to, source);
                more |= count >= Source.MOST_ROWS;
            } while (everything && count > 0);
        }
        retention.step(to);
        return more;
    }

    private int ship(Connection to, Source source) throws SQLException, IOException {
        source.seek(to);
        Source.Batch batch = source.next();
        if (!batch.rows().isEmpty()) {
            try (Statement statement = to.createStatement()) {
                statement.execute(database.engine().begin());
                Objects.requireNonNull(rows).write(batch.rows());
                note(to, source.name(), batch);
                statement.execute("COMMIT");
            }
            rowsShipped.add(batch.rows().size());
        }
        source.arrived(batch);
        return batch.rows().size();
    }

    private static void note(Connection to, String log, Source.Batch batch) throws SQLException {
        try (PreparedStatement statement =
                to.prepareStatement(
                        "INSERT INTO shipped (log, segment, position) VALUES (?, ?, ?) ON CONFLICT (log)"
                                + " DO UPDATE SET segment = excluded.segment, position = excluded.position"
                                + " WHERE shipped.segment < excluded.segment"
                                + " OR (shipped.segment = excluded.segment"
                                + " AND shipped.position < excluded.position)")) {
            new Row(statement).add(log).add(batch.segment()).add(batch.position());
            if (statement.executeUpdate() == 0) {
                throw new SQLException("another process has shipped the same rows");
            }
        }
    }

    private void disconnect() {
        Connection old = connection;
        connection = null;
        rows = null;
        if (old != null) {
            try {
                old.close();
            } catch (SQLException _) {
                // it is of no use any more either way
            }
        }
    }

    /** Ships what there is, once; what cannot be shipped stays where it is. */
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
