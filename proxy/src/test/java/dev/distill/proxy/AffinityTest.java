package dev.distill.proxy;

import static dev.distill.proxy.Script.js;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.proxy.LiveProxy.Answer;
import dev.distill.proxy.ScriptedUpstream.Received;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("it")
final class AffinityTest {
    private static final String RESPONSES = "/v1/responses";

    @TempDir private Path folder;
    private final AtomicInteger count = new AtomicInteger();
    private final ScriptedUpstream one = ScriptedUpstream.of(this::answer);
    private final ScriptedUpstream two = ScriptedUpstream.of(this::answer);

    @AfterEach
    void stop() {
        one.close();
        two.close();
    }

    @Test
    void aResponseThatGoesOnGoesToTheTargetAndTheKeyThatHaveIt() {
        try (LiveProxy proxy = start()) {
            for (int i = 0; i < 12; i++) {
                Answer first = proxy.post(RESPONSES, js("{'model':'r','input':'hi'}"));
                Received asked = last();
                Answer next = goOn(proxy, first.text("/id"));
                assertThat(next.status()).isEqualTo(200);
                assertThat(last().header("authorization")).isEqualTo(asked.header("authorization"));
                assertThat(last().header("host")).isEqualTo(asked.header("host"));
                assertThat(last().json().path("previous_response_id").asText())
                        .isEqualTo(first.text("/id"));
            }
            assertThat(one.requests()).as("fresh requests go anywhere").isNotEmpty();
            assertThat(two.requests()).isNotEmpty();
        }
    }

    @Test
    void aStreamedResponseIsKnownByTheTimeItHasEndedAndAfterARestart() {
        String id;
        String host;
        try (LiveProxy proxy = start()) {
            id =
                    proxy.stream(RESPONSES, js("{'model':'r','input':'hi','stream':true}"))
                            .events()
                            .getLast()
                            .at("/response/id")
                            .asText();
            host = last().header("host") + last().header("authorization");
        }
        try (LiveProxy proxy = start()) {
            for (int i = 0; i < 8; i++) {
                assertThat(goOn(proxy, id).status()).isEqualTo(200);
                assertThat(last().header("host") + last().header("authorization")).isEqualTo(host);
            }
        }
    }

    @Test
    void whatOnlyOneProviderKnowsIsNotAskedOfAnother() {
        try (LiveProxy proxy = start()) {
            Answer first = proxy.post(RESPONSES, js("{'model':'r','input':'hi'}"));
            boolean wasOne = one.requests().size() == 1;
            (wasOne ? one : two).behave(_ -> Speech.OPENAI_RESPONSES.refuse(500, "e", "e", "down"));
            Answer next = goOn(proxy, first.text("/id"));
            assertThat(next.status()).isEqualTo(502);
            assertThat(next.text("/error/code")).isEqualTo("state_unavailable");
            assertThat(next.text("/error/message"))
                    .contains(first.text("/id") + " is known to provider ")
                    .contains("alone")
                    .contains("send the whole conversation");
            assertThat((wasOne ? two : one).requests()).isEmpty();
            assertThat(next.header("x-distill-fallbacks")).isEqualTo("0");
        }
    }

    @Test
    void aNameThatNobodyKnowsIsPassedOnAsItIs() {
        try (LiveProxy proxy = start()) {
            assertThat(goOn(proxy, "resp_of_long_ago").status()).isEqualTo(200);
        }
    }

    @Test
    void encryptedThoughtsStayAtHomeAndAreLeftOutElsewhere() {
        try (LiveProxy proxy = start()) {
            Answer first = proxy.post(RESPONSES, js("{'model':'r','input':'hi'}"));
            String reasoning = first.json().at("/output/0").toString();
            JsonNode body =
                    js(
                            "{'model':'r','input':[{'role':'user','content':'hi'},%s,{'type':'function_call','id':'fc_1','call_id':'c','name':'f','arguments':'{}'},{'type':'function_call_output','call_id':'c','output':'1'}]}",
                            js(reasoning.replace('"', '\'')));
            boolean wasOne = one.requests().size() == 1;
            ScriptedUpstream home = wasOne ? one : two;
            ScriptedUpstream other = wasOne ? two : one;
            Answer atHome = proxy.post(RESPONSES, body);
            assertThat(atHome.header("x-distill-thoughts")).isEmpty();
            assertThat(home.requests().getLast().json().path("input")).isEqualTo(body.get("input"));
            home.behave(_ -> Speech.OPENAI_RESPONSES.refuse(503, "e", "e", "down"));
            Answer elsewhere = proxy.post(RESPONSES, body);
            assertThat(elsewhere.status()).isEqualTo(200);
            assertThat(elsewhere.header("x-distill-thoughts")).isEqualTo("stripped");
            JsonNode input = other.requests().getLast().json().path("input");
            assertThat(input).hasSize(3);
            assertThat(input.toString()).doesNotContain("encrypted_content", "fc_1");
        }
    }

    @Test
    void aFileGoesBackToWhoeverTookItBefore() {
        JsonNode body =
                js(
                        "{'model':'r','input':[{'role':'user','content':[{'type':'input_file','file_id':'file-7'}]}]}");
        try (LiveProxy proxy = start()) {
            proxy.post(RESPONSES, body);
            String key = last().header("host") + last().header("authorization");
            for (int i = 0; i < 8; i++) {
                proxy.post(RESPONSES, body);
                assertThat(last().header("host") + last().header("authorization")).isEqualTo(key);
            }
        }
    }

    @Test
    void thoughtsThatGeminiSignedAreNotShownToAnthropic() {
        one.behave(request -> Speech.ANTHROPIC.answer(Say.text("ok"), request));
        try (LiveProxy proxy = start()) {
            Answer answer =
                    proxy.post(
                            "/v1/messages",
                            js(
                                    "{'model':'claude','max_tokens':9,'messages':[{'role':'user','content':'hi'},{'role':'assistant','content':[{'type':'thinking','thinking':'hm','signature':'gemini.abc'},{'type':'text','text':'yes'}]},{'role':'user','content':'go"
                                            + " on'}]}"));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("x-distill-thoughts")).isEqualTo("stripped");
            assertThat(one.requests().getLast().body()).doesNotContain("gemini.abc");
        }
    }

    private Answer goOn(LiveProxy proxy, String id) {
        return proxy.post(
                RESPONSES, js("{'model':'r','input':'more','previous_response_id':%s}", id));
    }

    private Received last() {
        return Stream.of(one.requests(), two.requests())
                .flatMap(List::stream)
                .max(Comparator.comparingLong(Received::nanos))
                .orElseThrow();
    }

    /** A response with a name of its own, which begins with a thought. */
    private Script answer(Received request) {
        int number = count.incrementAndGet();
        JsonNode response =
                js(
                        "{'id':%s,'object':'response','created_at':1,'status':'completed','model':'m','output':[{'id':%s,'type':'reasoning','summary':[],'encrypted_content':'secret'},{'id':'msg_1','type':'message','status':'completed','role':'assistant','content':[{'type':'output_text','text':'ok','annotations':[]}]}],'usage':{'input_tokens':1,'output_tokens':1,'total_tokens':2}}",
                        "resp_" + number, "rs_" + number);
        if (!request.streams()) {
            return Script.json(200, response, "x-request-id", "req_" + number);
        }
        return Script.sse(
                List.of(
                        Script.event(
                                "response.output_text.delta",
                                js("{'type':'response.output_text.delta','delta':'ok'}")),
                        Script.event(
                                "response.completed",
                                js("{'type':'response.completed','response':%s}", response))));
    }

    private LiveProxy start() {
        String provider =
                "{ kind: openai, base_url: \"%s\", responses: true, keys: [ { name: a, secret:"
                        + " env:PRIMARY_KEY }, { name: b, secret: env:FALLBACK_KEY } ] }";
        return LiveProxy.start(
                folder,
                """
                providers:
                  one: %s
                  two: %s
                  claude: { kind: anthropic, base_url: "%s", api_key: env:PRIMARY_KEY }
                routes:
                  r: { groups: [ [ { provider: one, model: m }, { provider: two, model: m } ] ], balance: weight }
                  claude: [ { provider: claude, model: c } ]
                retry: { attempts: 1 }
                """
                        .formatted(
                                provider.formatted(one.at("/v1")),
                                provider.formatted(two.at("/v1")),
                                one.at("/anthropic")));
    }
}
