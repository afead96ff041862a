package dev.distill.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.serving.LiveStudent.AtToken;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers that are read while they are written, over HTTP and through the proxy. */
@Tag("it")
@Timeout(60)
class StreamingTest {
    private static final int TOKENS = 24;

    private static final AtToken NOTHING = (_, _, _) -> {};

    @TempDir private Path folder;

    /** How callers ask and how they are answered. */
    enum Way {
        CHAT("/v1/chat/completions", "\"content\":\"", "[DONE]", "\"error\""),
        MESSAGES("/v1/messages", "text_delta", "message_stop", "event: error"),
        RESPONSES(
                "/v1/responses",
                "response.output_text.delta",
                "response.incomplete",
                "response.failed");

        final String path;
        final String delta;
        final String end;
        final String error;

        Way(String path, String delta, String end, String error) {
            this.path = path;
            this.delta = delta;
            this.end = end;
            this.error = error;
        }

        ObjectNode question() {
            ObjectNode question = LiveStudent.question(TOKENS);
            if (this == RESPONSES) {
                question.remove(List.of("messages", "max_tokens"));
                question.put("input", "hello").put("max_output_tokens", TOKENS);
            }
            return question;
        }

        boolean isDelta(String line) {
            return line.contains(delta) && !line.contains("\"content\":\"\"");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theFirstWordsArriveWhileTheStudentStillWrites(Way way) throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        AtToken last =
                (_, _, token) -> {
                    if (token == TOKENS) {
                        arrived.await();
                    }
                };
        try (LiveStudent student = new LiveStudent(folder, last)) {
            List<String> lines = new ArrayList<>();
            try (BufferedReader answer = student.stream(way.path, way.question())) {
                for (String line : (Iterable<String>) answer.lines()::iterator) {
                    lines.add(line);
                    if (way.isDelta(line)) {
                        arrived.countDown();
                    }
                }
            }
            assertThat(lines).filteredOn(way::isDelta).hasSizeGreaterThan(TOKENS / 2);
            assertThat(lines).anyMatch(line -> line.contains(way.end));
        }
    }

    @Test
    void theDeltasTogetherAreTheAnswerThatIsNotStreamed() throws Exception {
        try (LiveStudent student = new LiveStudent(folder, NOTHING)) {
            String text = at(student.answer(LiveStudent.question(TOKENS)), "/message/content");
            List<Consumer<ObjectNode>> ways =
                    List.of(
                            _ -> {},
                            request -> request.put("max_tokens", 5),
                            request -> request.put("temperature", 1.5).put("seed", 7),
                            request -> request.put("stop", text.substring(9, 12)),
                            request -> request.put("logprobs", true).put("top_logprobs", 2));
            for (Consumer<ObjectNode> way : ways) {
                ObjectNode request = LiveStudent.question(TOKENS);
                way.accept(request);
                JsonNode whole = student.answer(request);

                request.putObject("stream_options").put("include_usage", true);
                ObjectNode joined = joined(student, request);

                ObjectNode choice = (ObjectNode) whole.at("/choices/0");
                assertThat(joined.path("content").asText())
                        .isEqualTo(at(whole, "/message/content"));
                assertThat(joined.path("finish_reason").asText())
                        .isEqualTo(at(whole, "/finish_reason"));
                assertThat(joined.path("logprobs"))
                        .isEqualTo(choice.path("logprobs").path("content"));
                assertThat(joined.path("usage")).isEqualTo(whole.path("usage"));
                assertThat(joined.path("id")).isEqualTo(whole.path("id"));
                assertThat(joined.path("role").asText()).isEqualTo("assistant");
            }
        }
    }

    @Test
    void usageComesOnlyWhenItIsAskedFor() throws Exception {
        try (LiveStudent student = new LiveStudent(folder, NOTHING)) {
            assertThat(joined(student, LiveStudent.question(3)).has("usage")).isFalse();
        }
    }

    @Test
    void whoeverHangsUpInAStreamEndsTheWriting() throws Exception {
        CountDownLatch hungUp = new CountDownLatch(1);
        AtToken hook =
                (student, _, token) -> {
                    if (token == 2) {
                        hungUp.await();
                    }
                    student.wanted.acquire(); // not faster than the proxy hands it on
                };
        try (LiveStudent student = new LiveStudent(folder, hook)) {
            try (BufferedReader answer = student.stream(Way.CHAT.path, LiveStudent.question(200))) {
                var _ = answer.lines().filter(Way.CHAT::isDelta).findFirst().orElseThrow();
            }
            hungUp.countDown();
            assertThat(student.batches.take().getFirst().tokens()).hasSizeLessThan(200);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX) // elsewhere nobody can tell that a caller without a stream has gone
    void whoeverHangsUpBeforeAWholeAnswerEndsTheWritingAtTheNextToken() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        AtToken second =
                (student, _, token) -> {
                    first.countDown();
                    if (token == 2) {
                        student.ended.await();
                    }
                };
        try (LiveStudent student = new LiveStudent(folder, second);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var _ = callers.submit(() -> student.answer(LiveStudent.question(TOKENS)));
            first.await();
            callers.shutdownNow(); // interrupts the client, which closes its connection
            assertThat(student.batches.take().getFirst().tokens()).hasSize(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatBreaksInTheMiddleEndsWithAnErrorAndNeverLikeAnAnswer(Way way) throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        AtToken fifth =
                (_, _, token) -> {
                    if (token == 5 && !broken.getAndSet(true)) {
                        throw new IllegalStateException("the weights are gone");
                    }
                };
        try (LiveStudent student = new LiveStudent(folder, fifth)) {
            assertThat(student.raw(way.path, way.question()))
                    .contains(way.delta, way.error, "the answer broke off", "the weights are gone")
                    .doesNotContain(way.end, "response.completed");
            assertThat(student.raw(way.path, way.question())).contains(way.end);
        }
    }

    @Test
    void streamsThatWaitTogetherAreWrittenSideBySide() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch bothHaveBegun = new CountDownLatch(2);
        AtToken hook =
                (student, batch, token) -> {
                    if (batch == 1 && token == 1) {
                        busy.countDown();
                        student.asked.acquire(3);
                    } else if (batch == 2 && token == TOKENS) {
                        bothHaveBegun.await();
                    }
                };
        try (LiveStudent student = new LiveStudent(folder, hook);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<JsonNode> first = callers.submit(() -> student.answer(LiveStudent.question(3)));
            busy.await();
            Future<?> second = callers.submit(() -> read(student, bothHaveBegun));
            Future<?> third = callers.submit(() -> read(student, bothHaveBegun));
            first.get();
            second.get();
            third.get();
            assertThat(student.batches.take()).hasSize(1);
            assertThat(student.batches.take()).hasSize(2);
        }
    }

    /** Counts down at its first words, and reads to the end. */
    private static int read(LiveStudent student, CountDownLatch begun) throws Exception {
        int deltas = 0;
        try (BufferedReader answer = student.stream(Way.CHAT.path, LiveStudent.question(TOKENS))) {
            for (String line : (Iterable<String>) answer.lines()::iterator) {
                if (Way.CHAT.isDelta(line) && deltas++ == 0) {
                    begun.countDown();
                }
            }
        }
        return deltas;
    }

    private static String at(JsonNode whole, String pointer) {
        return whole.at("/choices/0" + pointer).asText();
    }

    /** What a stream says in all. */
    private static ObjectNode joined(LiveStudent student, ObjectNode request) throws Exception {
        ObjectNode joined = Json.object();
        StringBuilder text = new StringBuilder();
        try (BufferedReader answer = student.stream(Way.CHAT.path, request)) {
            for (String line : (Iterable<String>) answer.lines()::iterator) {
                if (line.startsWith("data: {")) {
                    ObjectNode chunk = (ObjectNode) Json.parse(line.substring(6));
                    JsonNode choice = chunk.at("/choices/0");
                    JsonNode delta = choice.path("delta");
                    text.append(delta.path("content").asText(""));
                    choice.at("/logprobs/content")
                            .forEach(token -> joined.withArray("logprobs").add(token));
                    keep(joined, "id", chunk);
                    keep(joined, "usage", chunk);
                    keep(joined, "role", delta);
                    keep(joined, "finish_reason", choice);
                }
            }
        }
        return joined.put("content", text.toString());
    }

    private static void keep(ObjectNode joined, String member, JsonNode from) {
        if (from.hasNonNull(member)) {
            joined.set(member, from.get(member));
        }
    }
}
