package dev.distill.proxy;

import static dev.distill.proxy.Script.js;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.ScriptedUpstream.Received;
import dev.distill.proxy.ledger.Database;
import dev.distill.proxy.ledger.UsageReader;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What counts of calls of which the provider does not say what they cost. A call may cost the
 * thousand tokens of its answer, a dollar a million; its input is free.
 */
@Tag("it")
final class UnknownCostTest {
    private static final long WORST = 1_000_000;

    @TempDir private Path folder;
    private final ScriptedUpstream upstream = ScriptedUpstream.of(Script.reset());

    @AfterEach
    void stop() {
        upstream.close();
    }

    /** Forty tokens without usage. */
    private static Script streamed() {
        Received any = new Received("POST", "/", Map.of(), "{}", 0);
        return Speech.OPENAI_CHAT.streamed(Say.tokens(40).withoutUsage(), any);
    }

    private static Script answer(Say say) {
        return Script.json(200, whole(say));
    }

    private static JsonNode whole(Say say) {
        return new ChatSpeech().whole(say);
    }

    static Stream<Arguments> kinds() {
        Say say = Say.tokens(40);
        return Stream.of(
                Arguments.of("rate_limited", refuse(429), 0L),
                Arguments.of("transient", refuse(500), 0L),
                Arguments.of("overloaded", refuse(503), 0L),
                Arguments.of("caller_fault", refuse(400), 0L),
                // the gateway has given up, and the model perhaps not
                Arguments.of("transient or overloaded", refuse(504), WORST),
                Arguments.of("transient", Script.reset(), WORST),
                Arguments.of("transient", Script.silent(), WORST),
                Arguments.of("malformed", Script.answer(200, "text/html", "<p>hi</p>"), WORST),
                Arguments.of("malformed", Script.shorterThanPromised("{", 10), WORST),
                Arguments.of("good", answer(say.withoutUsage()), WORST),
                Arguments.of("good", answer(say), 5_000L));
    }

    private static Script refuse(int status) {
        return Speech.OPENAI_CHAT.refuse(status, "server_error", "boom", "no");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aCallThatMayHaveBeenServedCountsAsItsWorstCase(String kind, Script script, long charged)
            throws SQLException {
        upstream.behave(script);
        try (LiveProxy proxy = start()) {
            proxy.post("/v1/chat/completions", body(false));
            assertThat(spent(proxy)).isEqualTo(charged);
        }
        List<String> rows =
                rows("SELECT outcome, charged_nano_usd, cost_nano_usd, estimated FROM attempts");
        assertThat(rows).hasSize(1);
        assertThat(kind).contains(rows.getFirst().split(" ", -1)[0]);
        boolean unknown = charged == WORST;
        assertThat(rows.getFirst())
                .endsWith(
                        " %d %s %d"
                                .formatted(charged, unknown ? "null" : charged, unknown ? 1 : 0));
        try (UsageReader reader = UsageReader.open(Database.file(folder.resolve("store.db")))) {
            assertThat(reader.lost()).hasSize(unknown ? 1 : 0);
        }
    }

    @Test
    void nobodyThatListensCostsNothing() throws SQLException {
        upstream.close();
        try (LiveProxy proxy = start()) {
            proxy.post("/v1/chat/completions", body(false));
            assertThat(spent(proxy)).isZero();
        }
        assertThat(rows("SELECT outcome, charged_nano_usd, cost_nano_usd FROM attempts"))
                .containsExactly("transient 0 0");
    }

    static Stream<Script> breaks() {
        Script whole = streamed();
        return Stream.of(
                whole.resetAfter(20),
                whole.closedAfter(20),
                whole.cutAfter(20),
                whole.silentAfter(20),
                whole.brokenAt(
                        20,
                        Script.data(
                                Speech.OPENAI_CHAT.error(500, "server_error", "boom", "sorry"))));
    }

    @ParameterizedTest
    @MethodSource("breaks")
    void aStreamThatBreaksOffCountsAsItsWorstCaseBesideWhatWasHeardOfIt(Script script)
            throws SQLException {
        upstream.behave(script);
        try (LiveProxy proxy = start()) {
            assertThat(proxy.stream("/v1/chat/completions", body(true)).errors()).hasSize(1);
            assertThat(spent(proxy)).isEqualTo(WORST);
        }
        String row =
                rows("SELECT outcome, charged_nano_usd, estimated, cost_nano_usd FROM attempts")
                        .getFirst();
        assertThat(row).startsWith("truncated " + WORST + " 1 ");
        assertThat(Long.parseLong(row.split(" ", -1)[3])).isBetween(10_000L, 40_000L);
    }

    @Test
    void aCallerWhoHangsUpPaysForWhatWasHeardByThen() throws Exception {
        upstream.behave(streamed().pacedBy(Duration.ofMillis(20)));
        try (LiveProxy proxy = start()) {
            try (InputStream in = proxy.open("/v1/chat/completions", body(true)).body()) {
                assertThat(in.read()).isPositive();
            }
            Eventually.holds("it is settled", () -> reserved(proxy) == 0 && spent(proxy) > 0);
            assertThat(spent(proxy)).isLessThan(WORST / 10);
        }
        assertThat(
                        rows(
                                "SELECT outcome, estimated, charged_nano_usd - cost_nano_usd FROM attempts"))
                .containsExactly("client_gone 1 0");
    }

    @Test
    void aCallerWhoHangsUpOnAnAnswerThatDoesNotStreamMayHaveToPayForAllOfIt() throws Exception {
        upstream.behave(Script.silent());
        try (LiveProxy proxy = start()) {
            try (RawHttp http = new RawHttp(proxy.port())) {
                String body = Json.line(body(false));
                http.send(
                        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n%s"
                                .formatted(body.length(), body));
                Eventually.holds("it is asked", () -> !upstream.requests().isEmpty());
            }
            Eventually.holds("it is settled", () -> reserved(proxy) == 0 && spent(proxy) > 0);
            assertThat(spent(proxy)).isEqualTo(WORST);
        }
    }

    @Test
    void whatWasChargedAtItsWorstIsReconciledWithAllSums() throws SQLException {
        upstream.behave(Script.reset());
        String id;
        try (LiveProxy proxy = start()) {
            id = proxy.post("/v1/chat/completions", body(false)).header("x-request-id");
            assertThat(spent(proxy)).isEqualTo(WORST);
        }
        try (UsageReader reader = UsageReader.open(Database.file(folder.resolve("store.db")))) {
            assertThat(reader.lost())
                    .singleElement()
                    .satisfies(call -> assertThat(call.requestId()).isEqualTo(id))
                    .satisfies(call -> assertThat(call.outcome()).isEqualTo("transient"));
            assertThat(reader.reconcile(id, 7)).hasValue(WORST);
            assertThat(reader.lost()).isEmpty();
            assertThat(reader.reconcile(id, 7)).isEmpty();
        }
        assertThat(rows("SELECT charged_nano_usd, cost_nano_usd FROM requests"))
                .containsExactly("7 7");
        assertThat(
                        rows(
                                "SELECT charged_nano_usd, cost_nano_usd, unknown_costs FROM sums WHERE grain = 0"))
                .containsExactly("7 7 0");
        try (LiveProxy again = start()) {
            assertThat(spent(again)).isEqualTo(7);
        }
    }

    @Test
    void usageThatNoAnswerCanHaveIsNotBelievedAndLeavesNothingReserved() {
        upstream.behave(
                answer(
                        Say.text("ok")
                                .using(
                                        "{'prompt_tokens':2000000000,'completion_tokens':2000000000,'total_tokens':4}")));
        try (LiveProxy proxy = start()) {
            assertThat(proxy.post("/v1/chat/completions", body(false)).status()).isEqualTo(200);
            assertThat(spent(proxy)).isEqualTo(WORST);
        }
    }

    @Test
    void aModelWithoutAPriceIsNeverShownAsFree() throws SQLException {
        upstream.behave(answer(Say.text("ok")));
        try (LiveProxy proxy = start("")) {
            assertThat(proxy.post("/v1/chat/completions", body(false)).header(Headers.COST_USD))
                    .isEqualTo("unknown");
            assertThat(proxy.get("/metrics").body())
                    .contains("distill_target_priced{provider=\"primary\",model=\"m\"} 0")
                    .contains(
                            "distill_unknown_costs_total{route=\"chat\",provider=\"primary\",model=\"m\"} 1");
        }
        assertThat(rows("SELECT charged_nano_usd, cost_nano_usd FROM attempts"))
                .containsExactly("0 null");
    }

    @Test
    void theUnknownPriceCountsForBudgetsSessionsAndTheLedger() throws SQLException {
        upstream.behave(answer(Say.text("ok")));
        try (LiveProxy proxy =
                start(
                        "unknown_price: { input: 0, output: 1000 }\nbudgets: [ { usd: 5, per: ever } ]")) {
            assertThat(proxy.post("/v1/chat/completions", body(false)).header(Headers.COST_USD))
                    .isEqualTo("0.005");
            assertThat(spent(proxy)).isEqualTo(5_000_000);
            assertThat(proxy.get("/admin/sessions").body()).contains("0.005");
            assertThat(proxy.get("/metrics").body())
                    .contains("distill_target_priced{provider=\"primary\",model=\"m\"} 1");
        }
        assertThat(rows("SELECT charged_nano_usd, cost_nano_usd FROM attempts"))
                .containsExactly("5000000 5000000");
    }

    private LiveProxy start() {
        return start("prices: { m: { input: 0, output: 1 } }\nbudgets: [ { usd: 5, per: ever } ]");
    }

    private LiveProxy start(String money) {
        return LiveProxy.start(
                folder,
                """
                providers:
                  primary: { kind: openai, base_url: "%s", api_key: env:PRIMARY_KEY }
                routes:
                  chat:
                    targets: [ { provider: primary, model: m } ]
                    timeouts: { headers: 300ms, first_token: 300ms, idle: 300ms, total: 2s }
                retry: { attempts: 1 }
                %s
                """
                        .formatted(upstream.at("/v1"), money));
    }

    private static ObjectNode body(boolean stream) {
        ObjectNode body =
                (ObjectNode)
                        js(
                                "{'model':'chat','max_tokens':1000,'messages':[{'role':'user','content':'hi'}]}");
        return stream ? body.put("stream", true) : body;
    }

    private static long spent(LiveProxy proxy) {
        return nano(proxy, "spent_usd");
    }

    private static long reserved(LiveProxy proxy) {
        return nano(proxy, "reserved_usd");
    }

    private static long nano(LiveProxy proxy, String member) {
        JsonNode budget = proxy.get("/admin/budgets").json().path("budgets").path(0);
        BigDecimal usd = budget.path(member).decimalValue();
        return usd.movePointRight(9).longValueExact();
    }

    private List<String> rows(String sql) throws SQLException {
        List<String> all = new ArrayList<>();
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("store.db"));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                StringBuilder row = new StringBuilder();
                for (int i = 1; i <= columns; i++) {
                    row.append(i == 1 ? "" : " ").append(rows.getString(i));
                }
                all.add(row.toString());
            }
        }
        return all;
    }
}
