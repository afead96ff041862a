package dev.distill.serving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.models.Classifier;
import dev.distill.models.Prediction;
import dev.distill.models.students.Students;
import dev.distill.proxy.upstream.Outcome;
import dev.distill.proxy.upstream.Provider;
import dev.distill.proxy.wire.Refusal;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;

/**
 * A student of this process as a provider of the proxy. It answers a chat completion with the label
 * of the last user message; the system prompt is the teacher's and is not read. The label is one
 * token in {@code logprobs}, with the likeliest other labels as its alternatives.
 */
public final class StudentProvider implements Provider {
    private final Batcher batcher;
    private final List<String> labels;

    private StudentProvider(Classifier classifier) {
        this.labels = classifier.labels();
        this.batcher = new Batcher(classifier);
    }

    /** Loads a student package, a folder in the Hugging Face layout. */
    public static StudentProvider load(Path folder) {
        return new StudentProvider(Students.load(folder));
    }

    @Override
    public Outcome complete(String model, ObjectNode request) throws InterruptedException {
        long start = System.nanoTime();
        Optional<String> text = lastUserText(request.path("messages"));
        if (text.isEmpty()) {
            return failure(
                    Refusal.Kind.CALLER_FAULT,
                    400,
                    "no_user_message",
                    "there is no user message",
                    start);
        }
        try {
            Prediction prediction = batcher.classify(text.get()).get();
            ObjectNode completion = completion(model, request, text.get(), prediction);
            return new Outcome.Answer(
                    200, Json.line(completion), completion, model, millisSince(start), false);
        } catch (ExecutionException e) {
            return failure(
                    Refusal.Kind.OVERLOADED, 503, "student", String.valueOf(e.getCause()), start);
        }
    }

    private static Optional<String> lastUserText(JsonNode messages) {
        for (int i = messages.size() - 1; i >= 0; i--) {
            JsonNode message = messages.get(i);
            if (message.path("role").asText().equals("user")
                    && message.path("content").isTextual()) {
                return Optional.of(message.get("content").asText());
            }
        }
        return Optional.empty();
    }

    private ObjectNode completion(
            String model, ObjectNode request, String text, Prediction prediction) {
        ObjectNode choice = Json.object().put("index", 0);
        choice.putObject("message").put("role", "assistant").put("content", prediction.label());
        choice.set("logprobs", logprobs(request, prediction));
        choice.put("finish_reason", "stop");
        ObjectNode completion =
                Json.object()
                        .put("id", "student-" + Digest.of(model + "\n" + text).brief())
                        .put("object", "chat.completion")
                        .put("model", model);
        completion.putArray("choices").add(choice);
        completion
                .putObject("usage")
                .put("prompt_tokens", prediction.tokens())
                .put("completion_tokens", 1)
                .put("total_tokens", prediction.tokens() + 1);
        return completion;
    }

    /** The label as one token, as far as the caller asked for log-probabilities. */
    private JsonNode logprobs(ObjectNode request, Prediction prediction) {
        if (!request.path("logprobs").asBoolean()) {
            return Json.object().nullNode();
        }
        List<Double> probabilities = prediction.probabilities();
        List<Integer> best =
                IntStream.range(0, probabilities.size())
                        .boxed()
                        .sorted(Comparator.comparingDouble((Integer i) -> -probabilities.get(i)))
                        .limit(request.path("top_logprobs").asInt())
                        .toList();
        ObjectNode token = token(prediction.label(), prediction.confidence());
        ArrayNode alternatives = token.putArray("top_logprobs");
        best.forEach(i -> alternatives.add(token(labels.get(i), probabilities.get(i))));
        ObjectNode logprobs = Json.object();
        logprobs.putArray("content").add(token);
        return logprobs;
    }

    private static ObjectNode token(String label, double probability) {
        return Json.object().put("token", label).put("logprob", Math.log(probability));
    }

    private static Outcome.Failure failure(
            Refusal.Kind kind, int status, String code, String message, long start) {
        return new Outcome.Failure(
                kind,
                status,
                code,
                message,
                Optional.empty(),
                Optional.empty(),
                millisSince(start),
                false);
    }

    private static long millisSince(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }

    @Override
    public void close() {
        batcher.close();
    }
}
