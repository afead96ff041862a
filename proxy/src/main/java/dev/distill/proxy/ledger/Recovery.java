package dev.distill.proxy.ledger;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Ends the log of a process that died: calls without an end become rows with the outcome lost. They
 * are appended to that log itself, so that doing it again, after dying over it, changes nothing.
 */
final class Recovery {
    private Recovery() {}

    /**
     * Appends rows for the calls that nobody finished.
     *
     * @param store the file of paid answers, which has the rows of jobs
     * @return how far the log now goes
     */
    static Spool.End end(List<Segment> segments, Connection store)
            throws IOException, SQLException {
        Map<String, RequestRow> underWay = new LinkedHashMap<>();
        for (Segment segment : segments) {
            read(segment, underWay);
        }
        removeKnown(underWay, store);
        SpoolFile file = new SpoolFile(segments.getLast().next(), Segment::create);
        ByteArrayOutputStream lost = new ByteArrayOutputStream();
        underWay.values().forEach(row -> lost.writeBytes(Frame.row(row)));
        try (file) {
            file.write(lost.toByteArray());
        }
        return new Spool.End(file.segment(), file.position());
    }

    private static void read(Segment segment, Map<String, RequestRow> underWay) throws IOException {
        ByteBuffer bytes = segment.read(0, Integer.MAX_VALUE);
        Frame frame = Frame.read(bytes);
        while (frame != null) {
            if (frame.kind() == Frame.Kind.RESERVED) {
                underWay.put(frame.requestId(), frame.row().orElseThrow());
            } else {
                underWay.remove(frame.requestId());
            }
            frame = Frame.read(bytes);
        }
    }

    /** The rows of jobs do not go through the log, and its word of them may have been too late. */
    private static void removeKnown(Map<String, RequestRow> underWay, Connection store)
            throws SQLException {
        if (underWay.isEmpty()) {
            return;
        }
        long first =
                underWay.values().stream()
                        .mapToLong(row -> row.at().toEpochMilli())
                        .min()
                        .orElse(0);
        try (PreparedStatement statement =
                store.prepareStatement("SELECT request_id FROM requests WHERE at_ms >= ?")) {
            statement.setLong(1, first);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    underWay.remove(rows.getString(1));
                }
            }
        }
    }
}
