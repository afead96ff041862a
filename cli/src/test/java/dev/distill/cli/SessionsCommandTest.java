package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.distill.config.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("it")
class SessionsCommandTest {
    private static final String LIST =
            """
            {"count":2,"sessions":[{"id":"key:laptop","key":"laptop","state":"stopped",
             "usd":31,"usd_per_minute":1.5,"age_seconds":7325,"requests":13,"same_call":1},
             {"id":"0123456789abcdef-19b7","key":"laptop","state":"pinged",
             "usd":30.5,"usd_per_minute":0.25,"age_seconds":7325,"requests":12,"same_call":3}]}""";

    @TempDir private Path folder;
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private int status = 200;
    private String answer = LIST;
    private HttpServer proxy;

    @BeforeEach
    void listen() throws IOException {
        proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        proxy.createContext(
                "/admin/sessions",
                exchange -> {
                    requests.add(
                            exchange.getRequestMethod()
                                    + " "
                                    + exchange.getRequestURI()
                                    + " "
                                    + exchange.getRequestHeaders().getFirst("Authorization"));
                    byte[] body = answer.getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(status, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        proxy.start();
    }

    @AfterEach
    void stop() {
        proxy.stop(0);
    }

    @Test
    void sessionsAreListedInColumns() {
        JobFixture.Outcome outcome = sessions();
        assertThat(outcome.out())
                .isEqualTo(
                        """
                        SESSION                      STATE           USD    USD/MIN       AGE REQUESTS  SAME  KEY
                        key:laptop                   stopped     31.0000     1.5000   2:02:05       13     1  laptop
                        0123456789abcdef-19b7        pinged      30.5000     0.2500   2:02:05       12     3  laptop
                        """);
        assertThat(requests).hasSize(1).first().asString().startsWith("GET /admin/sessions ");
    }

    @Test
    void aSessionIsAcknowledgedStoppedAndResumedWithAKeyFromAFile() throws IOException {
        Path key = Files.writeString(folder.resolve("key"), "s3cret\n");
        answer = "{}";
        for (String action : List.of("ack", "stop", "resume")) {
            JobFixture.Outcome outcome = sessions(action, "key:my laptop", "--key", "file:" + key);
            assertThat(outcome.code()).as(outcome.err()).isZero();
            assertThat(outcome.out()).isEqualTo("done\n");
        }
        String path = "POST /admin/sessions/key%3Amy%20laptop/";
        assertThat(requests)
                .containsExactly(
                        path + "acknowledge Bearer s3cret",
                        path + "stop Bearer s3cret",
                        path + "resume Bearer s3cret");
    }

    @Test
    void aRefusalIsSaidWithTheProxysOwnWords() {
        status = 404;
        answer = "{\"error\":{\"message\":\"there is no session x\"}}";
        JobFixture.Outcome outcome = sessions("stop", "x");
        assertThat(outcome.code()).isEqualTo(ExitCode.USAGE.code());
        assertThat(outcome.err()).contains("the proxy refuses: there is no session x");
    }

    @Test
    void mistakesAreSaid() {
        assertThat(sessions("stop").err()).contains("an ID is missing");
        assertThat(sessions("list", "--key", "sk-1234").err())
                .contains("--key must be env:NAME or file:PATH");
        proxy.stop(0);
        JobFixture.Outcome outcome = sessions();
        assertThat(outcome.code()).isEqualTo(ExitCode.REMOTE_FAILED.code());
        assertThat(outcome.err()).contains("cannot reach the proxy at http://localhost:");
    }

    private JobFixture.Outcome sessions(String... arguments) {
        List<String> all = new ArrayList<>(List.of("sessions"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--proxy", "http://localhost:" + proxy.getAddress().getPort()));
        return JobFixture.distill(all.toArray(String[]::new));
    }
}
