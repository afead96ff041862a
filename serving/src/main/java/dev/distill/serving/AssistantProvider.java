package dev.distill.serving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.distill.config.UserError;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.models.assistant.Assistant;
import dev.distill.models.assistant.Assistant.Answer;
import dev.distill.models.assistant.Assistant.Question;
import dev.distill.models.causal.Sampling;
import dev.distill.models.chat.Chat;
import dev.distill.proxy.upstream.Outcome;
import dev.distill.proxy.upstream.Provider;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/**
 * A language model of this process as a provider of the proxy. Of a request it honours the
 * messages, {@code max_tokens} (or {@code max_completion_tokens}), {@code temperature}, {@code
 * top_p}, {@code seed}, {@code stop}, {@code logprobs} and {@code top_logprobs}; what it cannot do
 * is refused. Where nothing is said of sampling, the package's generation_config.json decides.
 */
final class AssistantProvider implements Provider {
    private static final int MOST_IN_BATCH = 8;
    private static final int MOST_ALTERNATIVES = 20;

    private final Assistant assistant;
    private final Batcher<Question, Answer> batcher;

    /** Takes the assistant over, to close it in the end. */
    AssistantProvider(Assistant assistant) {
        this.assistant = assistant;
        this.batcher = new Batcher<>(MOST_IN_BATCH, assistant::answer, assistant::close);
    }

    @Override
    public Outcome complete(String model, ObjectNode request) throws InterruptedException {
        long start = System.nanoTime();
        try {
            Question question = question(request);
            Answer answer = batcher.ask(question).get();
            return Completions.answer(model, completion(model, request, answer), start);
        } catch (UserError | IllegalArgumentException e) {
            return Completions.callerFault("bad_request", String.valueOf(e.getMessage()), start);
        } catch (ExecutionException e) {
            return Completions.overloaded(e, start);
        }
    }

    private Question question(ObjectNode request) {
        if (request.path("n").asInt(1) != 1) {
            throw new IllegalArgumentException("n must be 1, got " + request.get("n"));
        }
        Question question =
                new Question(
                        Chat.of(request.path("messages")),
                        maxTokens(request),
                        sampling(request),
                        stops(request.path("stop")),
                        request.path("logprobs").asBoolean()
                                ? Math.min(request.path("top_logprobs").asInt(), MOST_ALTERNATIVES)
                                : 0);
        assistant.check(question);
        return question;
    }

    private static Optional<Integer> maxTokens(ObjectNode request) {
        JsonNode most =
                request.hasNonNull("max_completion_tokens")
                        ? request.get("max_completion_tokens")
                        : request.path("max_tokens");
        return most.isNumber() ? Optional.of(most.asInt()) : Optional.empty();
    }

    /** OpenAI's default temperature is 1, but a package knows better: it decides unless told. */
    private static Optional<Sampling> sampling(ObjectNode request) {
        if (!request.hasNonNull("temperature") && !request.hasNonNull("top_p")) {
            return Optional.empty();
        }
        return Optional.of(
                new Sampling(
                        request.path("temperature").asDouble(1),
                        0,
                        request.path("top_p").asDouble(1),
                        1,
                        request.path("seed").asLong(0)));
    }

    private static List<String> stops(JsonNode stop) {
        List<String> stops = new ArrayList<>();
        if (stop.isTextual()) {
            stops.add(stop.asText());
        }
        stop.forEach(one -> stops.add(one.asText()));
        return stops.stream().filter(one -> !one.isEmpty()).toList();
    }

    private static ObjectNode completion(String model, ObjectNode request, Answer answer) {
        ObjectNode choice = Json.object().put("index", 0);
        choice.putObject("message").put("role", "assistant").put("content", answer.text());
        choice.set(
                "logprobs",
                request.path("logprobs").asBoolean() ? logprobs(answer) : Json.object().nullNode());
        choice.put("finish_reason", answer.ended() == Assistant.End.STOP ? "stop" : "length");
        ObjectNode completion =
                Json.object()
                        .put(
                                "id",
                                "student-" + Digest.of(model + "\n" + Json.line(request)).brief())
                        .put("object", "chat.completion")
                        .put("model", model);
        completion.putArray("choices").add(choice);
        completion
                .putObject("usage")
                .put("prompt_tokens", answer.promptTokens())
                .put("completion_tokens", answer.completionTokens())
                .put("total_tokens", answer.promptTokens() + answer.completionTokens());
        return completion;
    }

    private static ObjectNode logprobs(Answer answer) {
        ObjectNode logprobs = Json.object();
        ArrayNode content = logprobs.putArray("content");
        for (Assistant.Token token : answer.tokens()) {
            ObjectNode node = content.addObject();
            fill(node, token);
            ArrayNode alternatives = node.putArray("top_logprobs");
            token.alternatives().forEach(other -> fill(alternatives.addObject(), other));
        }
        return logprobs;
    }

    private static void fill(ObjectNode node, Assistant.Token token) {
        node.put("token", token.text()).put("logprob", token.logProbability());
        ArrayNode bytes = node.putArray("bytes");
        for (byte value : token.text().getBytes(StandardCharsets.UTF_8)) {
            bytes.add(Byte.toUnsignedInt(value));
        }
    }

    @Override
    public void close() {
        batcher.close();
    }
}
