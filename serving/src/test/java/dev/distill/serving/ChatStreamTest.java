package dev.distill.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.models.causal.ChatModel;
import dev.distill.models.causal.ChatModel.Reply;
import dev.distill.models.causal.Generation.End;
import dev.distill.models.causal.Generation.Token;
import dev.distill.models.students.Students;
import dev.distill.proxy.upstream.Chunks.Step;
import dev.distill.serving.Completions.Head;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChatStreamTest {
    private static final Token TOKEN = new Token(65, -1, List.of());
    private static ChatModel student;

    private final CompletableFuture<Reply> answer = new CompletableFuture<>();

    @BeforeAll
    static void load() {
        student = Students.loadChatModel(LiveStudent.LLAMA);
    }

    @AfterAll
    static void close() {
        student.close();
    }

    @Test
    void whoeverLeavesTooMuchUnreadLosesTheAnswerAndTheWritingEnds() throws Exception {
        ChatStream stream = stream();
        assertThat(stream.accept("a", TOKEN)).isTrue();
        assertThat(stream.accept("b", TOKEN)).isTrue();
        assertThat(stream.accept("c", TOKEN)).isFalse();
        answer.complete(reply("abc", 3));

        assertThat(steps(stream).getLast())
                .isInstanceOfSatisfying(
                        Step.Failed.class,
                        failed ->
                                assertThat(failed.failure().message())
                                        .contains("more than 2 tokens were left unread"));
    }

    @Test
    void whoeverReadsMayHaveAnyNumberOfTokens() throws Exception {
        ChatStream stream = stream();
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            assertThat(stream.accept("a", TOKEN)).isTrue();
            steps.add(stream.next(Duration.ZERO).orElseThrow());
        }
        answer.complete(reply("a".repeat(100), 100));
        steps.addAll(steps(stream));

        assertThat(steps).hasSize(1 + 100 + 3).last().isEqualTo(new Step.Done());
    }

    @Test
    void tokensWithoutTextComeWithTheTextThatTheyBelongTo() throws Exception {
        ChatStream stream = stream();
        stream.accept("", TOKEN);
        stream.accept("é", TOKEN);
        answer.complete(reply("é<", 3));

        List<Step> steps = steps(stream);
        assertThat(steps).hasSize(6);
        assertThat(((Step.More) steps.get(1)).chunk().at("/choices/0/logprobs/content")).hasSize(2);
        assertThat(((Step.More) steps.get(2)).chunk().at("/choices/0/delta/content").asText())
                .isEqualTo("<");
    }

    @Test
    void nothingWithinTheTimeIsNothing() throws Exception {
        ChatStream stream = stream();
        assertThat(stream.next(Duration.ofMillis(1))).isEmpty();
    }

    @Test
    void aQuestionThatNobodyWaitsForAnyMoreIsNeverPut() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        List<String> put = new ArrayList<>();
        Batcher<String, String> batcher =
                new Batcher<>(
                        1,
                        questions -> {
                            put.addAll(questions);
                            busy.countDown();
                            try {
                                go.await();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                            return questions;
                        },
                        () -> {});
        try (batcher) {
            CompletableFuture<String> first = batcher.ask("first");
            busy.await();
            CompletableFuture<String> second = batcher.ask("second");
            CompletableFuture<String> third = batcher.ask("third");
            second.cancel(false);
            go.countDown();

            assertThat(first.get()).isEqualTo("first");
            assertThat(third.get()).isEqualTo("third");
            assertThat(put).containsExactly("first", "third");
        }
    }

    /** Of which two tokens may be unread. */
    private ChatStream stream() {
        Head head = new Head("tiny", "hello", Instant.EPOCH);
        ChatStream stream = new ChatStream(new ChatWriter(student, head, 3, true), 2);
        stream.of(answer);
        return stream;
    }

    private static List<Step> steps(ChatStream stream) throws InterruptedException {
        List<Step> steps = new ArrayList<>();
        do {
            steps.add(stream.next(Duration.ZERO).orElseThrow());
        } while (steps.getLast() instanceof Step.More);
        return steps;
    }

    private static Reply reply(String text, int tokens) {
        return new Reply(
                text, IntStream.range(0, tokens).mapToObj(_ -> TOKEN).toList(), End.LENGTH);
    }
}
