package dev.distill.proxy;

import static dev.distill.proxy.Script.js;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.ScriptedUpstream.Received;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever callers, providers and the clock do, at rest nothing is reserved, and the ledger adds up
 * to the counters of budgets and lots, those of another process too.
 */
@Tag("it")
@Timeout(120)
final class MoneyAtRestTest {
    private static final int REQUESTS = 150;
    private static final int AT_ONCE = 12;

    @TempDir private Path folder;
    private final AtomicLong millis =
            new AtomicLong(Instant.parse("2026-06-10T01:00:00Z").toEpochMilli());
    private final Map<String, AtomicLong> asked = new ConcurrentHashMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void theLedgerAddsUpToTheCounters(long seed) throws SQLException {
        Map<String, Long> budgets;
        Map<String, Long> lots;
        try (ScriptedUpstream upstream = ScriptedUpstream.of(request -> behave(request, seed))) {
            try (LiveProxy proxy = start(upstream)) {
                askManyThings(proxy, new Random(seed));
                Eventually.holds(
                        "nothing is reserved",
                        () ->
                                budgets(proxy, "reserved_usd").values().stream()
                                        .allMatch(r -> r == 0));
                budgets = budgets(proxy, "spent_usd");
                lots = lots(proxy);
            }
            try (LiveProxy again = start(upstream)) {
                assertThat(budgets(again, "spent_usd")).isEqualTo(budgets);
                assertThat(lots(again)).isEqualTo(lots);
            }
        }
        assertThat(budgets.get("all"))
                .isPositive()
                .isEqualTo(sum("SELECT SUM(charged_nano_usd) FROM attempts"));
        for (String provider : new String[] {"a", "b"}) {
            assertThat(budgets.get(provider))
                    .isEqualTo(
                            sum(
                                    "SELECT SUM(charged_nano_usd) FROM attempts WHERE provider = '%s'"
                                            .formatted(provider)));
        }
        for (Map.Entry<String, Long> lot : lots.entrySet()) {
            long drawn =
                    sum("SELECT SUM(tokens) FROM draws WHERE lot = '%s'".formatted(lot.getKey()));
            assertThat(size(lot.getKey()) - lot.getValue()).as(lot.getKey()).isEqualTo(drawn);
        }
        assertThat(lots.get("small")).isZero(); // so that some calls have drawn on two
        assertThat(sum("SELECT COUNT(*) FROM attempts WHERE charged_nano_usd < cost_nano_usd"))
                .isZero();
        assertThat(
                        sum(
                                "SELECT COUNT(*) FROM requests WHERE charged_nano_usd <> COALESCE((SELECT"
                                        + " SUM(charged_nano_usd) FROM attempts WHERE"
                                        + " attempts.request_id = requests.request_id), 0)"))
                .isZero();
        assertThat(sum("SELECT COUNT(*) - COUNT(DISTINCT request_id) FROM requests")).isZero();
        assertThat(sum("SELECT COUNT(DISTINCT outcome) FROM attempts")).isGreaterThan(5);
    }

    private void askManyThings(LiveProxy proxy, Random random) {
        try (ExecutorService callers = Executors.newFixedThreadPool(AT_ONCE)) {
            for (int i = 0; i < REQUESTS; i++) {
                int caller = i;
                int what = random.nextInt(8);
                callers.execute(() -> ask(proxy, caller, what));
            }
        }
    }

    private void ask(LiveProxy proxy, int caller, int what) {
        String path = "/v1/chat/completions";
        ObjectNode body =
                (ObjectNode)
                        js(
                                "{'model':%s,'max_tokens':1000,'messages':[{'role':'user','content':%s}]}",
                                caller % 3 == 0 ? "hedged" : "chat", "caller " + caller);
        switch (what) {
            case 0, 1 -> proxy.post(path, body);
            case 2 -> proxy.post(path, body, Headers.JOB, "j" + caller % 2);
            case 3 -> // time goes by, perhaps longer than a lease
                    millis.addAndGet(Duration.ofSeconds(caller).toMillis());
            case 4 -> proxy.stream(path, body.put("stream", true), Headers.JOB, "j");
            case 5 -> hangUpAfterTheFirstByte(proxy, path, body.put("stream", true));
            case 6 -> hangUpAtOnce(proxy, path, caller % 2 == 0 ? body.put("stream", true) : body);
            default -> proxy.stream(path, body.put("stream", true));
        }
    }

    private static void hangUpAfterTheFirstByte(LiveProxy proxy, String path, ObjectNode body) {
        try (InputStream in = proxy.open(path, body).body()) {
            assertThat(in.read()).isGreaterThan(-2);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void hangUpAtOnce(LiveProxy proxy, String path, ObjectNode body) {
        String text = Json.line(body);
        try (RawHttp http = new RawHttp(proxy.port())) {
            http.send(
                    "POST %s HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n%s"
                            .formatted(path, text.length(), text));
        }
    }

    /** What happens to a call depends on who asks, and how often it was asked before. */
    private Script behave(Received request, long seed) {
        String caller = request.json().at("/messages/0/content").asText();
        long time = asked.computeIfAbsent(caller, _ -> new AtomicLong()).incrementAndGet();
        Random random = new Random(seed * 1_000_003 + caller.hashCode() * 31L + time);
        random.nextInt();
        Say say = Say.tokens(10).using("{'prompt_tokens':70,'completion_tokens':30}");
        Script good = Speech.OPENAI_CHAT.answer(say, request);
        boolean streams = request.streams();
        Script script =
                switch (random.nextInt(14)) {
                    case 0 -> Speech.OPENAI_CHAT.refuse(429, "rate_limit", "slow", "wait");
                    case 1 -> Speech.OPENAI_CHAT.refuse(500, "server_error", "boom", "no");
                    case 2 -> Script.reset();
                    case 3 -> Script.silent();
                    case 4 -> Speech.OPENAI_CHAT.answer(say.withoutUsage(), request);
                    case 5 -> streams ? good.resetAfter(4) : Script.reset();
                    case 6 -> streams ? good.cutAfter(6) : Script.answer(200, "text/html", "?");
                    case 7 -> streams ? good.silentAfter(3) : good;
                    case 8 ->
                            streams
                                    ? good.brokenAt(5, "data: {\"error\":{\"message\":\"x\"}}\n\n")
                                    : good;
                    case 9 -> streams ? good.silentAfter(0) : good;
                    default -> good;
                };
        return random.nextInt(3) == 0 ? script.after(Duration.ofMillis(40)) : script;
    }

    private LiveProxy start(ScriptedUpstream upstream) {
        return LiveProxy.start(
                folder,
                """
                providers:
                  a: { kind: openai, base_url: "%1$s", api_key: env:PRIMARY_KEY }
                  b: { kind: openai, base_url: "%1$s", api_key: env:FALLBACK_KEY }
                routes:
                  chat: [ { provider: a, model: m }, { provider: b, model: m } ]
                  hedged:
                    hedge_after: 10ms
                    targets: [ { provider: b, model: m }, { provider: a, model: m } ]
                prices: { m: { input: 2, output: 8 } }
                budgets:
                  - { usd: 1000, per: ever }
                  - { provider: each, usd: 1000, per: ever }
                  - { route: each, usd: 1000, per: ever }
                lots:
                  - { name: small, provider: a, tokens: 250, usd: 0.001, expires: 2026-07-01 }
                  - { name: large, provider: a, tokens: 1000000, usd: 0.5 }
                timeouts: { headers: 150ms, first_token: 150ms, idle: 150ms, total: 2s }
                retry: { attempts: 2, attempts_in_all: 4, budget: 1 }
                breaker: { calls: 10000, failures: 1 }
                """
                        .formatted(upstream.at("/v1")),
                new Surroundings(
                        () -> Instant.ofEpochMilli(millis.get()),
                        new RecordingSleeper(),
                        new Random(1)));
    }

    private static long size(String lot) {
        return lot.equals("small") ? 250 : 1_000_000;
    }

    private static Map<String, Long> budgets(LiveProxy proxy, String member) {
        Map<String, Long> values = new TreeMap<>();
        for (JsonNode budget : proxy.get("/admin/budgets").json().path("budgets")) {
            values.put(
                    budget.path("provider").asText("all") + budget.path("route").asText(""),
                    budget.path(member).decimalValue().movePointRight(9).longValueExact());
        }
        return values;
    }

    private static Map<String, Long> lots(LiveProxy proxy) {
        Map<String, Long> values = new TreeMap<>();
        for (JsonNode lot : proxy.get("/admin/lots").json().path("lots")) {
            values.put(lot.path("lot").asText(), lot.path("remaining_tokens").asLong());
        }
        return values;
    }

    private long sum(String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("store.db"));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
