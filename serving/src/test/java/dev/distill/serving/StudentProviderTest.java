package dev.distill.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.models.EncoderClassifier;
import dev.distill.models.Prediction;
import dev.distill.proxy.upstream.Outcome;
import dev.distill.proxy.upstream.Provider;
import dev.distill.proxy.wire.Refusal;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StudentProviderTest {
    /** A tiny random BERT with a classification head. */
    private static final Path STUDENT = Path.of("../models/src/test/resources/golden/bert");

    private Provider student;

    @BeforeEach
    void load() {
        student = StudentProvider.load(STUDENT, InstantSource.system());
    }

    @AfterEach
    void close() {
        student.close();
    }

    @Test
    void answersTheLastUserMessageAsTheClassifierDoes() throws InterruptedException {
        ObjectNode request = request("an earlier one");
        request.withArray("messages")
                .add(Json.object().put("role", "assistant").put("content", "yes?"))
                .add(Json.object().put("role", "user").put("content", "where is my order"));
        Prediction expected = predict(List.of("where is my order")).getFirst();

        JsonNode body = answer(student.complete("m", request));

        assertThat(label(body)).isEqualTo(expected.label());
        JsonNode token = body.at("/choices/0/logprobs/content/0");
        assertThat(token.path("token").asText()).isEqualTo(expected.label());
        assertThat(Math.exp(token.path("logprob").asDouble()))
                .isCloseTo(expected.confidence(), within(1e-6));
        assertThat(token.path("top_logprobs")).hasSize(2);
        assertThat(body.at("/usage/prompt_tokens").asInt()).isEqualTo(expected.tokens());
    }

    @Test
    void logprobsComeOnlyWhenTheyAreAskedFor() throws InterruptedException {
        ObjectNode request = request("hello");
        request.remove(List.of("logprobs", "top_logprobs"));

        assertThat(answer(student.complete("m", request)).at("/choices/0/logprobs").isNull())
                .isTrue();
    }

    @Test
    void everyOneOfManyCallersGetsTheAnswerToItsOwnText() throws Exception {
        List<String> texts =
                IntStream.range(0, 200)
                        .mapToObj(i -> "order " + "please ".repeat(i % 9) + i)
                        .toList();
        List<Prediction> expected = predict(texts);
        List<Future<Outcome>> outcomes = new ArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (String text : texts) {
                outcomes.add(callers.submit(() -> student.complete("m", request(text))));
            }
        }

        for (int i = 0; i < texts.size(); i++) {
            JsonNode body = answer(outcomes.get(i).get());
            assertThat(label(body)).isEqualTo(expected.get(i).label());
            assertThat(Math.exp(body.at("/choices/0/logprobs/content/0/logprob").asDouble()))
                    .isCloseTo(expected.get(i).confidence(), within(1e-5));
        }
    }

    @Test
    void aRequestWithoutAUserMessageIsTheCallersFault() throws InterruptedException {
        ObjectNode request = Json.object();
        request.putArray("messages")
                .add(Json.object().put("role", "system").put("content", "hello"));

        assertThat(student.complete("m", request))
                .isInstanceOfSatisfying(
                        Outcome.Failure.class,
                        failure -> {
                            assertThat(failure.kind()).isEqualTo(Refusal.Kind.CALLER_FAULT);
                            assertThat(failure.message()).isEqualTo("there is no user message");
                        });
    }

    @Test
    void afterTheEndCallersAreTurnedAwayAndNotKeptWaiting() throws InterruptedException {
        student.close();

        assertThat(student.complete("m", request("hello")))
                .isInstanceOfSatisfying(
                        Outcome.Failure.class,
                        failure -> {
                            assertThat(failure.kind()).isEqualTo(Refusal.Kind.OVERLOADED);
                            assertThat(failure.message()).contains("the student is shut down");
                        });
    }

    private static List<Prediction> predict(List<String> texts) {
        try (EncoderClassifier classifier = EncoderClassifier.load(STUDENT)) {
            return classifier.classify(texts);
        }
    }

    private static ObjectNode request(String text) {
        ObjectNode request = Json.object().put("logprobs", true).put("top_logprobs", 2);
        request.putArray("messages").add(Json.object().put("role", "user").put("content", text));
        return request;
    }

    private static JsonNode answer(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Answer.class);
        return ((Outcome.Answer) outcome).completion();
    }

    private static String label(JsonNode body) {
        return body.at("/choices/0/message/content").asText();
    }
}
