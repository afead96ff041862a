package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.files.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("it")
final class RetirementTest {
    @TempDir private Path folder;
    private final FakeUpstream old = new FakeUpstream();
    private final FakeUpstream young = new FakeUpstream();

    @AfterEach
    void stop() {
        old.close();
        young.close();
    }

    @Test
    void saysWhenARouteGoesAwayAndWhatFollows() {
        try (TestProxy proxy = start("deprecation: 2020-01-01, sunset: 2999-02-01")) {
            TestProxy.Response answer = ask(proxy, "old");
            assertThat(answer.header(Headers.PROVIDER)).isEqualTo("a");
            assertThat(answer.header("deprecation")).isEqualTo("@1577836800");
            assertThat(answer.header("sunset")).isEqualTo("Fri, 01 Feb 2999 00:00:00 GMT");
            assertThat(answer.header(Headers.SUCCESSOR)).isEqualTo("young");
            assertThat(ask(proxy, "young").header(Headers.SUCCESSOR)).isEmpty();
        }
    }

    @Test
    void letsTheSuccessorAnswerOnceTheDayHasCome() {
        try (TestProxy proxy = start("sunset: 2020-02-01")) {
            TestProxy.Response answer = ask(proxy, "old");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header(Headers.PROVIDER)).isEqualTo("b");
            assertThat(answer.header("sunset")).isEqualTo("Sat, 01 Feb 2020 00:00:00 GMT");
            assertThat(answer.header(Headers.SUCCESSOR)).isEqualTo("young");
        }
        assertThat(old.requests()).isEmpty();
    }

    @Test
    void letsTheSuccessorAnswerWhenTheModelIsGoneBeforeItsDay() {
        old.script(FakeUpstream.error(404, "model_not_found"));
        try (TestProxy proxy = start("sunset: 2999-02-01")) {
            assertThat(ask(proxy, "old").header(Headers.PROVIDER)).isEqualTo("b");
            TestProxy.Response again = ask(proxy, "old");
            assertThat(again.header(Headers.PROVIDER)).isEqualTo("b");
            assertThat(again.header(Headers.SUCCESSOR)).isEqualTo("young");
        }
        assertThat(old.requests()).as("it is known to be gone").hasSize(1);
    }

    private static TestProxy.Response ask(TestProxy proxy, String route) {
        return proxy.post(Json.line(TestProxy.request("hi").put("model", route)));
    }

    private TestProxy start(String days) {
        Map<String, String> providers = new LinkedHashMap<>();
        providers.put("a", TestProxy.openAi(old));
        providers.put("b", TestProxy.openAi(young));
        String routes =
                "routes: { old: { targets: [ { provider: a, model: model-a } ],"
                        + " retirement: { successor: young, %s } },".formatted(days)
                        + " young: [ { provider: b, model: model-b } ] }";
        return TestProxy.start(
                folder.resolve("store.db"), TestProxy.config(providers, routes), List.of());
    }
}
