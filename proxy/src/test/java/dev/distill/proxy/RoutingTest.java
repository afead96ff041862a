package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ProxyConfig;
import dev.distill.files.Json;
import dev.distill.proxy.FakeUpstream.Reaction;
import dev.distill.proxy.ledger.Spend;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("it")
final class RoutingTest {
    @TempDir private Path folder;
    private final FakeUpstream first = new FakeUpstream();
    private final FakeUpstream second = new FakeUpstream();
    private TestProxy proxy;

    @BeforeEach
    void start() {
        proxy = TestProxy.start(folder.resolve("store.db"), first, second);
    }

    @AfterEach
    void stop() {
        proxy.close();
        first.close();
        second.close();
    }

    @Test
    void sendsTheCallersRequestWithTheTargetsModelAndTheProvidersKey() {
        ObjectNode request = TestProxy.request("hi").put("user", "u-1").put("seed", 7);
        assertThat(proxy.post(Json.line(request)).status()).isEqualTo(200);
        assertThat(first.requests()).containsExactly(request.put("model", "model-a"));
        assertThat(first.authorizations()).containsExactly("Bearer " + TestProxy.KEY);
        assertThat(second.requests()).isEmpty();
    }

    @Test
    void triesATargetAgainAfterAServerErrorThenTheNextTarget() {
        first.script(FakeUpstream.error(500, "boom"));
        TestProxy.Response answer = proxy.ask("hi");
        assertThat(answer.content()).isEqualTo("hi");
        assertThat(answer.header(Headers.PROVIDER)).isEqualTo("b");
        assertThat(first.requests()).hasSize(3);
        assertThat(second.requests()).hasSize(1);
        assertThat(proxy.sleeper.naps()).hasSize(2);
        assertThat(proxy.sleeper.naps().get(0))
                .isBetween(Duration.ofMillis(250), Duration.ofMillis(500));
        assertThat(proxy.sleeper.naps().get(1))
                .isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
    }

    @Test
    void waitsAsLongAsARateLimitedProviderAsksWhenThereIsNoOther() {
        first.script(
                new Reaction.Respond(429, "{}", Map.of("retry-after", "7")),
                FakeUpstream.respond(200, FakeUpstream.completion("late", "stop")));
        try (TestProxy alone = TestProxy.start(folder.resolve("alone.db"), first)) {
            assertThat(alone.ask("hi").content()).isEqualTo("late");
            assertThat(alone.sleeper.naps()).hasSize(1);
            assertThat(alone.sleeper.naps().getFirst())
                    .isBetween(Duration.ofMillis(6900), Duration.ofSeconds(7));
        }
    }

    @Test
    void tellsTheCallerHowLongToWaitWhenTheOnlyProviderAsksForTooLong() {
        first.script(new Reaction.Respond(429, "{}", Map.of("retry-after", "3600")));
        try (TestProxy alone = TestProxy.start(folder.resolve("alone.db"), first)) {
            TestProxy.Response refused = alone.ask("hi");
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.code()).isEqualTo("upstream_rate_limited");
            assertThat(refused.header("retry-after")).isEqualTo("3600");
            assertThat(alone.sleeper.naps()).isEmpty();
        }
        assertThat(first.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "7", "3600"})
    void goesToTheNextTargetAtOnceWhenOneIsRateLimited(String wait) {
        first.script(new Reaction.Respond(429, "{}", Map.of("retry-after", wait)));
        assertThat(proxy.ask("hi").header(Headers.PROVIDER)).isEqualTo("b");
        assertThat(proxy.ask("more").header(Headers.PROVIDER)).isEqualTo("b");
        assertThat(first.requests()).as("it rests as long as it asked to").hasSize(1);
        assertThat(proxy.sleeper.naps()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "401, invalid_api_key",
        "403, forbidden",
        "402, payment",
        "404, model_not_found",
        "429, insufficient_quota"
    })
    void goesToTheNextTargetAtOnceWhenTryingAgainCannotHelp(int status, String code) {
        first.script(FakeUpstream.error(status, code));
        assertThat(proxy.ask("hi").header(Headers.PROVIDER)).isEqualTo("b");
        assertThat(first.requests()).hasSize(1);
        assertThat(proxy.sleeper.naps()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"400, invalid_value", "422, unprocessable"})
    void returnsTheCallersFaultAfterOneCall(int status, String code) {
        first.script(FakeUpstream.error(status, code));
        TestProxy.Response answer = proxy.ask("hi");
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.message()).isEqualTo("says the fake: " + code);
        assertThat(first.requests()).hasSize(1);
        assertThat(second.requests()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"400, context_length_exceeded", "413, too_large"})
    void asksAnotherModelOnceWhenARequestIsTooLongForOne(int status, String code) {
        first.script(FakeUpstream.error(status, code));
        assertThat(proxy.ask("hi").header(Headers.PROVIDER)).isEqualTo("b");
        second.script(FakeUpstream.error(status, code));
        TestProxy.Response refused = proxy.ask("longer");
        assertThat(refused.status()).isEqualTo(status);
        assertThat(refused.code()).isEqualTo(code);
        assertThat(first.requests()).hasSize(2);
        assertThat(second.requests()).hasSize(2);
    }

    @Test
    void neverAsksTheSameModelElsewhereWhenARequestIsTooLongForIt() {
        first.script(FakeUpstream.error(400, "context_length_exceeded"));
        Map<String, String> providers = new LinkedHashMap<>();
        providers.put("a", TestProxy.openAi(first));
        providers.put("b", TestProxy.openAi(second));
        ProxyConfig same =
                TestProxy.config(
                        providers,
                        "routes: { teacher: [ { provider: a, model: m }, { provider: b, model: m } ] }");
        try (TestProxy other = TestProxy.start(folder.resolve("same.db"), same, List.of())) {
            assertThat(other.ask("hi").code()).isEqualTo("context_length_exceeded");
        }
        assertThat(first.requests()).hasSize(1);
        assertThat(second.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>",
                "[]",
                "{}",
                "{\"choices\":[]}",
                "{\"choices\":[{}]}",
                "{\"cho"
            })
    void countsAnAnswerThatIsNoneAsAFailure(String garbage) {
        first.script(FakeUpstream.respond(200, garbage));
        assertThat(proxy.ask("hi").header(Headers.PROVIDER)).isEqualTo("b");
        assertThat(first.requests()).hasSize(3);
    }

    @Test
    void recoversFromALostConnection() {
        first.script(new Reaction.HangUp());
        assertThat(proxy.ask("hi").header(Headers.PROVIDER)).isEqualTo("b");
        assertThat(first.requests()).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void recoversFromAPortWhereNobodyListensAndFromSilence() throws IOException {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        first.script(new Reaction.StaySilent());
        Map<String, String> providers = new LinkedHashMap<>();
        providers.put(
                "nobody", TestProxy.openAi(URI.create("http://127.0.0.1:" + closed + "/v1/")));
        providers.put("silent", TestProxy.openAi(first));
        ProxyConfig impatient =
                TestProxy.config(providers, "timeouts: { total: 100ms }", "retry: { attempts: 1 }");
        Path store = folder.resolve("other.db");
        try (TestProxy other = TestProxy.start(store, impatient, List.of())) {
            TestProxy.Response answer = other.ask("hi", Headers.JOB, "j");
            assertThat(answer.status()).isEqualTo(504);
            assertThat(answer.code()).isEqualTo("deadline_exceeded");
            assertThat(answer.message())
                    .isEqualTo(
                            "no target of route teacher answered;"
                                    + " nobody/model-nobody: transient (connect_failed) after 1 attempt;"
                                    + " silent/model-silent: transient (total_timeout) after 1 attempt");
        }
        Spend spend = Spend.of(store, "j").orElseThrow();
        assertThat(spend.unknownCosts()).isEqualTo(1);
        assertThat(spend.costNanoUsd()).isZero();
        assertThat(spend.chargedNanoUsd()).as("the silent call may be billed").isPositive();
    }

    @Test
    void saysWhatHappenedAtEachTargetAndNeverTheKey() throws IOException {
        first.script(
                FakeUpstream.respond(
                        401, "{\"error\":{\"message\":\"bad key " + TestProxy.KEY + "\"}}"));
        second.script(FakeUpstream.error(529, "overloaded_error"));
        TestProxy.Response answer = proxy.ask("hi", Headers.JOB, "j");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.message())
                .isEqualTo(
                        "no target of route teacher answered;"
                                + " a/model-a: credentials (status 401) after 1 attempt;"
                                + " b/model-b: overloaded (status 529) after 3 attempts");
        proxy.close();
        String bytes = Files.readString(folder.resolve("store.db"), StandardCharsets.ISO_8859_1);
        assertThat(bytes).contains("bad key [key]").doesNotContain(TestProxy.KEY);
    }

    @Test
    void hidesTheKeyInAFaultThatGoesBackToTheCaller() {
        first.script(
                FakeUpstream.respond(400, "{\"error\":{\"message\":\"" + TestProxy.KEY + "\"}}"));
        assertThat(proxy.ask("hi").message()).isEqualTo("[key]");
    }

    @Test
    void saysSoWhenEveryProviderRefusesTheKey() {
        first.script(FakeUpstream.error(401, "invalid_api_key"));
        second.script(FakeUpstream.error(403, "forbidden"));
        TestProxy.Response answer = proxy.ask("hi");
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.code()).isEqualTo("upstream_credentials_exhausted");
    }

    @Test
    void passesOnTheShortestWaitWhenEveryProviderIsRateLimited() {
        first.script(new Reaction.Respond(429, "{}", Map.of("retry-after", "90")));
        second.script(new Reaction.Respond(429, "{}", Map.of("retry-after-ms", "45500")));
        TestProxy.Response answer = proxy.ask("hi");
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.code()).isEqualTo("upstream_rate_limited");
        assertThat(answer.header("retry-after")).isEqualTo("46");
        assertThat(answer.header("retry-after-ms")).isEqualTo("45500");
    }
}
