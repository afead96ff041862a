package dev.distill.serving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.models.causal.ChatModel;
import dev.distill.models.causal.ChatModel.Ask;
import dev.distill.models.causal.ChatModel.Reply;
import dev.distill.models.causal.Generation.Token;
import dev.distill.models.causal.Sampling;
import dev.distill.models.chat.OpenAiMessages;
import dev.distill.proxy.upstream.Chunks;
import dev.distill.proxy.upstream.Outcome;
import dev.distill.proxy.upstream.Provider;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * A language model of this process as a provider of the proxy, as a whole or as it writes. Of a
 * request it honours the messages, {@code max_tokens} (or {@code max_completion_tokens}), {@code
 * temperature}, {@code top_p}, {@code seed}, {@code stop}, {@code logprobs} and {@code
 * top_logprobs}; what it cannot do is refused. Where nothing is said of sampling, the package's
 * generation_config.json decides.
 */
final class ChatProvider implements Provider {
    private static final int MOST_IN_BATCH = 8;
    private static final int MOST_ALTERNATIVES = 20;

    /** How many tokens a caller may be behind: far more than a connection that is read is. */
    private static final int MOST_UNREAD = 4096;

    private final ChatModel student;
    private final InstantSource clock;
    private final Batcher<Asked, Reply> batcher;

    /** Takes the student over, to close it in the end. */
    ChatProvider(ChatModel student, InstantSource clock) {
        this(student, clock, answering(student));
    }

    /**
     * One whose answers are given by somebody.
     *
     * @param answering answers as {@link ChatModel#reply} does
     */
    ChatProvider(
            ChatModel student, InstantSource clock, Function<List<Asked>, List<Reply>> answering) {
        this.student = student;
        this.clock = clock;
        this.batcher = new Batcher<>(MOST_IN_BATCH, answering, student::close);
    }

    /** Hears of each token of one answer when it is chosen, as {@link ChatModel.Listener} does. */
    @FunctionalInterface
    interface Hearer {
        boolean accept(String piece, Token token);
    }

    /** What is asked, and who hears the answer as it is made. */
    record Asked(Ask ask, Hearer hearer) {}

    static Function<List<Asked>, List<Reply>> answering(ChatModel student) {
        return batch ->
                student.reply(
                        batch.stream().map(Asked::ask).toList(),
                        (i, piece, token) -> batch.get(i).hearer().accept(piece, token));
    }

    @Override
    public Outcome complete(String model, ObjectNode request) throws InterruptedException {
        long start = System.nanoTime();
        Ask ask;
        try {
            ask = ask(request);
        } catch (UserError | IllegalArgumentException e) {
            return refused(e, start);
        }
        AtomicBoolean wanted = new AtomicBoolean(true);
        CompletableFuture<Reply> answer = batcher.ask(new Asked(ask, (_, _) -> wanted.get()));
        try {
            ObjectNode completion = writer(model, request, ask).whole(answer.get());
            return Completions.answer(model, completion, start);
        } catch (ExecutionException e) {
            return Completions.overloaded(Completions.cause(e), start);
        } finally {
            wanted.set(false);
            answer.cancel(false);
        }
    }

    @Override
    public Optional<Chunks> stream(String model, ObjectNode request) {
        long start = System.nanoTime();
        try {
            Ask ask = ask(request);
            ChatStream stream = new ChatStream(writer(model, request, ask), MOST_UNREAD);
            stream.of(batcher.ask(new Asked(ask, stream)));
            return Optional.of(stream);
        } catch (UserError | IllegalArgumentException e) {
            return Optional.of(new Refused(refused(e, start)));
        }
    }

    private ChatWriter writer(String model, ObjectNode request, Ask ask) {
        return new ChatWriter(
                student,
                new Completions.Head(model, Json.line(request), clock.instant()),
                ask.prompt().size(),
                request.path("logprobs").asBoolean());
    }

    private static Outcome.Failure refused(RuntimeException e, long start) {
        return Completions.callerFault("bad_request", String.valueOf(e.getMessage()), start);
    }

    /** An answer that is none. */
    private record Refused(Outcome.Failure failure) implements Chunks {
        @Override
        public Optional<Step> next(Duration most) {
            return Optional.of(new Step.Failed(failure));
        }

        @Override
        public void close() {
            // there is nothing to end
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
            Sampling own = student.defaults().sampling();
            return new Sampling(
                    own.temperature(),
                    own.topK(),
                    own.topP(),
                    own.repetitionPenalty(),
                    request.path("seed").asLong(own.seed()));
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

    @Override
    public void close() {
        batcher.close();
    }
}
