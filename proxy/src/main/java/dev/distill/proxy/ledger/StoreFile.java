package dev.distill.proxy.ledger;

import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Opens the SQLite file of paid answers and ledger, in which every commit is on the disk. */
final class StoreFile {
    /** Longer than any transaction of another process; theirs hold at most a few hundred rows. */
    private static final int BUSY_MILLIS = 20_000;

    private StoreFile() {}

    /**
     * Opens or makes a file and brings its tables up to date.
     *
     * @throws UserError when it cannot be opened, is damaged or belongs to another program
     */
    static Connection open(Path file) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            return connect(file);
        } catch (SQLException | IOException | Schema.UnknownFileException e) {
            throw unusable(file, e);
        }
    }

    /** What an exception of the store means to its user. */
    static UserError unusable(Path file, Exception e) {
        boolean full = full(e);
        String reason = full ? "no space left on device" : e.getMessage();
        String hint =
                full
                        ? "free some space, then ask again"
                        : "name another store file, or move this one away; a new one is made when there is none";
        return new UserError(
                ExitCode.INVALID_INPUT,
                Problem.at(Location.of(file), "cannot use the response store: " + reason)
                        .withHint(hint),
                e);
    }

    private static boolean full(Exception e) {
        return e instanceof SQLiteException failed
                && failed.getResultCode() == SQLiteErrorCode.SQLITE_FULL;
    }

    private static Connection connect(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(BUSY_MILLIS);
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(SynchronousMode.FULL);
        Connection connection =
                DriverManager.getConnection("jdbc:sqlite:" + file, config.toProperties());
        try {
            Schema.migrate(connection);
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }
}
