package dev.distill.proxy.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.files.Digest;
import dev.distill.proxy.wire.Usage;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("it")
final class SchemaTest {
    @TempDir private Path folder;

    @Test
    void bringsAFileOfTheFirstVersionUpToDateWithItsSumsAndAnswers() throws SQLException {
        Path store = folder.resolve("proxy.db");
        long noon = Samples.NOON.toEpochMilli();
        Digest key = Digest.of("request");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + store);
                Statement statement = connection.createStatement()) {
            for (String sql : Schema.MIGRATIONS.getFirst()) {
                statement.execute(sql);
            }
            statement.execute("PRAGMA application_id = " + 0x44495354);
            statement.execute("PRAGMA user_version = 1");
            statement.execute(
                    "INSERT INTO attempts VALUES (1, %d, 'a', 'j', 'r', 'p', 'm', 'good', 200, 90, 1, 2, 3, 4, 50, 50, 0)"
                            .formatted(noon));
            statement.execute(
                    "INSERT INTO attempts VALUES (2, %d, 'b', 'j', 'r', 'p', 'm', 'timeout', 0, 90, NULL, NULL, NULL, NULL, NULL, 70, 0)"
                            .formatted(noon));
            statement.execute(
                    "INSERT INTO requests VALUES (NULL, %d, 'a', 'j', 'r', 'p', 'm', 'answered', 200, 90, 1, 2, 3, 4, 50, 0, 'miss')"
                            .formatted(noon));
            statement.execute(
                    "INSERT INTO requests VALUES (NULL, %d, 'a2', 'j', 'r', 'p', 'm', 'answered', 200, 1, 1, 2, 3, 4, 0, 0, 'hit')"
                            .formatted(noon));
            statement.execute(
                    "INSERT INTO requests VALUES (NULL, %d, 'b', NULL, 'r', NULL, NULL, 'timeout', 504, 90, NULL, NULL, NULL, NULL, NULL, 0, 'off')"
                            .formatted(noon));
            statement.execute(
                    "INSERT INTO answers VALUES (1, '%s', 1, 'm-1', '{}', 'body')"
                            .formatted(key.hex()));
        }
        Usage usage = new Usage(1, 2, 0, 0, 0, 3, 4, 0, 0);
        assertThat(Spend.all(store)).containsExactly(new Spend("j", 2, 1, usage, 50, 120, 1));
        try (StoreReader reader = StoreReader.open(store)) {
            assertThat(reader.find(key))
                    .hasValueSatisfying(
                            answer -> {
                                assertThat(answer.usage()).contains(usage);
                                assertThat(answer.body()).isEqualTo("body");
                            });
            assertThat(reader.charged("j")).isEqualTo(120);
        }
        try (UsageReader reader = Samples.reader(folder)) {
            UsageReport report =
                    reader.report(
                            Dimension.ROUTE,
                            UsageReport.Sort.COST,
                            Samples.NOON.minusSeconds(86_400 * 3),
                            Samples.NOON,
                            10);
            assertThat(report.lines())
                    .containsExactly(
                            new UsageReport.Line("r", 3, 1, 1, 2, usage, 181, 90, 50, 120, 1));
        }
    }

    @Test
    void knowsOfAnOlderFileWhatItsLotsGave() throws SQLException {
        Path store = folder.resolve("proxy.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + store);
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < 2; i++) {
                for (String sql : Schema.MIGRATIONS.get(i)) {
                    statement.execute(sql);
                }
            }
            statement.execute("PRAGMA application_id = " + 0x44495354);
            statement.execute("PRAGMA user_version = 2");
            statement.execute(
                    "INSERT INTO attempts (at_ms, request_id, route, provider, model, outcome, status,"
                            + " latency_ms, input_fresh, input_cached, cache_write, cache_write_hour,"
                            + " input_audio, output_text, output_reasoning, output_audio, lot,"
                            + " cost_nano_usd, charged_nano_usd, simulated) VALUES"
                            + " (5, 'a', 'r', 'p', 'm', 'good', 200, 9, 1, 2, 3, 4, 5, 6, 7, 8, 'spring', 9, 9, 0),"
                            + " (6, 'b', 'r', 'p', 'm', 'timeout', 0, 9, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 70, 0)");
        }
        try (UsageReader reader = Samples.reader(folder)) {
            assertThat(reader.lost())
                    .singleElement()
                    .satisfies(call -> assertThat(call.requestId()).isEqualTo("b"));
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + store);
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT lot, tokens, paid_nano_usd FROM draws")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getString(1)).isEqualTo("spring");
            assertThat(rows.getLong(2)).isEqualTo(36);
            assertThat(rows.getObject(3)).isNull();
            assertThat(rows.next()).isFalse();
        }
    }
}
