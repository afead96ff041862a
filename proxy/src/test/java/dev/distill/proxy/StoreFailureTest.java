package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("it")
final class StoreFailureTest {
    /** Gives the table's last possible number away, so that SQLite says that it is full. */
    private static final String[] FULL = {
        "CREATE TABLE full (id INTEGER PRIMARY KEY AUTOINCREMENT)",
        "INSERT INTO full VALUES (9223372036854775807)",
        "CREATE TRIGGER fails AFTER INSERT ON requests BEGIN INSERT INTO full VALUES (NULL); END"
    };

    /** Ends the transaction with the statement, as SQLite also does by itself at times. */
    private static final String[] BROKEN = {
        "CREATE TRIGGER fails AFTER INSERT ON requests BEGIN SELECT RAISE(ROLLBACK, 'no luck'); END"
    };

    private static final Logger LOG = Logger.getLogger("dev.distill.proxy");

    @TempDir private Path folder;
    private final FakeUpstream upstream = new FakeUpstream();
    private final Records logged = new Records();

    @BeforeEach
    void listen() {
        LOG.setUseParentHandlers(false);
        LOG.addHandler(logged);
    }

    @AfterEach
    void stop() {
        LOG.removeHandler(logged);
        LOG.setUseParentHandlers(true);
        upstream.close();
    }

    @Test
    void tellsTheCallerThatThereIsNoSpaceLeft() throws SQLException {
        try (TestProxy proxy = TestProxy.start(store(), upstream)) {
            execute(FULL);
            TestProxy.Response failed = proxy.ask("new");
            assertThat(failed.status()).isEqualTo(500);
            assertThat(failed.code()).isEqualTo("store_failed");
            assertThat(failed.message())
                    .isEqualTo(
                            store()
                                    + ": cannot use the response store: no space left on device"
                                    + "\nhint: free some space, then ask again");
        }
        assertThat(logged.records).isEmpty();
    }

    @Test
    void tellsTheCallerWhyAlsoWhenTheTransactionIsGone() throws SQLException {
        try (TestProxy proxy = TestProxy.start(store(), upstream)) {
            execute(BROKEN);
            TestProxy.Response failed = proxy.ask("new");
            assertThat(failed.code()).isEqualTo("store_failed");
            assertThat(failed.message()).startsWith(store() + ": ").contains("no luck");
        }
        assertThat(logged.records).isEmpty();
    }

    @Test
    void saysOnceThatTheDatabaseFailsAndCatchesUpWhenItIsBack() throws SQLException {
        try (TestProxy proxy = TestProxy.start(store(), upstream)) {
            proxy.ask("hello");
            execute(FULL);
            assertThat(proxy.ask("hello").header(Headers.STORE)).isEqualTo("hit");
            assertThat(proxy.ask("new").code()).isEqualTo("store_failed");
            assertThat(proxy.ask("hello").header(Headers.STORE)).isEqualTo("hit");
            assertThat(proxy.ask("new").code()).isEqualTo("store_failed");
        }
        assertThat(outcomes()).containsExactly("answered miss");
        assertThat(logged.records)
                .singleElement()
                .satisfies(
                        line -> {
                            assertThat(line.getMessage())
                                    .contains("requests wait in the local log")
                                    .doesNotContain("\n");
                            assertThat(line.getThrown()).isNull();
                        });
        execute("DROP TRIGGER fails");
        TestProxy.start(store(), upstream).close();
        assertThat(outcomes())
                .containsExactlyInAnyOrder(
                        "answered miss", "answered hit", "answered hit", "lost off", "lost off");
    }

    private List<String> outcomes() throws SQLException {
        List<String> outcomes = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + store());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT outcome, store FROM requests")) {
            while (rows.next()) {
                outcomes.add(rows.getString(1) + " " + rows.getString(2));
            }
        }
        return outcomes;
    }

    private Path store() {
        return folder.resolve("store.db");
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + store());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Keeps what is logged. */
    private static final class Records extends Handler {
        final List<LogRecord> records = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void publish(LogRecord line) {
            records.add(line);
        }

        @Override
        public void flush() {
            // nothing is buffered
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
