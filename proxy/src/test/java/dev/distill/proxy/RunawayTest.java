package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Agents that run in circles, as the gateway sees them: their history grows with each turn. */
@Tag("it")
final class RunawayTest {
    private static final String STOP_AT_SEVEN =
            "runaway: { ping: { same_call: 4 }, stop: { same_call: 7 } }";

    @TempDir private Path folder;
    private final FakeUpstream upstream = new FakeUpstream();

    @AfterEach
    void stop() {
        upstream.close();
    }

    /** How an agent writes down what it did. */
    enum Agent {
        CHAT(
                "/v1/chat/completions",
                "{'model':'teacher','messages':[{'role':'user','content':'%s'}%s]}",
                """
                ,{'role':'assistant','content':null,'tool_calls':[{'id':'%1$s','type':'function',
                  'function':{'name':'%2$s','arguments':'%3$s'}}]}
                ,{'role':'tool','tool_call_id':'%1$s','content':'%4$s'}"""),
        RESPONSES(
                "/v1/responses",
                "{'model':'teacher','input':[{'role':'user','content':'%s'}%s]}",
                """
                ,{'type':'function_call','call_id':'%1$s','name':'%2$s','arguments':'%3$s'}
                ,{'type':'function_call_output','call_id':'%1$s','output':'%4$s'}"""),
        MESSAGES(
                "/v1/messages",
                "{'model':'teacher','max_tokens':20,'messages':[{'role':'user','content':'%s'}%s]}",
                """
                ,{'role':'assistant','content':[
                  {'type':'tool_use','id':'%1$s','name':'%2$s','input':%3$s}]}
                ,{'role':'user','content':[
                  {'type':'tool_result','tool_use_id':'%1$s','content':'%4$s'}]}""");

        private final String path;
        private final String request;
        private final String step;

        Agent(String path, String request, String step) {
            this.path = path;
            this.request = request;
            this.step = step;
        }

        /** A request whose history is so many steps long. */
        String asks(String user, List<Step> steps) {
            String history =
                    IntStream.range(0, steps.size())
                            .mapToObj(i -> written("call_" + i, steps.get(i)))
                            .collect(Collectors.joining());
            return request.formatted(user, history).replace('\'', '"');
        }

        private String written(String id, Step done) {
            String arguments = done.arguments().replace("\"", this == MESSAGES ? "\"" : "\\\"");
            return step.formatted(id, done.tool(), arguments, done.result());
        }
    }

    /** A tool that was used, and what it said. */
    record Step(String tool, String arguments, String result) {}

    @ParameterizedTest
    @EnumSource
    void anAgentThatDoesTheSameAgainAndAgainIsPingedAndStopped(Agent agent) {
        try (TestProxy proxy = start(STOP_AT_SEVEN)) {
            int answered = turns(proxy, agent, _ -> new Step("ls", "{}", "a.txt"));
            assertThat(answered).isEqualTo(6);
            assertThat(proxy.get("/metrics").http().body()).contains("sessions_pinged_total 1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAgentThatAlternatesBetweenTwoDeadEndsIsStopped(Agent agent) {
        try (TestProxy proxy = start("runaway: { stop: { same_call: 4 } }")) {
            int answered =
                    turns(
                            proxy,
                            agent,
                            turn -> new Step("read", "{\"n\": " + turn % 2 + "}", "not found"));
            assertThat(answered).isEqualTo(6);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAgentThatReadsPageByPageOrWaitsForSomethingThatMovesIsLeftAlone(Agent agent) {
        try (TestProxy proxy = start("runaway: { stop: { same_call: 2 } }")) {
            assertThat(turns(proxy, agent, turn -> new Step("read", "{\"n\":" + turn + "}", "ok")))
                    .isEqualTo(12);
            assertThat(turns(proxy, agent, turn -> new Step("status", "{}", turn + " of 12")))
                    .isEqualTo(12);
        }
    }

    @Test
    void aLoopWhoseFirstMessageVariesIsStoppedThroughItsKey() {
        try (TestProxy proxy = start(STOP_AT_SEVEN)) {
            List<Step> same = List.of(new Step("ls", "{}", "a.txt"));
            for (int i = 0; i < 6; i++) {
                assertThat(proxy.post(Agent.CHAT.asks("it is " + i, same)).status()).isEqualTo(200);
            }
            TestProxy.Response refused = proxy.post(Agent.CHAT.asks("it is 6", same));
            assertThat(refused.code()).isEqualTo("session_stopped");
            assertThat(refused.message()).contains("key:", "it made the same call 7 times");
        }
    }

    @Test
    void aKeyThatSpendsFasterThanTheFileAllowsIsStoppedListedAndResumed() {
        try (TestProxy proxy = start("runaway: { stop: { usd_per_minute: 0.000000001 } }")) {
            assertThat(proxy.ask("it is 1").status()).isEqualTo(200);
            Eventually.holds("the key is stopped", () -> stateOfKey(proxy).equals("stopped"));
            assertThat(proxy.ask("it is 2").message()).contains("key:", "usd a minute");
            assertThat(proxy.postTo("/admin/sessions/key%3A/resume", "").status()).isEqualTo(200);
            assertThat(proxy.ask("it is 3").status()).isEqualTo(200);
        }
    }

    private static String stateOfKey(TestProxy proxy) {
        for (JsonNode listed : proxy.get("/admin/sessions").json().path("sessions")) {
            if (listed.path("id").asText().equals("key:")) {
                return listed.path("state").asText();
            }
        }
        return "unknown";
    }

    /** How many of twelve turns are answered before one is refused. */
    private static int turns(TestProxy proxy, Agent agent, IntFunction<Step> step) {
        for (int turn = 0; turn < 12; turn++) {
            List<Step> steps = IntStream.rangeClosed(0, turn).mapToObj(step).toList();
            TestProxy.Response answer = proxy.postTo(agent.path, agent.asks("go", steps));
            if (answer.status() != 200) {
                assertThat(answer.status()).as(answer.http().body()).isEqualTo(429);
                assertThat(answer.http().body()).contains("it made the same call");
                return turn;
            }
        }
        return 12;
    }

    private TestProxy start(String runaway) {
        return TestProxy.start(
                folder.resolve("store.db"),
                TestProxy.config(Map.of("a", TestProxy.openAi(upstream)), runaway),
                List.of());
    }
}
