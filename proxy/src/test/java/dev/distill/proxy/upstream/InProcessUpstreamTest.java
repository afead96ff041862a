package dev.distill.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.upstream.Chunks.Step;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Refusal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A provider that writes, with a script for what it says. */
@Timeout(60)
final class InProcessUpstreamTest {
    /** Loads no student. */
    static final Function<Path, Provider> NONE =
            folder -> {
                throw new IllegalStateException("nobody asks for " + folder);
            };

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(1);

    private final BlockingQueue<Step> script = new LinkedBlockingQueue<>();
    @TempDir private Path folder;
    private volatile boolean ended;
    private final Upstream upstream = new InProcessUpstream("local", new Scripted());

    @Test
    void aStreamHasTheChunksAsTheyCome() throws Exception {
        script.add(text("Hel"));
        try (Call call = upstream.open(ask(true, clocks(LONG, LONG, LONG), _ -> {}))) {
            byte[] first = new byte[1000];
            String event = new String(first, 0, call.body().read(first), StandardCharsets.UTF_8);
            assertThat(event).startsWith("data: {").contains("Hel").endsWith("}\n\n");
            script.add(text("lo"));
            script.add(new Step.Done());
            assertThat(new String(call.whole(), StandardCharsets.UTF_8))
                    .contains("lo")
                    .endsWith("data: [DONE]\n\n");
            assertThat(ended).isFalse();
        }
        assertThat(ended).isTrue();
    }

    @Test
    void aWholeAnswerIsAllOfThem() throws Exception {
        script.add(text("Hel"));
        script.add(text("lo"));
        script.add(finished());
        script.add(new Step.Done());
        try (Call call = upstream.open(ask(false, clocks(LONG, LONG, LONG), _ -> {}))) {
            assertThat(Json.parse(call.whole()).at("/choices/0/message/content").asText())
                    .isEqualTo("Hello");
        }
        assertThat(ended).isTrue();
    }

    @Test
    void aFailureBeforeTheFirstChunkIsAnErrorLikeAnyOther() throws Exception {
        script.add(failed());
        try (Call call = upstream.open(ask(true, clocks(LONG, LONG, LONG), _ -> {}))) {
            assertThat(call.status()).isEqualTo(503);
            assertThat(call.errorText()).contains("no memory");
        }
        assertThat(ended).isTrue();
    }

    @Test
    void aFailureInTheMiddleEndsAStreamWithAnErrorAndMakesNoWholeAnswer() throws Exception {
        script.add(text("Hel"));
        script.add(failed());
        try (Call call = upstream.open(ask(true, clocks(LONG, LONG, LONG), _ -> {}))) {
            assertThat(new String(call.whole(), StandardCharsets.UTF_8))
                    .contains(
                            "Hel", "\"error\":{\"message\":\"no memory\",\"type\":\"server_error\"")
                    .doesNotContain("[DONE]");
        }
        script.add(text("Hel"));
        script.add(failed());
        try (Call call = upstream.open(ask(false, clocks(LONG, LONG, LONG), _ -> {}))) {
            assertThat(call.status()).isEqualTo(503);
        }
    }

    @Test
    void theClocksRunAsForAnybodyElse() throws Exception {
        assertFault(true, clocks(SHORT, LONG, LONG), Fault.FIRST_TOKEN_TIMEOUT);
        assertFault(true, clocks(LONG, LONG, SHORT), Fault.TOTAL_TIMEOUT);
        assertFault(false, clocks(LONG, LONG, SHORT), Fault.TOTAL_TIMEOUT);
        script.add(text("Hel"));
        try (Call call = upstream.open(ask(true, clocks(LONG, SHORT, LONG), _ -> {}))) {
            call.committed();
            assertThatThrownBy(call::whole)
                    .isInstanceOfSatisfying(
                            UpstreamException.class,
                            e -> assertThat(e.fault()).isEqualTo(Fault.IDLE_TIMEOUT))
                    .hasMessage("nothing from the model of this process for 1 ms");
        }
    }

    @Test
    void whoeverKnowsOfACallCanEndItWhileNothingHasComeYet() {
        Consumer<Call> atOnce = call -> Thread.ofVirtual().start(call::close);
        assertThatThrownBy(() -> upstream.open(ask(false, clocks(LONG, LONG, LONG), atOnce)))
                .isInstanceOfSatisfying(
                        UpstreamException.class,
                        e -> assertThat(e.fault()).isEqualTo(Fault.CLOSED));
        assertThat(ended).isTrue();
    }

    private void assertFault(boolean stream, Clocks clocks, Fault fault) {
        ended = false;
        assertThatThrownBy(() -> upstream.open(ask(stream, clocks, _ -> {})))
                .isInstanceOfSatisfying(
                        UpstreamException.class, e -> assertThat(e.fault()).isEqualTo(fault));
        assertThat(ended).isTrue();
        script.clear();
    }

    private static Clocks clocks(Duration firstToken, Duration idle, Duration total) {
        return new Clocks(LONG, LONG, firstToken, idle, total);
    }

    private static Step text(String text) {
        ObjectNode chunk = Json.object().put("id", "c").put("model", "m");
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.putObject("delta").put("content", text);
        return new Step.More(chunk);
    }

    private static Step finished() {
        ObjectNode chunk = Json.object().put("id", "c").put("model", "m");
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.put("finish_reason", "stop").putObject("delta");
        return new Step.More(chunk);
    }

    private static Step failed() {
        return new Step.Failed(
                new Outcome.Failure(
                        Refusal.Kind.OVERLOADED,
                        503,
                        "student",
                        "no memory",
                        Optional.empty(),
                        Optional.empty(),
                        1,
                        false));
    }

    private static Ask ask(boolean stream, Clocks clocks, Consumer<Call> underway) {
        return new Ask(
                Dialect.OPENAI_CHAT,
                "m",
                "{\"model\":\"m\",\"messages\":[]}".getBytes(StandardCharsets.UTF_8),
                Ask.Purpose.of(stream),
                new Credential.None(),
                Map.of(),
                clocks,
                underway);
    }

    @Test
    void anotherPackageIsAnotherModelForTheStore() throws Exception {
        Files.writeString(folder.resolve("config.json"), "{}");
        Upstream student = InProcessUpstream.of("s", folder, _ -> new Scripted());
        String before = student.storedAs("m");
        assertThat(before).startsWith("m@student-").isEqualTo(student.storedAs("m"));
        assertThat(InProcessUpstream.storedAs("m", folder)).isEqualTo(before);

        Files.writeString(folder.resolve("config.json"), "{ }");
        assertThat(InProcessUpstream.storedAs("m", folder)).isNotEqualTo(before);
        assertThat(student.storedAs("m")).isEqualTo(before); // it is the one that was loaded
    }

    private final class Scripted implements Provider {
        @Override
        public Outcome complete(String model, ObjectNode request) {
            throw new IllegalStateException("it streams");
        }

        @Override
        public Optional<Chunks> stream(String model, ObjectNode request) {
            return Optional.of(new Answer());
        }

        @Override
        public void close() {
            // nothing to close
        }
    }

    private final class Answer implements Chunks {
        @Override
        public Optional<Step> next(Duration most) throws InterruptedException {
            return Optional.ofNullable(script.poll(most.toNanos(), TimeUnit.NANOSECONDS));
        }

        @Override
        public void close() {
            ended = true;
            script.add(failed()); // wakes the reader
        }
    }
}
