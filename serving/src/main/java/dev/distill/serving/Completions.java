package dev.distill.serving;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.proxy.upstream.Outcome;
import dev.distill.proxy.wire.Refusal;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/** How students answer and refuse; {@code start} is {@link System#nanoTime} at the call's start. */
final class Completions {
    private Completions() {}

    /**
     * A chat completion of one choice.
     *
     * @param asked whose answer it is: the same question has the same {@code id}
     */
    static ObjectNode completion(
            String model, String asked, ObjectNode choice, int promptTokens, int completionTokens) {
        ObjectNode completion =
                Json.object()
                        .put("id", "student-" + Digest.of(model + "\n" + asked).brief())
                        .put("object", "chat.completion")
                        .put("model", model);
        completion.putArray("choices").add(choice);
        completion
                .putObject("usage")
                .put("prompt_tokens", promptTokens)
                .put("completion_tokens", completionTokens)
                .put("total_tokens", promptTokens + completionTokens);
        return completion;
    }

    static Outcome answer(String model, ObjectNode completion, long start) {
        return new Outcome.Answer(
                200, Json.line(completion), completion, model, millisSince(start), false);
    }

    /** The request is wrong, and would be again. */
    static Outcome callerFault(String code, String message, long start) {
        return failure(Refusal.Kind.CALLER_FAULT, 400, code, message, start);
    }

    /** The student could not answer now. */
    static Outcome overloaded(ExecutionException e, long start) {
        return failure(
                Refusal.Kind.OVERLOADED, 503, "student", String.valueOf(e.getCause()), start);
    }

    private static Outcome failure(
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
}
