package dev.distill.serving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.models.Classifier;
import dev.distill.models.Prediction;
import dev.distill.proxy.upstream.Outcome;
import dev.distill.proxy.upstream.Provider;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;

/**
 * A classifier of this process as a provider of the proxy. It answers a chat completion with the
 * label of the last user message; the system prompt is the teacher's and is not read. The label is
 * one token in {@code logprobs}, with the likeliest other labels as its alternatives.
 */
final class ClassifierProvider implements Provider {
    private static final int MOST_IN_BATCH = 32;

    private final Batcher<String, Prediction> batcher;
    private final List<String> labels;
    private final InstantSource clock;

    /** Takes the classifier over, to close it in the end. */
    ClassifierProvider(Classifier classifier, InstantSource clock) {
        this.clock = clock;
        this.labels = classifier.labels();
        this.batcher = new Batcher<>(MOST_IN_BATCH, classifier::classify, classifier::close);
    }

    @Override
    public Outcome complete(String model, ObjectNode request) throws InterruptedException {
        long start = System.nanoTime();
        Optional<String> text = lastUserText(request.path("messages"));
        if (text.isEmpty()) {
            return Completions.callerFault("no_user_message", "there is no user message", start);
        }
        try {
            Prediction prediction = batcher.ask(text.get()).get();
            ObjectNode completion = completion(model, request, text.get(), prediction);
            return Completions.answer(model, completion, start);
        } catch (ExecutionException e) {
            return Completions.overloaded(Completions.cause(e), start);
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
        return Completions.completion(
                new Completions.Head(model, text, clock.instant()), choice, prediction.tokens(), 1);
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

    @Override
    public void close() {
        batcher.close();
    }
}
