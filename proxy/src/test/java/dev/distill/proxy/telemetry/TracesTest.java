package dev.distill.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.distill.config.ProxyFile;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Usage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("it")
class TracesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.5Z");
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

    private final List<String> bodies = Collections.synchronizedList(new ArrayList<>());
    private final List<String> offers = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger status = new AtomicInteger(200);
    private HttpServer collector;

    @BeforeEach
    void listen() throws IOException {
        collector =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext(
                "/v1/traces",
                exchange -> {
                    if (exchange.getRequestHeaders().containsKey("Upgrade")) {
                        offers.add(exchange.getRequestHeaders().getFirst("Upgrade"));
                    }
                    bodies.add(
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8));
                    exchange.sendResponseHeaders(status.get(), -1);
                    exchange.close();
                });
        collector.start();
    }

    @AfterEach
    void stop() {
        collector.stop(0);
    }

    @Test
    void aRequestAndItsAttemptsArriveAtTheCollectorInTheCallersTrace() throws IOException {
        Map<String, String> upstream;
        try (Traces traces = traces(1)) {
            RequestSpan request =
                    traces.begin("chat", "route-a", Optional.of(PARENT), Optional.of("v=1"));
            AttemptSpan attempt =
                    request.attempt(
                            "chat", "openai", "gpt-5", URI.create("https://api.openai.com/v1"));
            upstream = attempt.headers();
            attempt.answered("gpt-5-2026", new Usage(5, 7, 0, 0, 0, 2, 3, 0, 0));
            attempt.end(OptionalInt.of(200), Optional.empty());
            request.session("s-1");
            request.firstChunk(1_500_000_000L);
            request.answered("openai", "gpt-5-2026", List.of("stop"));
            request.usage(new Usage(5, 7, 0, 0, 0, 2, 3, 0, 0));
            request.end(200, Optional.empty());
            request.end(500, Optional.of("internal"));
        }
        JsonNode spans = spans();
        assertThat(spans).hasSize(2);
        JsonNode child = spans.get(0);
        JsonNode server = spans.get(1);
        assertThat(server.get("traceId").asText()).isEqualTo(TRACE);
        assertThat(server.get("parentSpanId").asText()).isEqualTo("b7ad6b7169203331");
        assertThat(server.get("name").asText()).isEqualTo("chat route-a");
        assertThat(server.get("kind").asInt()).isEqualTo(2);
        assertThat(server.get("startTimeUnixNano").asText()).isEqualTo("1767225600500000000");
        assertThat(attributes(server))
                .containsEntry("gen_ai.operation.name", "chat")
                .containsEntry("gen_ai.provider.name", "openai")
                .containsEntry("gen_ai.request.model", "route-a")
                .containsEntry("gen_ai.response.model", "gpt-5-2026")
                .containsEntry("gen_ai.response.time_to_first_chunk", "1.5")
                .containsEntry("gen_ai.usage.input_tokens", "12")
                .containsEntry("gen_ai.usage.cache_read.input_tokens", "7")
                .containsEntry("gen_ai.usage.output_tokens", "5")
                .containsEntry("gen_ai.usage.reasoning.output_tokens", "3")
                .containsEntry("gen_ai.conversation.id", "s-1")
                .containsEntry("http.response.status_code", "200")
                .doesNotContainKey("error.type");
        assertThat(child.get("kind").asInt()).isEqualTo(3);
        assertThat(child.get("parentSpanId")).isEqualTo(server.get("spanId"));
        assertThat(attributes(child))
                .containsEntry("server.address", "api.openai.com")
                .containsEntry("server.port", "443");
        assertThat(upstream)
                .containsEntry(
                        "traceparent", "00-" + TRACE + "-" + child.get("spanId").asText() + "-01")
                .containsEntry("tracestate", "v=1");
        assertThat(offers).as("offers of another protocol").isEmpty();
    }

    @Test
    void aFailureSaysWhatWentWrong() throws IOException {
        try (Traces traces = traces(1)) {
            begin(traces, Optional.empty()).end(503, Optional.of("overloaded"));
        }
        JsonNode span = spans().get(0);
        assertThat(attributes(span)).containsEntry("error.type", "overloaded");
        assertThat(span.get("status").get("code").asInt()).isEqualTo(2);
    }

    @Test
    void theCallerDecidesAboutItsTraceAndTheShareAboutAllOthers() throws IOException {
        try (Traces traces = traces(0)) {
            begin(traces, Optional.empty()).end(200, Optional.empty());
            begin(traces, Optional.of(PARENT)).end(200, Optional.empty());
            RequestSpan not = begin(traces, Optional.of(PARENT.replace("-01", "-00")));
            assertThat(attempt(not).headers().get("traceparent")).endsWith("-00");
            not.end(200, Optional.empty());
        }
        assertThat(spans()).hasSize(1);
    }

    @Test
    void whatIsNoTraceparentBeginsATraceOfItsOwn() {
        try (Traces traces = traces(1)) {
            for (String header :
                    List.of(
                            "",
                            "00-" + TRACE + "-b7ad6b7169203331",
                            "ff-" + TRACE + "-b7ad6b7169203331-01",
                            "00-" + "0".repeat(32) + "-b7ad6b7169203331-01",
                            PARENT + "-more",
                            PARENT.replace('a', 'G'))) {
                assertThat(begin(traces, Optional.of(header)).traceId())
                        .hasSize(32)
                        .isNotEqualTo(TRACE);
            }
            assertThat(begin(traces, Optional.of("cc" + PARENT.substring(2) + "-x")).traceId())
                    .isEqualTo(TRACE);
        }
    }

    @Test
    void aCollectorThatIsBusyIsAskedAgainAndOneThatRefusesCostsTheSpans() {
        status.set(503);
        Traces traces = traces(1);
        begin(traces, Optional.empty()).end(200, Optional.empty());
        traces.close();
        assertThat(bodies).hasSize(3);
        assertThat(traces.dropped()).isEqualTo(1);
        bodies.clear();
        status.set(400);
        Traces refused = traces(1);
        begin(refused, Optional.empty()).end(200, Optional.empty());
        refused.close();
        assertThat(bodies).hasSize(1);
        assertThat(refused.dropped()).isEqualTo(1);
    }

    @Test
    void withoutACollectorTheCallersTraceIsPassedOnAsItIs() {
        String newer = "cc" + PARENT.substring(2, PARENT.length() - 2) + "03-more";
        try (Traces traces = untraced()) {
            for (String header : List.of(PARENT, PARENT.replace("-01", "-00"), newer)) {
                RequestSpan span =
                        traces.begin("chat", "a", Optional.of(header), Optional.of("v=1"));
                assertThat(attempt(span).headers())
                        .isEqualTo(Map.of("traceparent", header, "tracestate", "v=1"));
            }
        }
    }

    @Test
    void withoutACollectorNobodyIsToldToLeaveATraceOut() {
        try (Traces traces = untraced()) {
            assertThat(attempt(begin(traces, Optional.empty())).headers()).isEmpty();
            assertThat(attempt(begin(traces, Optional.of("00-none"))).headers()).isEmpty();
        }
    }

    private static Traces untraced() {
        String yaml = "{ version: 1, providers: {}, routes: {} }";
        return Traces.open(
                ProxyFile.of(Path.of("proxy.yaml"), yaml).value().telemetry(), () -> NOW);
    }

    private Traces traces(double sample) {
        URI uri = URI.create("http://localhost:" + collector.getAddress().getPort() + "/");
        OtlpExporter exporter = new OtlpExporter(uri, Duration.ofMillis(1));
        return new Traces(
                Optional.of(exporter), sample, () -> NOW, ThreadLocalRandom.current()::nextLong);
    }

    private static RequestSpan begin(Traces traces, Optional<String> parent) {
        return traces.begin("chat", "route-a", parent, Optional.empty());
    }

    private static AttemptSpan attempt(RequestSpan span) {
        return span.attempt("chat", "openai", "gpt-5", URI.create("http://localhost:1"));
    }

    private JsonNode spans() throws IOException {
        assertThat(bodies).hasSize(1);
        JsonNode resource = Json.parse(bodies.getFirst()).get("resourceSpans").get(0);
        assertThat(resource.get("resource").get("attributes").get(0).get("key").asText())
                .isEqualTo("service.name");
        return resource.get("scopeSpans").get(0).get("spans");
    }

    private static Map<String, String> attributes(JsonNode span) {
        Map<String, String> all = new HashMap<>();
        for (JsonNode attribute : span.get("attributes")) {
            JsonNode value = attribute.get("value");
            all.put(attribute.get("key").asText(), value.elements().next().asText());
        }
        return all;
    }
}
