package dev.distill.proxy;

import static dev.distill.proxy.Script.js;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.proxy.LiveProxy.Answer;
import dev.distill.proxy.LiveProxy.Streamed;
import dev.distill.proxy.ScriptedUpstream.Received;
import dev.distill.proxy.ledger.Spend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sixteen ways in which a provider fails, over real sockets: what a caller of the proxy may and may
 * not see, and how often whom the proxy may ask. They are the scenarios of failoverbench with
 * durations divided by about thirty.
 *
 * <p>Route {@code chat} asks {@code primary}, then {@code fallback}; {@code buffered} is the same
 * with {@code buffer}; {@code alone} has no fallback.
 */
@Tag("it")
@Timeout(20)
final class FailoverConformanceTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final Say PRIMARY = Say.tokens(60).as("primary-2026");
    private static final Say FALLBACK =
            Say.text("from ", "the ", "fallback")
                    .as("fallback-2026")
                    .using("{'prompt_tokens':100,'completion_tokens':30,'total_tokens':130}");

    @TempDir private Path folder;
    private final ScriptedUpstream primary = ScriptedUpstream.of(says(PRIMARY));
    private final ScriptedUpstream fallback = ScriptedUpstream.of(says(FALLBACK));

    @AfterEach
    void stop() {
        primary.close();
        fallback.close();
    }

    @Test
    void s01ServesThroughA429AndDoesNotAskBeforeTheTimeItWasTold() {
        Script refused =
                Speech.OPENAI_CHAT.refuse(
                        429,
                        "rate_limit_exceeded",
                        "rate_limit_exceeded",
                        "slow down",
                        "retry-after",
                        "1");
        primary.behave(firstly(refused, PRIMARY));
        try (LiveProxy proxy = start()) {
            assertServed(proxy.post(CHAT, request("chat")));
            assertServed(proxy.stream(CHAT, streamed("chat")));
            assertThat(proxy.post(CHAT, request("alone")).status()).isEqualTo(200);
        }
        assertWaitedBetweenAttempts(Duration.ofSeconds(1));
    }

    @Test
    void s01WaitsAsToldWhenThereIsNobodyElse() {
        Script refused =
                Speech.OPENAI_CHAT.refuse(
                        429,
                        "rate_limit_exceeded",
                        "rate_limit_exceeded",
                        "slow down",
                        "retry-after-ms",
                        "600");
        primary.behave(firstly(refused, PRIMARY));
        try (LiveProxy proxy = start()) {
            Streamed answer = proxy.stream(CHAT, streamed("alone"));
            assertThat(answer.content()).as(answer.raw()).isEqualTo(PRIMARY.whole());
            assertThat(answer.done()).isTrue();
        }
        assertWaitedBetweenAttempts(Duration.ofMillis(600));
    }

    @Test
    void s02LeavesATargetThatRefusesForEverAfterAFewAttempts() {
        Script refused =
                Speech.OPENAI_CHAT.refuse(
                        429, "rate_limit_exceeded", "rate_limit_exceeded", "slow down");
        primary.behave(refused);
        try (LiveProxy proxy = start()) {
            assertServed(proxy.post(CHAT, request("chat")));
            assertServed(proxy.stream(CHAT, streamed("chat")));
            assertThat(primary.requests()).hasSizeLessThanOrEqualTo(4);
        }
    }

    @Test
    void s02SaysSoInTheCallersDialectWhenEverybodyRefusesForEver() {
        Script refused =
                Speech.OPENAI_CHAT.refuse(
                        429, "rate_limit_exceeded", "rate_limit_exceeded", "slow down");
        primary.behave(refused);
        fallback.behave(refused);
        try (LiveProxy proxy = start()) {
            Answer answer = proxy.post(CHAT, request("chat"));
            assertThat(answer.status()).as(answer.body()).isEqualTo(429);
            assertThat(answer.text("/error/message")).isNotEmpty();
            assertThat(answer.header("retry-after")).isNotEmpty();
            assertThat(primary.requests().size() + fallback.requests().size())
                    .isLessThanOrEqualTo(6);
        }
    }

    @Test
    void s03RetriesAServerErrorThatHappensOnce() {
        primary.behave(firstly(serverError(500), PRIMARY));
        try (LiveProxy proxy = start()) {
            assertThat(proxy.post(CHAT, request("alone")).text("/choices/0/message/content"))
                    .isEqualTo(PRIMARY.whole());
        }
        assertThat(primary.requests()).hasSize(2);
    }

    @Test
    void s03RetriesAServerErrorBeforeAStream() {
        primary.behave(firstly(serverError(500), PRIMARY));
        try (LiveProxy proxy = start()) {
            Streamed answer = proxy.stream(CHAT, streamed("chat"));
            assertServed(answer);
            assertThat(answer.errors()).isEmpty();
        }
        assertThat(primary.requests().size() + fallback.requests().size()).isEqualTo(2);
    }

    @Test
    void s04FallsBackFromATargetThatIsUnavailable() {
        primary.behave(serverError(503));
        try (LiveProxy proxy = start()) {
            assertThat(proxy.post(CHAT, request("chat")).text("/choices/0/message/content"))
                    .isEqualTo(FALLBACK.whole());
            assertThat(proxy.stream(CHAT, streamed("chat")).content()).isEqualTo(FALLBACK.whole());
            assertThat(primary.requests()).hasSizeLessThanOrEqualTo(6);
            assertThat(fallback.requests()).hasSize(2);
        }
    }

    @Test
    void s05FallsBackFromAConnectionThatIsResetBeforeTheHeaders() {
        primary.behave(Script.reset());
        try (LiveProxy proxy = start()) {
            assertThat(proxy.post(CHAT, request("chat")).text("/choices/0/message/content"))
                    .isEqualTo(FALLBACK.whole());
            assertThat(proxy.stream(CHAT, streamed("chat")).content()).isEqualTo(FALLBACK.whole());
        }
    }

    @Test
    void s06AsksASilentTargetOnceAndThenTheNextOne() {
        primary.behave(Script.silent());
        try (LiveProxy proxy = start()) {
            assertThat(proxy.stream(CHAT, streamed("chat")).content()).isEqualTo(FALLBACK.whole());
            assertThat(primary.requests()).hasSize(1);
            assertThat(proxy.post(CHAT, request("chat")).text("/choices/0/message/content"))
                    .isEqualTo(FALLBACK.whole());
            assertThat(primary.requests()).hasSizeLessThanOrEqualTo(2);
        }
        assertThat(primary.aborted()).isEqualTo(primary.requests().size());
    }

    @Test
    void s07FallsBackFromAFirstTokenThatDoesNotCome() {
        primary.behave(request -> stream(request).silentAfter(1));
        try (LiveProxy proxy = start()) {
            Streamed answer = proxy.stream(CHAT, streamed("chat"));
            assertThat(answer.content()).isEqualTo(FALLBACK.whole());
            assertThat(answer.raw()).doesNotContain("primary-2026");
            assertThat(answer.done()).isTrue();
        }
        assertThat(primary.requests()).hasSize(1);
    }

    @Test
    void s07FallsBackFromAnErrorInTheStreamBeforeTheFirstToken() {
        String error =
                Script.data(
                        Speech.OPENAI_CHAT.error(
                                0, "server_error", "overloaded", "too many requests in flight"));
        primary.behave(request -> stream(request).brokenAt(1, error));
        try (LiveProxy proxy = start()) {
            Streamed answer = proxy.stream(CHAT, streamed("chat"));
            assertThat(answer.content()).isEqualTo(FALLBACK.whole());
            assertThat(answer.errors()).isEmpty();
        }
    }

    @Test
    void s08NeverShowsACutStreamAsAnAnswer() {
        List<Function<Script, Script>> cuts =
                List.of(
                        script -> script.cutAfter(41),
                        script -> script.closedAfter(41),
                        script -> script.resetAfter(41));
        for (Function<Script, Script> cut : cuts) {
            primary.behave(request -> cut.apply(stream(request)));
            try (LiveProxy proxy = start()) {
                assertFailedInTheStream(proxy.stream(CHAT, streamed("chat")));
            }
        }
        assertThat(fallback.requests()).isEmpty();
    }

    @Test
    void s08StartsAgainElsewhereWhenNothingOfACutStreamWasShown() {
        primary.behave(request -> stream(request).cutAfter(41));
        try (LiveProxy proxy = start()) {
            Streamed answer = proxy.stream(CHAT, streamed("buffered"));
            assertThat(answer.content()).isEqualTo(FALLBACK.whole());
            assertThat(answer.raw()).doesNotContain("t0 ");
            assertThat(answer.done()).isTrue();
            assertThat(answer.clean()).isTrue();
        }
    }

    @Test
    void s08TakesHalfABodyForAFailure() {
        primary.behave(
                Script.shorterThanPromised("{\"id\":\"chatcmpl-1\",\"object\":\"chat.", 100));
        try (LiveProxy proxy = start()) {
            assertThat(proxy.post(CHAT, request("chat")).text("/choices/0/message/content"))
                    .isEqualTo(FALLBACK.whole());
        }
    }

    @Test
    void s09EndsAStreamThatStallsAndStaysAlive() {
        primary.behave(request -> stream(request).silentAfter(21));
        try (LiveProxy proxy = start()) {
            assertFailedInTheStream(proxy.stream(CHAT, streamed("chat")));
            primary.behave(says(PRIMARY));
            assertServed(proxy.stream(CHAT, streamed("chat")));
            assertThat(proxy.get("/readyz").status()).isEqualTo(200);
        }
        assertThat(primary.aborted()).isEqualTo(1);
    }

    @Test
    void s10EndsAStreamWithAnEventThatIsNotJson() {
        primary.behave(
                request -> stream(request).brokenAt(10, "data: {\"id\":\"chatcmpl-1\",\"cho\n\n"));
        try (LiveProxy proxy = start()) {
            assertFailedInTheStream(proxy.stream(CHAT, streamed("chat")));
            assertThat(proxy.stream(CHAT, streamed("buffered")).content())
                    .isEqualTo(FALLBACK.whole());
        }
    }

    @Test
    void s10FallsBackWhenTheFirstEventIsNotJson() {
        primary.behave(request -> stream(request).brokenAt(0, "data: <html>\n\n"));
        try (LiveProxy proxy = start()) {
            assertThat(proxy.stream(CHAT, streamed("chat")).content()).isEqualTo(FALLBACK.whole());
        }
    }

    @Test
    void s11FinishesACompleteAnswerWhoseLastWordIsMissing() {
        for (boolean silent : List.of(false, true)) {
            primary.behave(
                    request -> {
                        Script whole = stream(request);
                        int last = whole.events() - 1;
                        return silent ? whole.silentAfter(last) : whole.cutAfter(last);
                    });
            try (LiveProxy proxy = start()) {
                ObjectNode request = streamed("chat");
                request.putObject("stream_options").put("include_usage", true);
                Streamed answer = proxy.stream(CHAT, request);
                assertThat(answer.content()).isEqualTo(PRIMARY.whole());
                assertThat(answer.errors()).isEmpty();
                assertThat(answer.done()).isTrue();
                assertThat(answer.clean()).isTrue();
                assertThat(answer.events().getLast().at("/usage/completion_tokens").asInt())
                        .isEqualTo(5);
            }
        }
        assertThat(fallback.requests()).isEmpty();
    }

    @Test
    void s12AsksAModelOnceWhenTheRequestIsTooLongForIt() {
        primary.behave(
                Speech.OPENAI_CHAT.refuse(
                        400,
                        "invalid_request_error",
                        "context_length_exceeded",
                        "This model's maximum context length is 8192 tokens."));
        try (LiveProxy proxy = start()) {
            assertServed(proxy.post(CHAT, request("chat")));
            assertThat(primary.requests()).hasSize(1);
            Answer refused = proxy.post(CHAT, request("alone"));
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.text("/error/code")).isEqualTo("context_length_exceeded");
            assertThat(refused.text("/error/message")).contains("8192");
            assertThat(primary.requests()).hasSize(2);
        }
    }

    @Test
    void s13PassesARefusalOfContentOnAndAsksNobodyElse() {
        primary.behave(
                Speech.OPENAI_CHAT.refuse(
                        400,
                        "invalid_request_error",
                        "content_policy_violation",
                        "Your request was rejected by our safety system."));
        try (LiveProxy proxy = start()) {
            for (Answer answer :
                    List.of(
                            proxy.post(CHAT, request("chat")),
                            proxy.post(CHAT, streamed("chat")))) {
                assertThat(answer.status()).isEqualTo(400);
                assertThat(answer.text("/error/code")).isEqualTo("content_policy_violation");
                assertThat(answer.text("/error/message")).contains("safety system");
            }
        }
        assertThat(primary.requests()).hasSize(2);
        assertThat(fallback.requests()).isEmpty();
    }

    @Test
    void s14NeverAsksAFallbackToContinueAnAnswer() {
        primary.behave(request -> stream(request).cutAfter(41));
        fallback.behave(FailoverConformanceTest::refusingPrefill);
        try (LiveProxy proxy = start()) {
            assertFailedInTheStream(proxy.stream(CHAT, streamed("chat")));
            assertThat(fallback.requests()).isEmpty();
            assertThat(proxy.stream(CHAT, streamed("buffered")).content())
                    .isEqualTo(FALLBACK.whole());
        }
        assertThat(fallback.requests().getFirst().json().path("messages"))
                .isEqualTo(primary.requests().getFirst().json().path("messages"));
    }

    @Test
    void s15ServesThroughAnOutageWithFewAttemptsAndComesBackSoon() {
        primary.behave(serverError(503));
        try (LiveProxy proxy = start()) {
            for (int i = 0; i < 20; i++) {
                assertServed(i % 2 == 0, proxy);
            }
            assertThat(primary.requests()).hasSizeLessThanOrEqualTo(10);
            int during = primary.requests().size();

            primary.behave(says(PRIMARY));
            Function<Received, Script> slowly =
                    request -> says(FALLBACK).apply(request).after(Duration.ofMillis(20));
            fallback.behave(slowly);
            int more = 0;
            while (primary.requests().size() < during + 10 && more++ < 100) {
                assertServed(proxy.post(CHAT, request("chat")));
            }
            assertThat(primary.requests()).hasSizeGreaterThanOrEqualTo(during + 10);
        }
    }

    @Test
    void s16NamesTheModelThatAnsweredAndBillsItAlone() {
        primary.behave(serverError(503));
        LiveProxy proxy = start();
        Answer whole =
                proxy.post(CHAT, request("chat"), Headers.JOB, "s16", Headers.STORE, Headers.OFF);
        assertThat(whole.text("/model")).isEqualTo("fallback-2026");
        assertThat(whole.text("/usage/completion_tokens")).isEqualTo("30");
        assertThat(whole.header(Headers.COST_USD)).isEqualTo("0.00064");
        assertThat(whole.header(Headers.MODEL)).isEqualTo("fallback-2026");

        ObjectNode request = streamed("chat");
        request.putObject("stream_options").put("include_usage", true);
        Streamed stream =
                proxy.stream(CHAT, request, Headers.JOB, "s16", Headers.STORE, Headers.OFF);
        assertThat(stream.events())
                .allSatisfy(e -> assertThat(e.path("model").asText()).isEqualTo("fallback-2026"));
        assertThat(stream.events().getLast().at("/usage/prompt_tokens").asInt()).isEqualTo(100);

        Spend spend = proxy.spendAfterClosing("s16");
        assertThat(spend.requests()).isEqualTo(2);
        assertThat(spend.costNanoUsd()).isEqualTo(2 * 640_000);
        assertThat(spend.chargedNanoUsd()).isEqualTo(2 * 640_000);
    }

    /** {@code primary} costs 1 and 2 dollars a million tokens, {@code fallback} 4 and 8. */
    private LiveProxy start() {
        return LiveProxy.start(
                folder,
                """
                providers:
                  primary: { kind: openai, base_url: "%s", api_key: env:PRIMARY_KEY }
                  fallback: { kind: openai, base_url: "%s", api_key: env:FALLBACK_KEY }
                routes:
                  chat: [ { provider: primary, model: model-primary }, { provider: fallback, model: model-fallback } ]
                  buffered:
                    targets: [ { provider: primary, model: model-primary }, { provider: fallback, model: model-fallback } ]
                    buffer: true
                  alone: [ { provider: primary, model: model-primary } ]
                prices:
                  model-primary: { input: 1, output: 2 }
                  model-fallback: { input: 4, output: 8 }
                timeouts: { connect: 500ms, headers: 500ms, first_token: 400ms, idle: 400ms, total: 5s }
                breaker: { window: 5s, calls: 3, failures: 0.5, open: 300ms, longest_open: 600ms }
                """
                        .formatted(primary.at("/v1"), fallback.at("/v1")));
    }

    private static ObjectNode request(String route) {
        return (ObjectNode)
                js(
                        "{'model':%s,'max_tokens':100,'messages':[{'role':'system','content':'be brief'},{'role':'user','content':'hi'}]}",
                        route);
    }

    private static ObjectNode streamed(String route) {
        return request(route).put("stream", true);
    }

    private static Function<Received, Script> says(Say say) {
        return request -> Speech.OPENAI_CHAT.answer(say, request);
    }

    private static Script stream(Received request) {
        return Speech.OPENAI_CHAT.streamed(PRIMARY, request);
    }

    private static Script serverError(int status) {
        return Speech.OPENAI_CHAT.refuse(status, "server_error", "server_error", "it broke");
    }

    /** One refusal, then answers. */
    private Function<Received, Script> firstly(Script refusal, Say then) {
        return request ->
                primary.requests().size() == 1 ? refusal : Speech.OPENAI_CHAT.answer(then, request);
    }

    private static Script refusingPrefill(Received request) {
        JsonNode messages = request.json().path("messages");
        return messages.path(messages.size() - 1).path("role").asText().equals("assistant")
                ? Speech.OPENAI_CHAT.refuse(
                        400,
                        "invalid_request_error",
                        "invalid_request",
                        "the conversation must end with a user message")
                : Speech.OPENAI_CHAT.answer(FALLBACK, request);
    }

    private static void assertServed(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.text("/choices/0/message/content"))
                .isIn(PRIMARY.whole(), FALLBACK.whole());
    }

    private static void assertServed(Streamed answer) {
        assertThat(answer.status()).as(answer.raw()).isEqualTo(200);
        assertThat(answer.content()).isIn(PRIMARY.whole(), FALLBACK.whole());
        assertThat(answer.errors()).isEmpty();
        assertThat(answer.done()).isTrue();
        assertThat(answer.clean()).isTrue();
    }

    private static void assertServed(boolean whole, LiveProxy proxy) {
        if (whole) {
            assertServed(proxy.post(CHAT, request("chat")));
        } else {
            assertServed(proxy.stream(CHAT, streamed("chat")));
        }
    }

    /** The caller has seen some of the answer, and then that it failed. */
    private static void assertFailedInTheStream(Streamed answer) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.content()).startsWith("t0 ");
        assertThat(PRIMARY.whole()).startsWith(answer.content());
        assertThat(answer.errors()).as(answer.raw()).hasSize(1);
        assertThat(answer.errors().getFirst().path("message").asText()).isNotEmpty();
        assertThat(answer.frames().getLast().data()).contains("\"error\"");
        assertThat(answer.raw()).doesNotContain("\"finish_reason\":\"stop\"");
        assertThat(answer.done()).as("a failed stream says [DONE]").isFalse();
        assertThat(answer.clean()).as("a failed stream ends properly").isFalse();
    }

    private void assertWaitedBetweenAttempts(Duration atLeast) {
        List<Received> attempts = primary.requests();
        assertThat(attempts).hasSizeGreaterThanOrEqualTo(2);
        long waited = attempts.get(1).nanos() - attempts.get(0).nanos();
        assertThat(TimeUnit.NANOSECONDS.toMillis(waited))
                .isGreaterThanOrEqualTo(atLeast.toMillis() - 20);
    }
}
