package dev.distill.proxy.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/** Reads the rows of a local log from where the database has it, and deletes what has arrived. */
final class LogSource implements Source, AutoCloseable {
    private static final int CHUNK = 2 * Frame.MOST;

    private final String log;
    private final Supplier<Spool.End> end;
    private final LongConsumer shipped;
    private final BooleanSupplier complete;
    private Segment segment;
    private long position;
    private boolean positioned;

    /**
     * Reads a log.
     *
     * @param first the oldest segment there is
     * @param end how far it may be read
     * @param shipped is told of bytes that have arrived
     * @param complete whether nothing in the log is needed any more once it has arrived
     */
    LogSource(
            Segment first,
            Supplier<Spool.End> end,
            LongConsumer shipped,
            BooleanSupplier complete) {
        this.log = first.log();
        this.segment = first;
        this.end = end;
        this.shipped = shipped;
        this.complete = complete;
    }

    @Override
    public String name() {
        return log;
    }

    @Override
    public void seek(Connection connection) throws SQLException {
        if (positioned) {
            return;
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT segment, position FROM shipped WHERE log = ?")) {
            statement.setString(1, log);
            try (ResultSet rows = statement.executeQuery()) {
                if (rows.next() && rows.getLong(1) >= segment.number()) {
                    segment = new Segment(segment.folder(), log, rows.getLong(1));
                    position = rows.getLong(2);
                }
            }
        }
        positioned = true;
    }

    @Override
    public void lostTrack() {
        positioned = false;
    }

    @Override
    public Batch next() throws IOException {
        Spool.End last = end.get();
        List<RequestRow> rows = new ArrayList<>();
        Segment at = segment;
        long from = position;
        while (rows.isEmpty()) {
            boolean behind = at.number() < last.segment().number();
            long left = behind ? CHUNK : Math.min(CHUNK, last.position() - from);
            ByteBuffer bytes =
                    left > 0 && Files.exists(at.path())
                            ? at.read(from, (int) left)
                            : ByteBuffer.allocate(0);
            while (rows.size() < MOST_ROWS) {
                Frame frame = Frame.read(bytes);
                if (frame == null) {
                    break;
                }
                if (frame.kind() == Frame.Kind.ROW) {
                    frame.row().ifPresent(rows::add);
                }
            }
            from += bytes.position();
            if (bytes.position() == 0) {
                if (!behind) {
                    break;
                }
                at = at.next();
                from = 0;
            }
        }
        return new Batch(rows, at.number(), from);
    }

    @Override
    public void arrived(Batch batch) throws IOException {
        while (segment.number() < batch.segment()) {
            long size = Files.exists(segment.path()) ? Files.size(segment.path()) : position;
            Files.deleteIfExists(segment.path());
            shipped.accept(size - position);
            segment = segment.next();
            position = 0;
        }
        shipped.accept(batch.position() - position);
        position = batch.position();
    }

    /** Deletes the last segment when all of it has arrived. The shipper has ended. */
    @Override
    public void close() throws IOException {
        Spool.End last = end.get();
        if (segment.number() == last.segment().number()
                && position == last.position()
                && complete.getAsBoolean()) {
            Files.deleteIfExists(segment.path());
        }
    }
}
