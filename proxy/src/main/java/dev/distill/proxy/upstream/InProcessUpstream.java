package dev.distill.proxy.upstream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.files.WholeFolder;
import dev.distill.proxy.upstream.RecordedCall.Piece;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Refusal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A model of this process as a provider. A {@link Provider} that streams answers as it writes, and
 * stops writing when the call is closed. Of one that has only whole answers, the answer is the one
 * content event of a stream, and its clocks are its own affair.
 */
public final class InProcessUpstream implements Upstream {
    private final String name;
    private final Provider provider;
    private final UnaryOperator<String> storedAs;
    private final KeyPool keys = KeyPool.none();

    /** Takes a provider over, to close it in the end. */
    public InProcessUpstream(String name, Provider provider) {
        this(name, provider, provider::storedAs);
    }

    private InProcessUpstream(String name, Provider provider, UnaryOperator<String> storedAs) {
        this.name = name;
        this.provider = provider;
        this.storedAs = storedAs;
    }

    /** Loads the student of a folder, whose answers are stored under what the folder holds. */
    static InProcessUpstream of(String name, Path folder, Function<Path, Provider> students) {
        String content = content(folder);
        return new InProcessUpstream(
                name, students.apply(folder), model -> storedAs(model, content));
    }

    /**
     * The name under which the answers of a student are stored that is not loaded: another package
     * is another model.
     *
     * @throws dev.distill.config.UserError when the folder cannot be read
     */
    public static String storedAs(String model, Path folder) {
        return storedAs(model, content(folder));
    }

    private static String storedAs(String model, String content) {
        return model + "@student-" + content;
    }

    private static String content(Path folder) {
        return Digest.of(
                        WholeFolder.files(folder).stream()
                                .map(file -> Digest.ofFile(folder.resolve(file)).hex() + file)
                                .collect(Collectors.joining("\n")))
                .brief();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<Dialect> speaks() {
        return Set.of(Dialect.OPENAI_CHAT);
    }

    @Override
    public KeyPool keys() {
        return keys;
    }

    @Override
    public String storedAs(String model) {
        return storedAs.apply(model);
    }

    @Override
    public Call open(Ask ask) throws InterruptedException {
        ObjectNode request = ChatAsk.read(ask);
        ObjectNode plain = request.deepCopy();
        plain.remove(List.of("model", "stream", "stream_options"));
        Optional<Chunks> chunks = provider.stream(ask.model(), plain);
        if (chunks.isPresent()) {
            return ChunkCall.open(ask, chunks.get());
        }
        return switch (provider.complete(ask.model(), plain)) {
            case Outcome.Answer answer when ask.stream() ->
                    ChatAsk.stream(
                            ask,
                            request,
                            answer.completion(),
                            OptionalLong.empty(),
                            Duration.ZERO,
                            Thread::sleep);
            case Outcome.Answer answer -> call(ask, 200, answer.body(), Optional.empty());
            case Outcome.Failure failure -> failed(ask, failure);
        };
    }

    /** What a provider over the network would have answered. */
    static Call failed(Ask ask, Outcome.Failure failure) {
        int status = failure.status() == 0 ? status(failure.kind()) : failure.status();
        String body = Json.line(ChatAsk.error(failure.code(), failure.message()));
        return call(ask, status, body, failure.retryAfter());
    }

    @Override
    public void close() {
        provider.close();
    }

    static Call call(Ask ask, int status, String body, Optional<Duration> retryAfter) {
        Map<String, String> headers =
                retryAfter
                        .map(wait -> Map.of("retry-after-ms", Long.toString(wait.toMillis())))
                        .orElseGet(Map::of);
        return new RecordedCall(
                status,
                headers,
                List.of(Piece.whole(body)),
                OptionalLong.empty(),
                Duration.ZERO,
                ask.clocks(),
                Thread::sleep);
    }

    private static int status(Refusal.Kind kind) {
        return switch (kind) {
            case CALLER_FAULT, CONTENT_POLICY, CONTEXT_LENGTH -> 400;
            case CREDENTIALS -> 401;
            case QUOTA_EXHAUSTED -> 402;
            case MODEL_GONE -> 404;
            case RATE_LIMITED -> 429;
            case TRANSIENT, MALFORMED -> 500;
            case OVERLOADED -> 503;
        };
    }
}
