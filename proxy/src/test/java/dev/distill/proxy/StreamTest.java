package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ProxyConfig;
import dev.distill.proxy.TestProxy.Streamed;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("it")
final class StreamTest {
    /** As odd as the format allows: spaces, members that nobody knows, comments, a lone CR LF. */
    private static final String FIRST =
            """
            : keepalive

            data: { "id":"c-1","object":"chat.completion.chunk","model":"fake-1","x_odd":[1.50],"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

            """;

    private static final String HEL =
            "data:{\"id\":\"c-1\",\"model\":\"fake-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"H\\u0065l\"}}]}\r\n\r\n";
    private static final String LO =
            "data: {\"id\":\"c-1\",\"model\":\"fake-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo \uD83C\uDF89\"}}]}\n\n";
    private static final String STOP =
            "data: {\"id\":\"c-1\",\"model\":\"fake-1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    private static final String USAGE =
            "data: {\"id\":\"c-1\",\"model\":\"fake-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15}}\n\n";
    private static final String DONE = "data: [DONE]\n\n";
    private static final Pattern CONTENT = Pattern.compile("\"content\":\"([^\"]*)\"");

    @TempDir private Path folder;
    private final FakeUpstream upstream = new FakeUpstream();
    private final FakeUpstream other = new FakeUpstream();

    @AfterEach
    void stop() {
        upstream.close();
        other.close();
    }

    @Test
    void passesAStreamOnByteForByteButForTheUsageThatOnlyTheProxyAskedFor() throws SQLException {
        upstream.script(FakeUpstream.stream(FIRST, HEL, LO, STOP, USAGE, DONE));
        try (TestProxy proxy = live()) {
            Streamed answer = proxy.stream(TestProxy.request("hi"));
            assertThat(answer.http().statusCode()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo(FIRST + HEL + LO + STOP + DONE);
            assertThat(answer.broken()).isFalse();
            assertThat(answer.header("content-type")).startsWith("text/event-stream");
            assertThat(answer.header(Headers.PROVIDER)).isEqualTo("a");
            assertThat(answer.header(Headers.MODEL)).isEqualTo("fake-1");
        }
        ObjectNode sent = TestProxy.request("hi").put("model", "model-a").put("stream", true);
        sent.putObject("stream_options").put("include_usage", true);
        assertThat(upstream.requests()).containsExactly(sent);
        assertThat(row("SELECT outcome, cost_nano_usd FROM attempts")).isEqualTo("good 20000");
    }

    @Test
    void passesTheUsageOnToWhoeverAskedForIt() {
        upstream.script(FakeUpstream.stream(FIRST, HEL, LO, STOP, USAGE, DONE));
        try (TestProxy proxy = live()) {
            ObjectNode request = TestProxy.request("hi");
            request.putObject("stream_options").put("include_usage", true);
            assertThat(proxy.stream(request).text())
                    .isEqualTo(FIRST + HEL + LO + STOP + USAGE + DONE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64})
    void doesNotMindWhereThePiecesOfAStreamAreCut(int length) {
        String text = FIRST + HEL + STOP + USAGE + DONE;
        List<String> pieces = new ArrayList<>();
        for (int i = 0; i < text.length(); i += length) {
            pieces.add(text.substring(i, Math.min(text.length(), i + length)));
        }
        upstream.script(FakeUpstream.stream(pieces.toArray(String[]::new)));
        try (TestProxy proxy = live()) {
            assertThat(proxy.stream(TestProxy.request("hi")).text())
                    .isEqualTo(FIRST + HEL + STOP + DONE);
        }
    }

    @Test
    void endsACompleteStreamThatLacksItsDone() {
        upstream.script(FakeUpstream.stream(FIRST, HEL, STOP, USAGE));
        try (TestProxy proxy = live()) {
            Streamed answer = proxy.stream(TestProxy.request("hi"));
            assertThat(answer.text()).isEqualTo(FIRST + HEL + STOP + DONE);
            assertThat(answer.broken()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void saysInTheStreamThatItBrokeOffAndNeverEndsLikeAnAnswer(boolean cut) throws SQLException {
        upstream.script(
                cut ? FakeUpstream.cut(FIRST, HEL, LO) : FakeUpstream.stream(FIRST, HEL, LO));
        try (TestProxy proxy = live(upstream, other)) {
            Streamed answer = proxy.stream(TestProxy.request("hi"));
            assertThat(answer.text())
                    .startsWith(FIRST + HEL + LO + "data: {\"error\":{")
                    .contains("\"code\":\"upstream_truncated\"", "the answer broke off: ")
                    .doesNotContain("[DONE]");
            assertThat(answer.broken()).as("the connection does not end well either").isTrue();
        }
        assertThat(upstream.requests()).hasSize(1);
        assertThat(other.requests()).as("never spliced").isEmpty();
        assertThat(row("SELECT outcome, status FROM requests")).isEqualTo("upstream_truncated 200");
        assertThat(row("SELECT outcome, estimated FROM attempts")).isEqualTo("truncated 1");
    }

    @Test
    void goesToTheNextTargetUnseenWhileThereIsNoContent() {
        upstream.script(FakeUpstream.cut(FIRST));
        other.script(FakeUpstream.stream(FIRST, HEL, STOP, DONE));
        try (TestProxy proxy = live(upstream, other)) {
            Streamed answer = proxy.stream(TestProxy.request("hi"));
            assertThat(answer.text()).isEqualTo(FIRST + HEL + STOP + DONE);
            assertThat(answer.header(Headers.PROVIDER)).isEqualTo("b");
        }
    }

    @Test
    void goesToTheNextTargetUnseenAfterAnErrorInTheStreamBeforeTheContent() {
        upstream.script(
                FakeUpstream.stream(
                        FIRST,
                        "data: {\"error\":{\"message\":\"m\",\"type\":\"server_error\"}}\n\n"));
        other.script(FakeUpstream.stream(FIRST, HEL, STOP, DONE));
        try (TestProxy proxy = live(upstream, other)) {
            assertThat(proxy.stream(TestProxy.request("hi")).header(Headers.PROVIDER))
                    .isEqualTo("b");
        }
    }

    @Test
    void refusesAStreamLikeAnythingElseWhenNobodyAnswers() {
        upstream.script(FakeUpstream.error(400, "bad"));
        try (TestProxy proxy = live()) {
            Streamed answer = proxy.stream(TestProxy.request("hi"));
            assertThat(answer.http().statusCode()).isEqualTo(400);
            assertThat(answer.header("content-type")).startsWith("application/json");
            assertThat(answer.text()).contains("\"code\":\"bad\"");
        }
    }

    @Test
    void holdsAnAnswerBackUntilItIsWholeWhereTheRouteSaysSo() {
        upstream.script(FakeUpstream.cut(FIRST, HEL, LO));
        other.script(FakeUpstream.stream(FIRST, LO, STOP, DONE));
        try (TestProxy proxy = start("buffer: true", upstream, other)) {
            Streamed answer = proxy.stream(TestProxy.request("hi"));
            assertThat(answer.text()).isEqualTo(FIRST + LO + STOP + DONE);
            assertThat(answer.broken()).isFalse();
            assertThat(answer.header(Headers.PROVIDER)).isEqualTo("b");
        }
    }

    @Test
    void streamsAStoredAnswerToWhoeverAsksForAStream() {
        upstream.script(FakeUpstream.stream(FIRST, HEL, LO, STOP, USAGE, DONE));
        try (TestProxy proxy = start("store: true", upstream)) {
            Streamed asked = proxy.stream(TestProxy.request("hi"));
            assertThat(asked.header(Headers.STORE)).isEqualTo("miss");
            assertThat(content(asked)).isEqualTo("Hello \uD83C\uDF89");
            assertThat(asked.text()).endsWith(DONE).doesNotContain("prompt_tokens");
            Streamed hit = proxy.stream(TestProxy.request("hi"));
            assertThat(hit.header(Headers.STORE)).isEqualTo("hit");
            assertThat(hit.text()).isEqualTo(asked.text());
            TestProxy.Response whole = proxy.ask("hi");
            assertThat(whole.header(Headers.STORE)).isEqualTo("hit");
            assertThat(whole.content()).isEqualTo("Hello \uD83C\uDF89");
            assertThat(whole.json().at("/usage/completion_tokens").asInt()).isEqualTo(5);
        }
        assertThat(upstream.requests()).hasSize(1);
    }

    @Test
    void streamsAnAnswerThatWasStoredWhole() {
        try (TestProxy proxy = start("store: true", upstream)) {
            assertThat(proxy.ask("hi", Headers.JOB, "j").content()).isEqualTo("hi");
            ObjectNode request = TestProxy.request("hi");
            request.putObject("stream_options").put("include_usage", true);
            Streamed hit = proxy.stream(request, Headers.JOB, "j");
            assertThat(hit.header(Headers.STORE)).isEqualTo("hit");
            assertThat(hit.header(Headers.COST_USD)).isEqualTo("0");
            assertThat(content(hit)).isEqualTo("hi");
            assertThat(hit.text()).contains("\"prompt_tokens\":10").endsWith(DONE);
        }
    }

    private static String content(Streamed answer) {
        Matcher matcher = CONTENT.matcher(answer.text());
        StringBuilder content = new StringBuilder();
        while (matcher.find()) {
            content.append(matcher.group(1));
        }
        return content.toString();
    }

    private TestProxy live() {
        return live(upstream);
    }

    private TestProxy live(FakeUpstream... upstreams) {
        return start("store: false", upstreams);
    }

    private TestProxy start(String setting, FakeUpstream... upstreams) {
        Map<String, String> providers = new LinkedHashMap<>();
        List<String> targets = new ArrayList<>();
        for (FakeUpstream each : upstreams) {
            String name = String.valueOf((char) ('a' + providers.size()));
            providers.put(name, TestProxy.openAi(each));
            targets.add("{ provider: %1$s, model: model-%1$s }".formatted(name));
        }
        ProxyConfig config =
                TestProxy.config(
                        providers,
                        "routes: { teacher: { %s, targets: %s } }".formatted(setting, targets));
        return TestProxy.start(store(), config, List.of());
    }

    private Path store() {
        return folder.resolve("store.db");
    }

    /** The columns of the one row, to be asked for when the proxy has closed. */
    private String row(String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + store());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            String row = rows.getString(1) + " " + rows.getString(2);
            assertThat(rows.next()).isFalse();
            return row;
        }
    }
}
