package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.config.ProxyConfig;
import dev.distill.files.Json;
import dev.distill.proxy.access.KeyFile;
import dev.distill.proxy.ledger.Database;
import dev.distill.proxy.ledger.Dimension;
import dev.distill.proxy.ledger.UsageReader;
import dev.distill.proxy.ledger.UsageReport;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is refused, in the ledger and in the metrics. */
@Tag("it")
final class TurnedAwayTest {
    @TempDir private Path folder;
    private final FakeUpstream upstream = new FakeUpstream();
    private final Random random = new Random(7);
    private KeyFile keys;
    private String ann;
    private String root;

    @BeforeEach
    void makeKeys() {
        keys = new KeyFile(folder.resolve("keys.yaml"));
        ann = key("ann", List.of("teacher"), false);
        root = key("root", List.of(), true);
    }

    @AfterEach
    void stop() {
        upstream.close();
    }

    @Test
    void everyRefusalOfAKnownCallerHasARowAndCostsNothing() throws SQLException {
        try (TestProxy proxy = start()) {
            ask(proxy, "dear", 403);
            ask(proxy, "made-up", 403); // nothing about what there is
            refused(proxy, "{\"model\":", 400);
            refused(proxy, "{\"messages\":[]}", 400);
            refused(proxy, Json.line(TestProxy.request("hi")), 400, Headers.SAMPLE, "many");
            ask(proxy, "teacher", 429);
        }
        assertThat(rows())
                .containsExactly(
                        "dear model_not_allowed 403",
                        " model_not_allowed 403",
                        " invalid_json 400",
                        " invalid_request 400",
                        " invalid_header 400",
                        "teacher budget_exceeded 429");
        assertThat(upstream.requests()).isEmpty();
        UsageReport.Line ann = usage(Dimension.KEY).getFirst();
        assertThat(ann.name()).isEqualTo("ann");
        assertThat(ann.requests()).isEqualTo(6);
        assertThat(ann.errors()).isEqualTo(6);
        assertThat(ann.attempts()).isZero();
        assertThat(ann.costNanoUsd()).isZero();
    }

    @Test
    void namesThatCallersMakeUpGrowNeitherSumsNorLabels() throws SQLException {
        try (TestProxy proxy = start()) {
            for (int i = 0; i < 50; i++) {
                String body = Json.line(TestProxy.request("hi").put("model", "made-up-" + i));
                assertThat(proxy.post(body, "x-api-key", root).status()).isEqualTo(404);
            }
            assertThat(metrics(proxy)).doesNotContain("made-up");
        }
        assertThat(rows()).hasSize(50).containsOnly(" model_not_found 404");
        assertThat(usage(Dimension.ROUTE)).hasSize(1);
    }

    @Test
    void strangersAreCountedAndLeaveNoRow() throws SQLException {
        try (TestProxy proxy = start()) {
            assertThat(proxy.ask("hi").status()).isEqualTo(401);
            assertThat(proxy.ask("hi", "x-api-key", "wrong").status()).isEqualTo(401);
            assertThat(metrics(proxy))
                    .contains(
                            "distill_requests_total{route=\"other\",dialect=\"openai_chat\",outcome=\"invalid_api_key\"} 2");
        }
        assertThat(rows()).isEmpty();
    }

    private void ask(TestProxy proxy, String model, int status) {
        refused(proxy, Json.line(TestProxy.request("hi").put("model", model)), status);
    }

    private void refused(TestProxy proxy, String body, int status, String... headers) {
        List<String> all = new ArrayList<>(List.of("x-api-key", ann));
        all.addAll(List.of(headers));
        assertThat(proxy.post(body, all.toArray(String[]::new)).status()).isEqualTo(status);
    }

    private String metrics(TestProxy proxy) {
        return proxy.get("/metrics", "x-api-key", root).http().body();
    }

    private List<UsageReport.Line> usage(Dimension by) {
        Instant now = Instant.now();
        try (UsageReader reader = UsageReader.open(Database.file(store()))) {
            return reader.report(by, UsageReport.Sort.REQUESTS, now.minusSeconds(60), now, 10)
                    .lines();
        }
    }

    private List<String> rows() throws SQLException {
        List<String> all = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + store());
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT route, outcome, status FROM requests ORDER BY id")) {
            while (rows.next()) {
                all.add(rows.getString(1) + " " + rows.getString(2) + " " + rows.getString(3));
            }
        }
        return all;
    }

    private String key(String name, List<String> routes, boolean admin) {
        return keys.create(
                new KeyFile.NewKey(
                        name,
                        Optional.of("red"),
                        Optional.empty(),
                        routes,
                        admin,
                        Optional.empty()),
                LocalDate.of(2026, 1, 1),
                random);
    }

    private TestProxy start() {
        ProxyConfig config =
                TestProxy.config(
                        Map.of("a", TestProxy.openAi(upstream)),
                        "keys: " + folder.resolve("keys.yaml"),
                        "routes: { teacher: [ { provider: a, model: model-a } ],"
                                + " dear: [ { provider: a, model: model-a } ] }",
                        "budgets: [ { key: each, usd: 0.000001, per: ever } ]");
        return TestProxy.start(store(), config, List.of());
    }

    private Path store() {
        return folder.resolve("store.db");
    }
}
