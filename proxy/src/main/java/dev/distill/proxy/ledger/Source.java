package dev.distill.proxy.ledger;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Where rows wait to be put into the database; the {@link Shipper} takes them from there. */
interface Source {
    int MOST_ROWS = 2000;

    /**
     * Rows in their order.
     *
     * @param segment and {@code position}: where the next batch begins
     */
    record Batch(List<RequestRow> rows, long segment, long position) {}

    /** The name under which the database remembers how far it is. */
    String name();

    /** Finds out from the database where to begin, unless that is known. */
    void seek(Connection connection) throws SQLException;

    /** The database is not where it was thought to be. */
    void lostTrack();

    /** The next rows; none when there are none yet. */
    Batch next() throws IOException, SQLException;

    /** A batch is in the database for good. */
    void arrived(Batch batch) throws IOException, SQLException;
}
