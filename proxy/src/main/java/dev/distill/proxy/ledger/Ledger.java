package dev.distill.proxy.ledger;

import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes rows by two lanes. {@link #commit} returns when a row, with the paid answer in it, is on
 * the disk; jobs go there. {@link #append} and {@link #reserved} never wait for a database or a
 * disk: rows go to a {@link Spool}, and from there a {@link Shipper} puts them into the database.
 *
 * <p>The file of paid answers is always a local one, which serves look-ups in microseconds and goes
 * on without a network. The ledger is in the same file, or on a server; then rows of jobs are in
 * the file too, where a job's limit is counted, and are sent to the server from there.
 *
 * <p>Safe for use by many threads; several processes may share a folder.
 */
public final class Ledger implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Ledger.class.getName());

    /**
     * Where everything is and how much of it there may be.
     *
     * @param storeFile the SQLite file of paid answers
     * @param database where the ledger is; empty for the same file
     * @param keep how long single requests are kept
     */
    public record Settings(Path storeFile, Optional<Database> database, Duration keep) {}

    /**
     * How the interactive lane is doing.
     *
     * @param dropped entries for which there was no room
     * @param bufferedBytes in memory
     * @param waitingBytes in the local log
     * @param underWay calls that have begun and not ended
     * @param rowsShipped rows put into the database by this process
     * @param databaseReachable whether the last try reached it
     */
    public record Health(
            long dropped,
            long bufferedBytes,
            long waitingBytes,
            int underWay,
            long rowsShipped,
            boolean databaseReachable) {}

    private final StoreWriter writer;
    private final Database database;
    private final Spool spool;
    private final Shipper shipper;

    /** In the order in which they depend on each other; closed the other way round. */
    private final List<AutoCloseable> opened;

    private Ledger(
            StoreWriter writer,
            Database database,
            Spool spool,
            Shipper shipper,
            List<AutoCloseable> opened) {
        this.writer = writer;
        this.database = database;
        this.spool = spool;
        this.shipper = shipper;
        this.opened = List.copyOf(opened);
    }

    /**
     * Opens the ledger and takes over the logs of processes that died. A server need not be
     * reachable.
     *
     * @throws UserError when the folder or the file of paid answers cannot be used
     */
    public static Ledger open(Settings settings, InstantSource clock) {
        return open(settings, clock, Spool.Bounds.USUAL, Segment::create);
    }

    static Ledger open(
            Settings settings, InstantSource clock, Spool.Bounds bounds, SpoolFile.Disk disk) {
        Path folder = settings.storeFile().toAbsolutePath().resolveSibling("ledger");
        List<AutoCloseable> opened = new ArrayList<>();
        try {
            return open(settings, folder, opened, clock, bounds, disk);
        } catch (IOException e) {
            closeAll(opened.reversed());
            throw new UserError(
                    ExitCode.INVALID_INPUT,
                    Problem.at(Location.of(folder), "cannot keep the ledger's local log: " + e)
                            .withHint("name another --home folder, or make this one writable"),
                    e);
        } catch (SQLException e) {
            closeAll(opened.reversed());
            throw Database.file(settings.storeFile()).unusable(e);
        } catch (RuntimeException e) {
            closeAll(opened.reversed());
            throw e;
        }
    }

    private static Ledger open(
            Settings settings,
            Path folder,
            List<AutoCloseable> opened,
            InstantSource clock,
            Spool.Bounds bounds,
            SpoolFile.Disk disk)
            throws IOException, SQLException {
        Database store = Database.file(settings.storeFile());
        List<Source> sources = new ArrayList<>();
        Files.createDirectories(folder);
        try (Connection connection = store.open()) {
            for (SpoolLock abandoned : SpoolLock.abandoned(folder)) {
                opened.add(abandoned);
                List<Segment> segments = Segment.of(folder, abandoned.log());
                if (!segments.isEmpty()) {
                    Spool.End end = Recovery.end(segments, connection);
                    LogSource source =
                            new LogSource(segments.getFirst(), () -> end, _ -> {}, () -> true);
                    sources.add(source);
                    opened.add(source);
                }
            }
        }
        if (settings.database().isPresent()) {
            OutboxSource outbox = new OutboxSource(store);
            sources.add(outbox);
            opened.add(outbox);
        }
        SpoolLock own = SpoolLock.create(folder);
        opened.add(own);
        Segment first = new Segment(folder, own.log(), 1);
        StoreWriter writer =
                settings.database().isPresent()
                        ? StoreWriter.withOutbox(settings.storeFile())
                        : StoreWriter.open(settings.storeFile());
        Spool spool = Spool.start(new SpoolFile(first, disk), bounds);
        LogSource source =
                new LogSource(first, spool::end, spool::shipped, () -> spool.underWay() == 0);
        sources.add(source);
        opened.add(source);
        Database database = settings.database().orElse(store);
        Shipper shipper = Shipper.start(database, sources, clock, settings.keep());
        opened.add(shipper);
        opened.add(spool);
        opened.add(writer);
        return new Ledger(writer, database, spool, shipper, opened);
    }

    private static void closeAll(List<AutoCloseable> resources) {
        for (AutoCloseable resource : resources) {
            try {
                resource.close();
            } catch (Exception e) {
                LOG.log(Level.ERROR, "the ledger did not close: " + e.getMessage());
            }
        }
    }

    /**
     * Notes what stays of a call if this process dies before {@link #append}, {@link #commit} or
     * {@link #released} is called with the same id; see {@link RequestRow#lost}. Never waits.
     */
    public void reserved(RequestRow lost) {
        spool.reserved(lost);
    }

    /** A reserved call did not take place. Never waits. */
    public void released(String requestId) {
        spool.settled(requestId);
    }

    /**
     * Writes a request of the interactive lane; never waits, never fails. It is on the disk within
     * 100 milliseconds. Contents of answers are not kept: those are committed.
     */
    public void append(RequestRow row) {
        spool.row(row);
    }

    /**
     * Writes a request of the job lane, and returns when all of it is on the disk.
     *
     * @throws UserError when it cannot be written
     */
    public void commit(RequestRow row) throws InterruptedException {
        writer.commit(row);
        spool.settled(row.requestId());
    }

    /** Returns when everything appended before is on the disk, or cannot get there. */
    public void flush() throws InterruptedException {
        spool.flush();
    }

    /**
     * Waits until what a process that died has left behind is in the database.
     *
     * @return whether it is; not when the database cannot be reached or does not get there in time
     */
    public boolean awaitShipped(Duration atMost) {
        return shipper.awaitFirst(atMost);
    }

    /** How the interactive lane is doing. */
    public Health health() {
        return new Health(
                spool.dropped(),
                spool.bufferedBytes(),
                spool.unshippedBytes(),
                spool.underWay(),
                shipper.rowsShipped(),
                shipper.reachable());
    }

    /** Where reports are read from. */
    public Database database() {
        return database;
    }

    /**
     * Writes what is left: to the database when it can be reached, else it stays in the local log.
     * Nobody may write any more.
     */
    @Override
    public void close() {
        closeAll(opened.reversed());
    }
}
