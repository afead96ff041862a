package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.ProxyConfig;
import dev.distill.files.Json;
import dev.distill.proxy.access.KeyFile;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("it")
final class KeysTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 1, 1);

    @TempDir private Path folder;
    private final FakeUpstream upstream = new FakeUpstream();
    private final Random random = new Random(7);
    private KeyFile keys;
    private String ann;
    private String ben;
    private String root;

    @BeforeEach
    void makeKeys() {
        keys = new KeyFile(folder.resolve("keys.yaml"));
        ann = key("ann", List.of("teacher"), false);
        ben = key("ben", List.of(), false);
        root = key("root", List.of(), true);
    }

    @AfterEach
    void stop() {
        upstream.close();
    }

    @Test
    void refusesWhoeverHasNoKeyInTheirOwnDialect() {
        try (TestProxy proxy = start()) {
            TestProxy.Response openAi = proxy.ask("hi");
            assertThat(openAi.status()).isEqualTo(401);
            assertThat(openAi.code()).isEqualTo("invalid_api_key");
            TestProxy.Response anthropic = proxy.postTo("/v1/messages", "{}", "x-api-key", "no");
            assertThat(anthropic.status()).isEqualTo(401);
            assertThat(anthropic.json().path("type").asText()).isEqualTo("error");
            assertThat(anthropic.json().at("/error/type").asText())
                    .isEqualTo("authentication_error");
            assertThat(proxy.get("/v1/models").status()).isEqualTo(401);
            assertThat(proxy.get("/healthz").status()).isEqualTo(200);
        }
        assertThat(upstream.requests()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"Authorization, 'Bearer '", "x-api-key, ''", "api-key, ''"})
    void takesAKeyFromEveryHeaderAndNeverPassesItOn(String header, String before) {
        try (TestProxy proxy = start()) {
            assertThat(proxy.ask("hi", header, before + ann).status()).isEqualTo(200);
        }
        assertThat(upstream.authorizations()).containsExactly("Bearer " + TestProxy.KEY);
    }

    @Test
    void refusesAKeyThatIsRevoked() {
        keys.revoke("ann");
        try (TestProxy proxy = start()) {
            assertThat(proxy.ask("hi", "x-api-key", ann).status()).isEqualTo(401);
            assertThat(proxy.ask("hi", "x-api-key", ben).status()).isEqualTo(200);
        }
    }

    @Test
    void keepsAKeyToItsRoutes() {
        try (TestProxy proxy = start()) {
            assertThat(ids(proxy.get("/v1/models", "x-api-key", ann))).containsExactly("teacher");
            assertThat(ids(proxy.get("/v1/models", "x-api-key", ben)))
                    .containsExactlyInAnyOrder("teacher", "dear");
            assertThat(proxy.get("/v1/models/dear", "x-api-key", ann).status()).isEqualTo(404);
            String body = Json.line(TestProxy.request("hi").put("model", "dear"));
            TestProxy.Response refused = proxy.post(body, "x-api-key", ann);
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.code()).isEqualTo("model_not_allowed");
            assertThat(refused.json().at("/error/type").asText()).isEqualTo("permission_error");
            assertThat(proxy.post(body.replace("dear", "tear"), "x-api-key", ann).message())
                    .doesNotContain("dear");
            assertThat(upstream.requests()).isEmpty();
            assertThat(proxy.post(body, "x-api-key", ben).status()).isEqualTo(200);
        }
    }

    @Test
    void writesDownWhoseKeyItWas() throws SQLException {
        try (TestProxy proxy = start()) {
            proxy.ask("hi", "x-api-key", ann);
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + store());
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT key_id, user_name, team FROM requests")) {
            assertThat(rows.next()).isTrue();
            assertThat(List.of(rows.getString(1), rows.getString(2), rows.getString(3)))
                    .containsExactly("ann", "user-of-ann", "red");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/admin/budgets", "/admin/usage", "/admin/sessions"})
    void opensTheBooksToAdministratorsOnly(String path) {
        try (TestProxy proxy = start()) {
            assertThat(proxy.get(path).status()).isEqualTo(401);
            TestProxy.Response refused = proxy.get(path, "x-api-key", ann);
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.code()).isEqualTo("not_an_administrator");
            assertThat(proxy.get(path, "Authorization", "Bearer " + root).status()).isEqualTo(200);
        }
    }

    @Test
    void letsNobodyButAnAdministratorStopASession() {
        try (TestProxy proxy = start()) {
            String id = proxy.ask("hi", "x-api-key", ann).header(Headers.SESSION);
            String stop = "/admin/sessions/" + id + "/stop";
            assertThat(proxy.postTo(stop, "").status()).isEqualTo(401);
            assertThat(proxy.postTo(stop, "", "x-api-key", ann).status()).isEqualTo(403);
            assertThat(proxy.ask("hi", "x-api-key", ann).status()).isEqualTo(200);
            assertThat(proxy.postTo(stop, "", "x-api-key", root).status()).isEqualTo(200);
            TestProxy.Response refused = proxy.ask("hi", "x-api-key", ann);
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.code()).isEqualTo("session_stopped");
            assertThat(proxy.ask("hi", "x-api-key", ben).status()).as("another's").isEqualTo(200);
        }
    }

    @Test
    void holdsEachKeyToItsBudget() {
        try (TestProxy proxy = start("budgets: [ { key: each, usd: 0.0005, per: ever } ]")) {
            TestProxy.Response refused = proxy.ask("hi", "x-api-key", ann);
            for (int i = 0; i < 30 && refused.status() == 200; i++) {
                refused = proxy.ask("hi", "x-api-key", ann);
            }
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.code()).isEqualTo("budget_exceeded");
            assertThat(proxy.ask("hi", "x-api-key", ben).status()).isEqualTo(200);
            JsonNode budgets = proxy.get("/admin/budgets", "x-api-key", root).json();
            assertThat(new BigDecimal(budgets.path("reserved_usd").asText())).isZero();
            JsonNode first = budgets.at("/budgets/0");
            assertThat(first.path("key").asText()).isEqualTo("ann");
            assertThat(first.path("per").asText()).isEqualTo("ever");
            assertThat(first.path("limit_usd").decimalValue()).isEqualByComparingTo("0.0005");
            assertThat(first.path("spent_usd").decimalValue())
                    .isEqualByComparingTo(
                            new BigDecimal("0.00002")
                                    .multiply(BigDecimal.valueOf(upstream.requests().size() - 1)))
                    .isLessThanOrEqualTo(new BigDecimal("0.0005"));
        }
    }

    private static List<String> ids(TestProxy.Response models) {
        return models.json().path("data").findValuesAsText("id");
    }

    private String key(String name, List<String> routes, boolean admin) {
        return keys.create(
                new KeyFile.NewKey(
                        name,
                        Optional.of("red"),
                        Optional.of("user-of-" + name),
                        routes,
                        admin,
                        Optional.empty()),
                TODAY,
                random);
    }

    private TestProxy start(String... more) {
        String[] lines = new String[more.length + 2];
        lines[0] = "keys: " + folder.resolve("keys.yaml");
        lines[1] =
                "routes: { teacher: [ { provider: a, model: model-a } ],"
                        + " dear: [ { provider: a, model: model-a } ] }";
        System.arraycopy(more, 0, lines, 2, more.length);
        ProxyConfig config = TestProxy.config(Map.of("a", TestProxy.openAi(upstream)), lines);
        return TestProxy.start(store(), config, List.of());
    }

    private Path store() {
        return folder.resolve("store.db");
    }
}
