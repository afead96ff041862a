package dev.distill.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.upstream.Outcome;
import dev.distill.proxy.upstream.Provider;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A tiny random Llama: what it says means nothing, but it has to say it as it was asked. */
class ChatProviderTest {
    private static final Path LLAMA = Path.of("../models/src/test/resources/golden/llama");
    private static Provider student;

    @BeforeAll
    static void load() {
        student = StudentProvider.load(LLAMA, InstantSource.system());
    }

    @AfterAll
    static void close() {
        student.close();
    }

    @Test
    void anAnswerHasAsManyTokensAsItMayHaveAndCountsThem() throws InterruptedException {
        JsonNode answer = answer(request().put("max_tokens", 3));

        assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("length");
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(3);
        int prompt = answer.at("/usage/prompt_tokens").asInt();
        assertThat(prompt).isPositive();
        assertThat(answer.at("/usage/total_tokens").asInt()).isEqualTo(prompt + 3);
        assertThat(answer.at("/choices/0/logprobs").isNull()).isTrue();
        assertThat(
                        answer(request().put("max_completion_tokens", 2))
                                .at("/usage/completion_tokens")
                                .asInt())
                .isEqualTo(2);
    }

    @Test
    void eachTokenHasItsLogprobAndTheLikeliestOthers() throws InterruptedException {
        JsonNode tokens =
                answer(request().put("max_tokens", 4).put("logprobs", true).put("top_logprobs", 3))
                        .at("/choices/0/logprobs/content");

        assertThat(tokens).hasSize(4);
        for (JsonNode token : tokens) {
            assertThat(token.path("top_logprobs")).hasSize(3);
            // At temperature 0 the likeliest is taken.
            assertThat(token.path("logprob").asDouble())
                    .isEqualTo(token.at("/top_logprobs/0/logprob").asDouble());
            assertThat(token.at("/top_logprobs/1/logprob").asDouble())
                    .isLessThanOrEqualTo(token.path("logprob").asDouble());
        }
    }

    @Test
    void aStopStringEndsTheAnswerBeforeItself() throws InterruptedException {
        String whole = text(answer(request().put("max_tokens", 24)));
        String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 2);

        JsonNode answer = answer(request().put("max_tokens", 24).put("stop", stop));

        assertThat(text(answer)).isEqualTo(whole.substring(0, whole.indexOf(stop)));
        assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    }

    @Test
    void aSeedMakesDrawnAnswersRepeatable() throws InterruptedException {
        ObjectNode drawn = request().put("temperature", 1.5).put("max_tokens", 24);

        String first = text(answer(drawn.deepCopy().put("seed", 1)));

        assertThat(text(answer(drawn.deepCopy().put("seed", 1)))).isEqualTo(first);
        assertThat(text(answer(drawn.deepCopy().put("seed", 2)))).isNotEqualTo(first);
    }

    @Test
    void whatItCannotDoIsRefusedAndSaidWhy() throws InterruptedException {
        assertThat(refusal(request().put("n", 2))).isEqualTo("400 n must be 1, got 2");
        assertThat(refusal(request().put("temperature", -1)))
                .isEqualTo("400 temperature must be >= 0, got -1.0");
        ObjectNode picture = Json.object();
        picture.putArray("messages")
                .addObject()
                .put("role", "user")
                .putArray("content")
                .addObject()
                .put("type", "image_url");
        assertThat(refusal(picture)).contains("400 content must be text", "image_url");
        ObjectNode tooLong = Json.object();
        tooLong.putArray("messages")
                .addObject()
                .put("role", "user")
                .put("content", "order ".repeat(400));
        assertThat(refusal(tooLong)).contains("tokens, and the student reads 256 with its answer");
    }

    private static ObjectNode request() {
        ObjectNode request = Json.object().put("temperature", 0);
        request.putArray("messages").addObject().put("role", "user").put("content", "hello");
        return request;
    }

    private static String text(JsonNode answer) {
        return answer.at("/choices/0/message/content").asText();
    }

    private static JsonNode answer(ObjectNode request) throws InterruptedException {
        return ((Outcome.Answer) student.complete("tiny", request)).completion();
    }

    private static String refusal(ObjectNode request) throws InterruptedException {
        Outcome.Failure failure = (Outcome.Failure) student.complete("tiny", request);
        return failure.status() + " " + failure.message();
    }
}
