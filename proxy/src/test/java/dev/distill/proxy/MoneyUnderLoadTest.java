package dev.distill.proxy;

import static dev.distill.proxy.Script.js;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.proxy.LiveProxy.Answer;
import dev.distill.proxy.LiveProxy.Streamed;
import dev.distill.proxy.ScriptedUpstream.Received;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thousand callers of one key at once on a cap of five dollars, some of whom hang up, while calls
 * fail.
 */
@Tag("it")
@Timeout(120)
final class MoneyUnderLoadTest {
    private static final int CALLERS = 1000;
    private static final BigDecimal CAP = new BigDecimal("5");

    /** A thousand tokens in and a thousand out, at 2 and 8 dollars a million. */
    private static final BigDecimal ONE_REQUEST = new BigDecimal("0.01");

    private static final Say ANSWER =
            Say.tokens(20)
                    .using("{'prompt_tokens':1000,'completion_tokens':1000,'total_tokens':2000}");

    @TempDir private Path folder;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

    @Test
    void neverSpendsMoreThanTheCapAndOneRequest() throws SQLException {
        try (ScriptedUpstream upstream = ScriptedUpstream.of(this::sometimesBroken)) {
            BigDecimal spent;
            try (LiveProxy proxy = start(upstream)) {
                allAtOnce(proxy);
                Eventually.holds(
                        "nothing is reserved", () -> budget(proxy, "reserved_usd").signum() == 0);
                spent = budget(proxy, "spent_usd");
                assertThat(budget(proxy, "limit_usd")).isEqualByComparingTo(CAP);
            }
            assertThat(spent).isLessThanOrEqualTo(CAP.add(ONE_REQUEST));
            assertThat(spent).isGreaterThan(new BigDecimal("1"));
            assertThat(served.get()).isPositive();
            assertThat(refused.get()).isPositive();
            assertThat(chargedInTheLedger()).isEqualByComparingTo(spent);
            try (LiveProxy again = start(upstream)) {
                assertThat(budget(again, "spent_usd")).isEqualByComparingTo(spent);
                assertThat(budget(again, "reserved_usd")).isEqualByComparingTo(BigDecimal.ZERO);
            }
        }
    }

    /** Every tenth call fails before its answer, every tenth in the middle of it. */
    private Script sometimesBroken(Received request) {
        int call = calls.getAndIncrement();
        Script answer = Speech.OPENAI_CHAT.answer(ANSWER, request);
        return switch (call % 10) {
            case 3 -> Script.reset();
            case 7 -> request.streams() ? answer.resetAfter(5) : Script.reset();
            default -> answer;
        };
    }

    private void allAtOnce(LiveProxy proxy) {
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CALLERS; i++) {
                int caller = i;
                callers.execute(() -> call(proxy, caller));
            }
        }
    }

    private void call(LiveProxy proxy, int caller) {
        String path = "/v1/chat/completions";
        ObjectNode body =
                (ObjectNode)
                        js(
                                "{'model':'chat','max_tokens':1000,'messages':[{'role':'user','content':%s}]}",
                                caller + " word".repeat(1000));
        switch (caller % 4) {
            case 0, 1 -> {
                Answer answer = proxy.post(path, body, "authorization", "Bearer " + TestKey.SECRET);
                count(answer.status(), answer.body());
            }
            case 2 -> {
                Streamed answer =
                        proxy.stream(path, body.put("stream", true), "x-api-key", TestKey.SECRET);
                count(answer.status(), answer.raw());
            }
            default -> {
                body.put("stream", true);
                try (InputStream in = proxy.open(path, body, "api-key", TestKey.SECRET).body()) {
                    assertThat(in.read()).isGreaterThan(0);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void count(int status, String body) {
        if (status == 200) {
            served.incrementAndGet();
        } else if (status == 429 && body.contains("budget_exceeded")) {
            refused.incrementAndGet();
        }
    }

    private LiveProxy start(ScriptedUpstream upstream) {
        TestKey.write(folder);
        return LiveProxy.start(
                folder,
                """
                providers:
                  primary: { kind: openai, base_url: "%1$s", api_key: env:PRIMARY_KEY }
                routes:
                  chat: [ { provider: primary, model: model-primary } ]
                prices:
                  model-primary: { input: 2, output: 8 }
                keys: keys.yaml
                budgets: [ { key: each, usd: 5, per: ever } ]
                breaker: { calls: 1000, failures: 1 }
                """
                        .formatted(upstream.at("/v1")));
    }

    private static BigDecimal budget(LiveProxy proxy, String member) {
        JsonNode budgets =
                proxy.get("/admin/budgets", "x-api-key", TestKey.SECRET).json().path("budgets");
        assertThat(budgets).hasSize(1);
        return budgets.get(0).path(member).decimalValue();
    }

    private BigDecimal chargedInTheLedger() throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("store.db"));
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT SUM(charged_nano_usd) FROM attempts")) {
            rows.next();
            return BigDecimal.valueOf(rows.getLong(1), 9);
        }
    }
}
