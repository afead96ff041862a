package dev.distill.serving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.models.causal.ChatModel;
import dev.distill.models.causal.ChatModel.Ask;
import dev.distill.models.causal.ChatModel.Reply;
import dev.distill.models.causal.Generation.End;
import dev.distill.models.causal.Generation.Token;
import dev.distill.models.causal.Sampling;
import dev.distill.models.chat.OpenAiMessages;
import dev.distill.proxy.upstream.Outcome;
import dev.distill.proxy.upstream.Provider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * A language model of this process as a provider of the proxy. Of a request it honours the
 * messages, {@code max_tokens} (or {@code max_completion_tokens}), {@code temperature}, {@code
 * top_p}, {@code seed}, {@code stop}, {@code logprobs} and {@code top_logprobs}; what it cannot do
 * is refused. Where nothing is said of sampling, the package's generation_config.json decides.
 */
final class ChatProvider implements Provider {
    private static final int MOST_IN_BATCH = 8;
    private static final int MOST_ALTERNATIVES = 20;

    private final ChatModel student;
    private final Batcher<Ask, Reply> batcher;

    /** Takes the student over, to close it in the end. */
    ChatProvider(ChatModel student) {
        this.student = student;
        this.batcher = new Batcher<>(MOST_IN_BATCH, student::reply, student::close);
    }

    @Override
    public Outcome complete(String model, ObjectNode request) throws InterruptedException {
        long start = System.nanoTime();
        try {
            Ask ask = ask(request);
            Reply reply = batcher.ask(ask).get();
            return Completions.answer(model, completion(model, request, ask, reply), start);
        } catch (UserError | IllegalArgumentException e) {
            return Completions.callerFault("bad_request", String.valueOf(e.getMessage()), start);
        } catch (ExecutionException e) {
            return Completions.overloaded(e, start);
        }
    }

    private Ask ask(ObjectNode request) {
        if (request.path("n").asInt(1) != 1) {
            throw new IllegalArgumentException("n must be 1, got " + request.get("n"));
        }
        long[] prompt = student.prompt(OpenAiMessages.chat(request));
        int positions = student.config().size().positions();
        if (prompt.length >= positions) {
            throw new IllegalArgumentException(
                    "the prompt has %d tokens, and the student reads %d with its answer"
                            .formatted(prompt.length, positions));
        }
        return new Ask(
                prompt,
                maxTokens(request),
                sampling(request),
                stops(request.path("stop")),
                request.path("logprobs").asBoolean()
                        ? Math.min(request.path("top_logprobs").asInt(), MOST_ALTERNATIVES)
                        : 0);
    }

    /** 0 for as many as the student itself says. */
    private static int maxTokens(ObjectNode request) {
        JsonNode most =
                request.hasNonNull("max_completion_tokens")
                        ? request.get("max_completion_tokens")
                        : request.path("max_tokens");
        return most.asInt(0);
    }

    /** OpenAI's default temperature is 1, but a package knows better: it decides unless told. */
    private Sampling sampling(ObjectNode request) {
        if (!request.hasNonNull("temperature") && !request.hasNonNull("top_p")) {
            return student.defaults().sampling();
        }
        return new Sampling(
                request.path("temperature").asDouble(1),
                0,
                request.path("top_p").asDouble(1),
                1,
                request.path("seed").asLong(0));
    }

    private static List<String> stops(JsonNode stop) {
        List<String> stops = new ArrayList<>();
        if (stop.isTextual()) {
            stops.add(stop.asText());
        }
        stop.forEach(one -> stops.add(one.asText()));
        return stops.stream().filter(one -> !one.isEmpty()).toList();
    }

    private ObjectNode completion(String model, ObjectNode request, Ask ask, Reply reply) {
        ObjectNode choice = Json.object().put("index", 0);
        choice.putObject("message").put("role", "assistant").put("content", reply.text());
        choice.set(
                "logprobs",
                request.path("logprobs").asBoolean() ? logprobs(reply) : Json.object().nullNode());
        choice.put("finish_reason", reply.end() == End.LENGTH ? "length" : "stop");
        return Completions.completion(
                model, Json.line(request), choice, ask.prompt().size(), reply.tokens().size());
    }

    /** Of the tokens of the answer, without the one that ended it. */
    private ObjectNode logprobs(Reply reply) {
        ObjectNode logprobs = Json.object();
        ArrayNode content = logprobs.putArray("content");
        for (Token token : reply.tokens()) {
            if (!student.defaults().stopTokens().contains(token.id())) {
                ObjectNode node = content.addObject();
                fill(node, token);
                ArrayNode alternatives = node.putArray("top_logprobs");
                token.alternatives().forEach(other -> fill(alternatives.addObject(), other));
            }
        }
        return logprobs;
    }

    private void fill(ObjectNode node, Token token) {
        String text = student.text(token.id());
        node.put("token", text).put("logprob", token.logProbability());
        ArrayNode bytes = node.putArray("bytes");
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            bytes.add(Byte.toUnsignedInt(value));
        }
    }

    @Override
    public void close() {
        batcher.close();
    }
}
