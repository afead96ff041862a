package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("it")
final class AdminTest {
    @TempDir private Path folder;
    private final FakeUpstream upstream = new FakeUpstream();

    @AfterEach
    void stop() {
        upstream.close();
    }

    @Test
    void saysWhoUsesWhat() {
        try (TestProxy proxy = start()) { // rows are in the database once it has closed
            proxy.ask("one");
            proxy.ask("two");
            proxy.ask("two");
        }
        try (TestProxy proxy = start()) {
            JsonNode report = proxy.get("/admin/usage?by=model&top=1&since=1h&sort=tokens").json();
            assertThat(report.path("by").asText()).isEqualTo("model");
            JsonNode model = report.at("/lines/0");
            assertThat(model.path("name").asText()).isEqualTo("model-a");
            assertThat(model.path("attempts").asInt()).isEqualTo(2);
            assertThat(model.at("/tokens/output_text").asInt()).isEqualTo(10);
            assertThat(model.path("cost_usd").asDouble()).isEqualTo(0.00004);
            JsonNode route = proxy.get("/admin/usage?by=route").json().at("/lines/0");
            assertThat(route.path("requests").asInt()).isEqualTo(3);
            assertThat(route.path("hits").asInt()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "by=planet, by must be one of",
        "top=many, top must be a number up to 1000",
        "top=1001, top must be a number up to 1000",
        "since=yesterday, since must be hours or days such as 12h or 7d",
        "sort=beauty, sort must be one of"
    })
    void refusesAQuestionThatMakesNoSense(String query, String message) {
        try (TestProxy proxy = start()) {
            TestProxy.Response refused = proxy.get("/admin/usage?" + query);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.code()).isEqualTo("invalid_parameter");
            assertThat(refused.message()).startsWith(message);
        }
    }

    @Test
    void stopsAndResumesASessionThatItLists() {
        try (TestProxy proxy = start()) {
            String id = proxy.ask("hi").header(Headers.SESSION);
            assertThat(proxy.ask("hi", Headers.STORE, "off").header(Headers.SESSION)).isEqualTo(id);
            JsonNode listed = proxy.get("/admin/sessions").json();
            assertThat(listed.path("sessions").findValuesAsText("id")).contains(id);
            JsonNode stopped = proxy.postTo("/admin/sessions/" + id + "/stop", "").json();
            assertThat(stopped.path("state").asText()).isEqualTo("stopped");
            TestProxy.Response refused = proxy.ask("hi");
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.code()).isEqualTo("session_stopped");
            assertThat(refused.message()).contains("session " + id, "stopped by an administrator");
            assertThat(proxy.ask("somebody else").status()).isEqualTo(200);
            assertThat(proxy.postTo("/admin/sessions/" + id + "/resume", "").status())
                    .isEqualTo(200);
            assertThat(proxy.ask("hi").status()).isEqualTo(200);
        }
    }

    @Test
    void keepsASessionStoppedAcrossARestart() {
        String id;
        try (TestProxy proxy = start()) {
            id = proxy.ask("hi").header(Headers.SESSION);
            proxy.postTo("/admin/sessions/" + id + "/stop", "");
        }
        try (TestProxy proxy = start()) {
            assertThat(proxy.ask("hi").code()).isEqualTo("session_stopped");
        }
    }

    @Test
    void knowsNoOtherSessionsAndNoOtherVerbs() {
        try (TestProxy proxy = start()) {
            String id = proxy.ask("hi").header(Headers.SESSION);
            TestProxy.Response nobody = proxy.postTo("/admin/sessions/nobody/stop", "");
            assertThat(nobody.status()).isEqualTo(404);
            assertThat(nobody.code()).isEqualTo("no_such_session");
            assertThat(proxy.postTo("/admin/sessions/" + id + "/dance", "").status())
                    .isEqualTo(404);
        }
    }

    private TestProxy start() {
        return TestProxy.start(folder.resolve("store.db"), upstream);
    }
}
