package dev.distill.proxy.ledger;

import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.ProxyConfig;
import dev.distill.config.Secret;
import dev.distill.config.Shown;
import dev.distill.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Where tables are: a SQLite file or a PostgreSQL server. Connections come with their tables up to
 * date, and every commit is on the disk.
 */
public final class Database {
    /** Longer than any transaction of another process; theirs hold at most a few thousand rows. */
    private static final int BUSY_MILLIS = 20_000;

    /** A server that says nothing for this long is gone. */
    private static final String SERVER_SECONDS = "20";

    private final Engine engine;
    private final String url;
    private final Properties properties;
    private final Supplier<Optional<String>> password;
    private final Optional<Path> file;

    private Database(
            Engine engine,
            String url,
            Properties properties,
            Supplier<Optional<String>> password,
            Optional<Path> file) {
        this.engine = engine;
        this.url = url;
        this.properties = properties;
        this.password = password;
        this.file = file;
    }

    /** A SQLite file, which is made when there is none. */
    public static Database file(Path file) {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(BUSY_MILLIS);
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(SynchronousMode.FULL);
        return new Database(
                Engine.SQLITE,
                "jdbc:sqlite:" + file,
                config.toProperties(),
                Optional::empty,
                Optional.of(file));
    }

    /**
     * A database by its JDBC URL, which is not reached yet.
     *
     * @throws UserError when it is none of PostgreSQL
     */
    public static Database server(String url, Optional<String> user, Optional<String> password) {
        return server(url, user, () -> password);
    }

    private static Database server(
            String url, Optional<String> user, Supplier<Optional<String>> password) {
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new UserError(
                    ExitCode.INVALID_INPUT,
                    Problem.of("ledger.url must start with jdbc:postgresql:")
                            .withHint("without a url, the ledger is a SQLite file"));
        }
        Properties properties = new Properties();
        user.ifPresent(name -> properties.setProperty("user", name));
        properties.setProperty("reWriteBatchedInserts", "true");
        properties.setProperty("connectTimeout", SERVER_SECONDS);
        properties.setProperty("socketTimeout", SERVER_SECONDS);
        return new Database(Engine.POSTGRESQL, url, properties, password, Optional.empty());
    }

    /**
     * The database of a proxy file, when it names one.
     *
     * @param environment where {@code env:NAME} passwords are looked up; one in a file is read
     *     again for each connection
     */
    public static Optional<Database> of(
            ProxyConfig.Ledger ledger, Map<String, String> environment) {
        return ledger.url()
                .map(
                        url -> {
                            Optional<Supplier<String>> password =
                                    ledger.password().map(secret -> reread(secret, environment));
                            return server(url, ledger.user(), () -> password.map(Supplier::get));
                        });
    }

    /** The password as it is now; as it was, where it cannot be read, which a reload reports. */
    private static Supplier<String> reread(Secret secret, Map<String, String> environment) {
        AtomicReference<String> last = new AtomicReference<>(secret.resolve(environment));
        return () -> {
            try {
                last.set(secret.resolve(environment));
            } catch (UserError _) {
                // The last one may still be right.
            }
            return last.get();
        };
    }

    Engine engine() {
        return engine;
    }

    /** Opens a connection of its own for each caller. */
    Connection connect() throws SQLException {
        if (file.isPresent()) {
            makeFolder(file.get());
        }
        Connection connection = DriverManager.getConnection(url, withPassword());
        try {
            engine.migrate(connection);
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private Properties withPassword() {
        Properties all = new Properties();
        all.putAll(properties);
        password.get().ifPresent(word -> all.setProperty("password", word));
        return all;
    }

    /**
     * Opens a connection for somebody who cannot do without.
     *
     * @throws UserError when it cannot be opened, is damaged or belongs to another program
     */
    Connection open() {
        try {
            return connect();
        } catch (SQLException | Engine.UnknownFileException e) {
            throw unusable(e);
        }
    }

    private static void makeFolder(Path file) throws SQLException {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
        } catch (IOException e) {
            throw new SQLException(e.toString(), e);
        }
    }

    /** What an exception means to the user. */
    UserError unusable(Exception failure) {
        // The failure of a batch hides that of its statement.
        Throwable e = failure.getCause() instanceof SQLException inner ? inner : failure;
        boolean full = full(e);
        String reason =
                full
                        ? "no space left on device"
                        : String.valueOf(e.getMessage()).replace(url, Shown.address(url));
        return new UserError(
                ExitCode.INVALID_INPUT,
                file.map(
                                path ->
                                        Problem.at(
                                                Location.of(path),
                                                "cannot use the response store: " + reason))
                        .orElseGet(
                                () ->
                                        Problem.of(
                                                "cannot use the ledger at %s: %s"
                                                        .formatted(this, reason)))
                        .withHint(hint(full)),
                failure);
    }

    private String hint(boolean full) {
        if (full) {
            return "free some space, then ask again";
        }
        return file.isPresent()
                ? "name another store file, or move this one away; a new one is made when there is none"
                : "check ledger.url, ledger.user and ledger.password in the proxy file";
    }

    private static boolean full(Throwable e) {
        return e instanceof SQLiteException failed
                && failed.getResultCode() == SQLiteErrorCode.SQLITE_FULL;
    }

    /** Its address, without what a URL may say about passwords. */
    @Override
    public String toString() {
        return file.map(Path::toString).orElseGet(() -> Shown.address(url));
    }
}
