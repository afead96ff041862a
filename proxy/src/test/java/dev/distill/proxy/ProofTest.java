package dev.distill.proxy;

import static dev.distill.proxy.Script.js;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.proxy.LiveProxy.Answer;
import dev.distill.proxy.LiveProxy.Streamed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What answers say of how they came about: headers, and the ledger's row of the attempt. */
@Tag("it")
final class ProofTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final JsonNode HELLO =
            js("{'model':'r','messages':[{'role':'user','content':'hi'}]}");

    @TempDir private Path folder;
    private final ScriptedUpstream one = ScriptedUpstream.of(Script.json(200, whole()));
    private final ScriptedUpstream two =
            ScriptedUpstream.of(Script.json(200, whole(), "x-request-id", "req_two"));

    @AfterEach
    void stop() {
        one.close();
        two.close();
    }

    @ParameterizedTest
    @CsvSource({
        "x-request-id, req_9",
        "request-id, req_anthropic",
        "x-amzn-requestid, 1b2c-3d",
        "apim-request-id, azure-7"
    })
    void theProvidersOwnNameOfARequestIsHandedOnAndKept(String header, String id) throws Exception {
        one.behave(Script.json(200, whole(), header, id));
        try (LiveProxy proxy = start("")) {
            Answer answer = proxy.post(CHAT, HELLO);
            assertThat(answer.header("x-upstream-request-id")).isEqualTo(id);
            assertThat(answer.header("x-request-id")).isNotEmpty().isNotEqualTo(id);
        }
        assertThat(upstreamIds()).containsExactly(id);
    }

    @Test
    void anErrorNamesTheRequestOfTheLastAttemptToo() throws Exception {
        JsonNode error = Speech.OPENAI_CHAT.error(400, "invalid_request_error", "bad", "no");
        one.behave(Script.json(400, error, "x-request-id", "req_bad"));
        try (LiveProxy proxy = start("")) {
            Answer answer = proxy.post(CHAT, HELLO);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.header("x-upstream-request-id")).isEqualTo("req_bad");
            assertThat(answer.header("x-distill-attempts")).isEqualTo("1");
        }
        assertThat(upstreamIds()).containsExactly("req_bad");
    }

    @Test
    void anAnswerSaysWhoGaveItAfterHowManyOthersAndHowLongWeTook() {
        one.behave(Script.json(503, js("{'error':{'message':'no'}}"), "retry-after", "60"));
        try (LiveProxy proxy = start("")) {
            Answer answer = proxy.post(CHAT, HELLO);
            assertThat(answer.header("x-distill-target")).isEqualTo("two/n");
            assertThat(answer.header("x-distill-attempts")).isEqualTo("2");
            assertThat(answer.header("x-distill-fallbacks")).isEqualTo("1");
            assertThat(answer.header("x-distill-overhead-ms")).matches("\\d+\\.\\d{3}");
            assertThat(answer.header("x-distill-session-usd")).isNotEmpty();
            assertThat(answer.header("x-distill-store")).isEqualTo("off");
            assertThat(answer.header("x-upstream-request-id")).isEqualTo("req_two");
        }
    }

    @Test
    void aClockThatIsWrittenHoldsForTheLastTargetToo() {
        one.behave(new Script(List.of(new Script.Step.Silence())));
        two.behave(new Script(List.of(new Script.Step.Silence())));
        JsonNode streaming =
                js("{'model':'r','stream':true,'messages':[{'role':'user','content':'hi'}]}");
        try (LiveProxy proxy = start("timeouts: { first_token: 300ms }\n")) {
            Streamed streamed = proxy.stream(CHAT, streaming);
            assertThat(streamed.status()).isEqualTo(502);
            assertThat(streamed.raw())
                    .contains("one/m: transient", "two/n: transient (first_token_timeout)");
            assertThat(two.requests()).hasSize(1);
        }
    }

    @Test
    void aModelWithAnEndInThePriceFileIsAnnouncedAndTheNextOneAnswersWhenItHasGone()
            throws Exception {
        Files.writeString(
                folder.resolve("prices.json"),
                """
                {"m": {"deprecation_date": "2020-01-01", "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6},
                 "n": {"deprecation_date": "soon"}}
                """);
        List<String> warnings = new ArrayList<>();
        java.util.logging.Logger log = java.util.logging.Logger.getLogger(Plans.class.getName());
        java.util.logging.Handler handler =
                new java.util.logging.Handler() {
                    @Override
                    public void publish(java.util.logging.LogRecord line) {
                        warnings.add(line.getMessage());
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        log.addHandler(handler);
        one.behave(
                Script.json(
                        404, Speech.OPENAI_CHAT.error(404, "e", "model_not_found", "it has gone")));
        try (LiveProxy proxy = start("price_file: prices.json\n")) {
            Answer answer = proxy.post(CHAT, HELLO);
            assertThat(answer.header("x-distill-target")).isEqualTo("two/n");
            assertThat(answer.header("deprecation")).isEqualTo("@1577836800");
            assertThat(answer.header("sunset")).isEqualTo("Wed, 01 Jan 2020 00:00:00 GMT");
        } finally {
            log.removeHandler(handler);
        }
        assertThat(warnings)
                .containsExactly(
                        "route r: the price file has an end for model m of provider one, which came"
                                + " on 2020-01-01");
    }

    private static JsonNode whole() {
        return js(
                "{'id':'c1','object':'chat.completion','created':1,'model':'m','choices':[{'index':0,'message':{'role':'assistant','content':'ok'},'finish_reason':'stop'}],'usage':{'prompt_tokens':1,'completion_tokens':1,'total_tokens':2}}");
    }

    private List<String> upstreamIds() throws Exception {
        List<String> ids = new ArrayList<>();
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("store.db"));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT upstream_id FROM attempts")) {
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
        }
        return ids;
    }

    private LiveProxy start(String more) {
        return LiveProxy.start(
                folder,
                """
                providers:
                  one: { kind: openai, base_url: "%s", api_key: env:PRIMARY_KEY }
                  two: { kind: openai, base_url: "%s", api_key: env:FALLBACK_KEY }
                routes:
                  r: [ { provider: one, model: m }, { provider: two, model: n } ]
                """
                                .formatted(one.at("/v1"), two.at("/v1"))
                        + more);
    }
}
