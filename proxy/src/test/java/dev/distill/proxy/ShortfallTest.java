package dev.distill.proxy;

import static dev.distill.proxy.Script.js;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.proxy.LiveProxy.Answer;
import dev.distill.proxy.LiveProxy.Streamed;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What callers are told when no target answers: whose limit it was, and when to come again. */
@Tag("it")
@Timeout(60)
final class ShortfallTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String MESSAGES = "/v1/messages";
    private static final Script NO_QUOTA =
            Script.json(
                    429,
                    js(
                            "{'error':{'message':'You exceeded your current quota','type':'insufficient_quota','code':'insufficient_quota'}}"));
    private static final Script SPEND_LIMIT =
            Script.json(
                    429,
                    js(
                            "{'type':'error','error':{'type':'rate_limit_error','message':'spend limit','details':{'error_code':'enforced_spend_limit_reached'}}}"));

    @TempDir private Path folder;
    private final ScriptedUpstream upstream = ScriptedUpstream.of(NO_QUOTA);
    private final ScriptedUpstream hook = ScriptedUpstream.of(Script.json(200, js("{'ok':true}")));
    private LiveProxy proxy;

    @BeforeEach
    void start() {
        proxy =
                LiveProxy.start(
                        folder,
                        """
                        providers:
                          primary: { kind: openai, base_url: "%1$s/v1", api_key: env:PRIMARY_KEY }
                          claude: { kind: anthropic, base_url: "%1$s", api_key: env:PRIMARY_KEY }
                        routes:
                          chat: [ { provider: primary, model: m } ]
                          claude: [ { provider: claude, model: c } ]
                          both: [ { provider: primary, model: m }, { provider: claude, model: c } ]
                        retry: { attempts: 1 }
                        runaway: { webhook: "%2$s" }
                        """
                                .formatted(upstream.at(""), hook.at("/hook")));
    }

    @AfterEach
    void stop() {
        proxy.close();
        upstream.close();
        hook.close();
    }

    @Test
    void saysThatTheProvidersAccountHasNoQuotaLeftAndWhenItIsTriedAgain() {
        for (int call = 0; call < 2; call++) {
            Answer refused = proxy.post(CHAT, request("chat"));
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.text("/error/type")).isEqualTo("insufficient_quota");
            assertThat(refused.text("/error/code")).isEqualTo("insufficient_quota");
            assertThat(refused.text("/error/message"))
                    .startsWith(
                            "the quota or credit of the proxy's account at primary is used up, not yours");
            assertThat(Long.parseLong(refused.header("retry-after"))).isBetween(3500L, 3600L);
        }
        assertThat(upstream.requests()).hasSize(1);
    }

    @Test
    void saysThatATargetWithoutAKeyWasNotAsked() {
        proxy.post(CHAT, request("chat"));
        assertThat(proxy.post(CHAT, request("chat")).text("/error/message"))
                .contains("primary/m: not asked, no key of provider primary can be used now")
                .doesNotContain("attempt");
    }

    @Test
    void tellsAnthropicsCallersOfAUsedUpQuotaInTheirWords() {
        upstream.behave(SPEND_LIMIT);
        for (int call = 0; call < 2; call++) {
            Answer refused = proxy.post(MESSAGES, request("claude"));
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.text("/error/type")).isEqualTo("rate_limit_error");
            assertThat(refused.text("/error/message")).contains("not yours");
            assertThat(refused.header("retry-after")).isNotEmpty();
        }
    }

    @Test
    void tellsPeopleOnceThatAQuotaIsUsedUp() {
        proxy.post(CHAT, request("chat"));
        proxy.post(CHAT, request("chat"));
        Eventually.holds("the webhook is told", () -> !hook.requests().isEmpty());
        proxy.close();
        assertThat(hook.requests()).hasSize(1);
        assertThat(hook.requests().getFirst().json().path("event").asText())
                .isEqualTo("provider_quota_exhausted");
        assertThat(hook.requests().getFirst().json().path("provider").asText())
                .isEqualTo("primary");
        assertThat(hook.requests().getFirst().body()).doesNotContain("sk-secret");
    }

    @Test
    void usesAKeyAgainOnceSomebodyHasToppedItUp() {
        proxy.post(CHAT, request("chat"));
        assertThat(proxy.get("/admin/providers").text("/providers/primary/keys/0/state"))
                .isEqualTo("exhausted");
        upstream.behave(r -> Speech.OPENAI_CHAT.answer(Say.text("hi"), r));
        assertThat(proxy.post(CHAT, request("chat")).status()).isEqualTo(429);

        Answer revived = proxy.post("/admin/providers/primary/revive", "");
        assertThat(revived.text("/providers/primary/keys/0/state")).isEqualTo("fine");
        assertThat(proxy.post(CHAT, request("chat")).status()).isEqualTo(200);
        assertThat(proxy.post("/admin/providers/nobody/revive", "").status()).isEqualTo(404);
    }

    @Test
    void saysThatTheProviderIsOverloadedAndForHowLong() {
        upstream.behave(Script.json(503, js("{'error':{'message':'busy'}}"), "retry-after", "20"));
        Answer refused = proxy.post(CHAT, request("chat"));
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.text("/error/code")).isEqualTo("upstream_overloaded");
        assertThat(refused.header("retry-after")).isEqualTo("20");
    }

    @Test
    void tellsAnthropicsCallersOfAnOverloadInTheirWords() {
        upstream.behave(
                Script.json(
                        529,
                        js(
                                "{'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}}")));
        Answer refused = proxy.post(MESSAGES, request("claude"));
        assertThat(refused.status()).isEqualTo(529);
        assertThat(refused.text("/error/type")).isEqualTo("overloaded_error");
        assertThat(refused.header("retry-after")).isEqualTo("1");
    }

    @Test
    void namesTheLeastWaitOverAllTargets() {
        upstream.behave(
                r ->
                        r.path().endsWith("/messages")
                                ? Script.json(529, js("{}"), "retry-after", "40")
                                : Script.json(503, js("{}"), "retry-after", "30"));
        Answer refused = proxy.post(CHAT, request("both"));
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("retry-after")).isEqualTo("30");
        assertThat(upstream.requests()).hasSize(2);
    }

    @Test
    void handsALongStringOnOnEveryPath() {
        upstream.behave(
                r ->
                        (r.path().endsWith("/messages") ? Speech.ANTHROPIC : Speech.OPENAI_CHAT)
                                .answer(Say.text("hi"), r));
        String text = "x".repeat(21_000_000);
        for (String route : new String[] {"chat", "claude"}) {
            ObjectNode request = request(route);
            request.putArray("messages").addObject().put("role", "user").put("content", text);
            assertThat(proxy.post(CHAT, request).status()).isEqualTo(200);
            assertThat(upstream.requests().getLast().body().length()).isGreaterThan(21_000_000);
        }
    }

    @Test
    void handsALongAnswerOnOnEveryPath() {
        upstream.behave(
                r ->
                        (r.path().endsWith("/messages") ? Speech.ANTHROPIC : Speech.OPENAI_CHAT)
                                .answer(Say.text("x".repeat(25_000_000)), r));
        for (String route : new String[] {"chat", "claude"}) {
            Answer answer = proxy.post(CHAT, request(route));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text("/choices/0/message/content")).hasSize(25_000_000);
        }
        assertThat(upstream.requests()).hasSize(2);
    }

    @Test
    void doesNotAskAgainForAnAnswerThatIsTooLarge() {
        upstream.behave(r -> Speech.OPENAI_CHAT.answer(Say.text("x".repeat(68_000_000)), r));
        Answer refused = proxy.post(CHAT, request("both"));
        assertThat(refused.status()).isEqualTo(502);
        assertThat(refused.text("/error/code")).isEqualTo("answer_too_large");
        assertThat(refused.text("/error/message"))
                .isEqualTo("the answer has more than 67108864 bytes");
        assertThat(refused.header("x-should-retry")).isEqualTo("false");
        assertThat(upstream.requests()).hasSize(1);
    }

    @Test
    void saysWhatCameInAStreamInsteadOfAnAnswer() {
        upstream.behave(
                Script.sse(List.of(Script.data(js("{'error':{'message':'slow','code':429}}")))));
        Answer refused = proxy.post(CHAT, request("chat").put("stream", true));
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.text("/error/message"))
                .contains("primary/m: rate_limited after 1 attempt");
    }

    @Test
    void namesTheRequestInAnErrorWithinAnAnthropicStream() {
        upstream.behave(r -> Speech.OPENAI_CHAT.streamed(Say.tokens(5), r).cutAfter(3));
        Streamed broken = proxy.stream(MESSAGES, request("chat").put("stream", true));
        assertThat(broken.errors()).hasSize(1);
        assertThat(broken.events().getLast().path("request_id").asText())
                .isEqualTo(broken.headers().firstValue("request-id").orElseThrow())
                .startsWith("req_");
    }

    private static ObjectNode request(String route) {
        return (ObjectNode)
                js(
                        "{'model':%s,'max_tokens':50,'messages':[{'role':'user','content':'hi'}]}",
                        route);
    }
}
