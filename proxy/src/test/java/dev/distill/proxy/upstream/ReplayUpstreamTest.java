package dev.distill.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ProxyConfig;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.proxy.upstream.Cassette.Chunk;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReplayUpstreamTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Clocks CLOCKS = new Clocks(SECOND, SECOND, SECOND, SECOND, SECOND);
    private static final String WHOLE =
            """
            {"id":"c1","object":"chat.completion","created":7,"model":"m-1","choices":[{"index":0,\
            "message":{"role":"assistant","content":"yes","tool_calls":[{"id":"t","type":"function",\
            "function":{"name":"f","arguments":"{\\"a\\":1}"}}]},"logprobs":{"content":[{"token":"yes"}]},\
            "finish_reason":"tool_calls"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}""";
    private static final List<Chunk> STREAM =
            List.of(
                    new Chunk(300, chunk("{\"role\":\"assistant\",\"content\":\"he\"}", "null")),
                    new Chunk(20, chunk("{\"content\":\"llo\"}", "null")),
                    new Chunk(0, chunk("{}", "\"stop\"")),
                    new Chunk(10, "[DONE]"));

    private final List<Duration> naps = new ArrayList<>();
    private @TempDir Path folder;

    @Test
    void replaysAWholeAnswerAtOnce() throws Exception {
        assertThat(text(whole(false), false, CLOCKS)).isEqualTo(WHOLE);
        assertThat(naps).isEmpty();
    }

    @Test
    void keepsTheTimeOfARecordingWhenAskedTo() throws Exception {
        assertThat(text(whole(true), false, CLOCKS)).isEqualTo(WHOLE);
        assertThat(naps).containsExactly(Duration.ofMillis(612));
        naps.clear();
        text(streamed(true, STREAM), true, CLOCKS);
        assertThat(naps)
                .containsExactly(
                        Duration.ofMillis(300), Duration.ofMillis(20), Duration.ofMillis(10));
    }

    @Test
    void splitsAWholeAnswerWhenAStreamIsAskedFor() throws Exception {
        String stream = text(whole(false), true, CLOCKS);
        assertThat(stream).startsWith("data: {").endsWith("\n\ndata: [DONE]\n\n");
        assertThat(ChatChunks.fold(events(stream))).isEqualTo(Json.parse(WHOLE));
    }

    @Test
    void foldsAStreamWhenAWholeAnswerIsAskedFor() throws Exception {
        JsonNode answer = Json.parse(text(streamed(false, STREAM), false, CLOCKS));
        assertThat(answer.at("/choices/0/message/content").asText()).isEqualTo("hello");
        assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
        assertThat(answer.path("object").asText()).isEqualTo("chat.completion");
    }

    @Test
    void replaysAStreamAsItWas() throws Exception {
        assertThat(events(text(streamed(false, STREAM), true, CLOCKS)))
                .isEqualTo(STREAM.stream().map(Chunk::data).toList());
    }

    @Test
    void aStreamThatWasCutIsNoWholeAnswer() throws Exception {
        Upstream upstream = streamed(false, STREAM.subList(0, 2));
        UpstreamException e =
                catchThrowableOfType(UpstreamException.class, () -> text(upstream, false, CLOCKS));
        assertThat(e.fault()).isEqualTo(Fault.TRUNCATED);
        assertThat(e).hasMessage("the recorded stream ends before the answer does");
    }

    @Test
    void aRecordingThatIsSlowerThanTheClocksRunsIntoThem() throws Exception {
        Duration brief = Duration.ofMillis(200);
        Clocks headers = new Clocks(SECOND, brief, SECOND, SECOND, SECOND);
        assertThat(fault(whole(true), false, headers)).isEqualTo(Fault.HEADERS_TIMEOUT);
        Clocks firstToken = new Clocks(SECOND, SECOND, brief, SECOND, SECOND);
        assertThat(fault(streamed(true, STREAM), true, firstToken))
                .isEqualTo(Fault.FIRST_TOKEN_TIMEOUT);
        assertThat(naps).containsExactly(brief, brief);
    }

    @Test
    void saysSoWhenThereIsNoRecording() throws Exception {
        try (Call call = whole(false).open(ask("never heard", false, CLOCKS))) {
            assertThat(call.status()).isEqualTo(400);
            assertThat(call.errorText())
                    .contains("recording_not_found")
                    .contains("cassette.jsonl has no answer to the user message: never heard");
        }
    }

    @Test
    void refusesEventsThatAreNone() throws IOException {
        Path file = folder.resolve("bad.jsonl");
        Files.writeString(
                file,
                "{\"user\":\"u\",\"model\":\"m\",\"latency_ms\":1,\"status\":200,\"events\":[{\"data\":1}]}\n");
        assertThatThrownBy(() -> Cassette.load(file))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "bad.jsonl:1: events must be a list of {after_ms, data} in place of the body");
    }

    @Test
    void recordsEveryAnswerUnderItsRequestAlsoAcrossRuns() throws Exception {
        Path file = folder.resolve("recorded.jsonl");
        ObjectNode answer = (ObjectNode) Json.parse(WHOLE);
        try (CassetteRecorder recorder = new CassetteRecorder(file)) {
            recorder.whole(request("a", false), "m", 5, 200, answer);
            recorder.whole(request("a", false), "m", 6, 200, Json.object());
            recorder.stream(request("b", true), "m", 330, STREAM);
        }
        try (CassetteRecorder recorder = new CassetteRecorder(file)) {
            recorder.whole(request("b", false), "m", 7, 200, answer);
            recorder.whole(request("c", false), "m", 8, 429, Json.object());
        }
        Cassette cassette = Cassette.load(file);
        assertThat(cassette.answers(Cassette.requestDigest(request("a", true))))
                .extracting(Cassette.Recording::body)
                .containsExactly(WHOLE, "{}");
        assertThat(cassette.answers(Cassette.requestDigest(request("b", true))))
                .extracting(Cassette.Recording::line)
                .containsExactly(3, 4);
        assertThat(cassette.answers(Cassette.requestDigest(request("b", true))).getFirst().events())
                .isEqualTo(STREAM);
        assertThat(cassette.answers(Cassette.requestDigest(request("c", true))).getFirst().status())
                .isEqualTo(429);
        assertThat(cassette.find("a")).isEmpty();
    }

    @Test
    void aModelOfThisProcessAnswersAsAWholeOrAsAStream() throws Exception {
        ObjectNode completion = (ObjectNode) Json.parse(WHOLE);
        Upstream upstream =
                new InProcessUpstream(
                        "local",
                        provider(new Outcome.Answer(200, WHOLE, completion, "m", 1, false)));
        assertThat(text(upstream, false, CLOCKS)).isEqualTo(WHOLE);
        assertThat(ChatChunks.fold(events(text(upstream, true, CLOCKS)))).isEqualTo(completion);
    }

    @Test
    void aModelOfThisProcessFailsLikeAnyOther() throws Exception {
        Upstream upstream =
                new InProcessUpstream(
                        "local",
                        provider(
                                new Outcome.Failure(
                                        Refusal.Kind.OVERLOADED,
                                        0,
                                        "full",
                                        "too much to do",
                                        Optional.empty(),
                                        Optional.of(SECOND),
                                        1,
                                        false)));
        try (Call call = upstream.open(ask("u", true, CLOCKS))) {
            assertThat(call.status()).isEqualTo(503);
            assertThat(call.header("retry-after-ms")).contains("1000");
            assertThat(call.errorText()).contains("too much to do");
        }
    }

    @Property(tries = 100)
    void splittingAndFoldingGivesTheSameAnswer(@ForAll String content, @ForAll String reason)
            throws JsonProcessingException {
        ObjectNode completion = (ObjectNode) Json.parse(WHOLE);
        ((ObjectNode) completion.at("/choices/0/message")).put("content", content);
        ((ObjectNode) completion.at("/choices/0")).put("finish_reason", reason);
        assertThat(ChatChunks.fold(ChatChunks.split(completion, true))).isEqualTo(completion);
    }

    private static Provider provider(Outcome outcome) {
        return new Provider() {
            @Override
            public Outcome complete(String model, ObjectNode request) {
                assertThat(request.has("stream")).isFalse();
                return outcome;
            }

            @Override
            public void close() {
                // nothing to close
            }
        };
    }

    private Upstream whole(boolean latency) throws JsonProcessingException {
        return replay(
                latency,
                recorder ->
                        recorder.whole(request("u", false), "m", 612, 200, ChatAsk.object(WHOLE)));
    }

    private Upstream streamed(boolean latency, List<Chunk> events) {
        return replay(latency, recorder -> recorder.stream(request("u", true), "m", 330, events));
    }

    private Upstream replay(boolean latency, Consumer<CassetteRecorder> what) {
        Path file = folder.resolve("cassette.jsonl");
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (CassetteRecorder recorder = new CassetteRecorder(file)) {
            what.accept(recorder);
        }
        return new ReplayUpstream("replay", new ProxyConfig.Replay(file, latency), naps::add);
    }

    private static Ask ask(String user, boolean stream, Clocks clocks) {
        byte[] body = Json.line(request(user, stream)).getBytes(StandardCharsets.UTF_8);
        return new Ask(
                Dialect.OPENAI_CHAT, "m", body, stream, new Credential.None(), Map.of(), clocks);
    }

    private static ObjectNode request(String user, boolean stream) {
        ObjectNode request = Json.object().put("model", "m").put("stream", stream);
        request.putArray("messages").addObject().put("role", "user").put("content", user);
        request.putObject("stream_options").put("include_usage", true);
        return request;
    }

    private static String text(Upstream upstream, boolean stream, Clocks clocks)
            throws InterruptedException {
        try (Call call = upstream.open(ask("u", stream, clocks))) {
            assertThat(call.status()).isEqualTo(200);
            return new String(call.whole(), StandardCharsets.UTF_8);
        }
    }

    private static Fault fault(Upstream upstream, boolean stream, Clocks clocks) {
        return catchThrowableOfType(UpstreamException.class, () -> text(upstream, stream, clocks))
                .fault();
    }

    private static List<String> events(String stream) {
        return stream.lines()
                .filter(line -> !line.isEmpty())
                .map(line -> line.substring("data: ".length()))
                .toList();
    }

    private static String chunk(String delta, String finishReason) {
        return """
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":%s,"finish_reason":%s}]}"""
                .formatted(delta, finishReason);
    }
}
