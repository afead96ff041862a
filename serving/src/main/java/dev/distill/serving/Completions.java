package dev.distill.serving;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.proxy.upstream.Outcome;
import dev.distill.proxy.wire.Refusal;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/** How students answer and refuse; {@code start} is {@link System#nanoTime} at the call's start. */
final class Completions {
    private Completions() {}

    /**
     * What an answer and each of its chunks say of the whole.
     *
     * @param asked whose answer it is: the same question has the same {@code id}
     */
    record Head(String model, String asked, Instant at) {
        ObjectNode object(String kind) {
            return Json.object()
                    .put("id", "student-" + Digest.of(model + "\n" + asked).brief())
                    .put("object", kind)
                    .put("created", at.getEpochSecond())
                    .put("model", model);
        }
    }

    /** A chat completion of one choice. */
    static ObjectNode completion(
            Head head, ObjectNode choice, int promptTokens, int completionTokens) {
        ObjectNode completion = head.object("chat.completion");
        completion.putArray("choices").add(choice);
        completion.set("usage", usage(promptTokens, completionTokens));
        return completion;
    }

    /** What an answer has used. */
    static ObjectNode usage(int promptTokens, int completionTokens) {
        return Json.object()
                .put("prompt_tokens", promptTokens)
                .put("completion_tokens", completionTokens)
                .put("total_tokens", promptTokens + completionTokens);
    }

    static Outcome answer(String model, ObjectNode completion, long start) {
        return new Outcome.Answer(
                200, Json.line(completion), completion, model, millisSince(start), false);
    }

    /** The request is wrong, and would be again. */
    static Outcome.Failure callerFault(String code, String message, long start) {
        return failure(Refusal.Kind.CALLER_FAULT, 400, code, message, start);
    }

    /** What an answer failed of. */
    static Throwable cause(ExecutionException e) {
        return Objects.requireNonNullElse(e.getCause(), e);
    }

    /** The student could not answer now. */
    static Outcome.Failure overloaded(Throwable cause, long start) {
        return failure(Refusal.Kind.OVERLOADED, 503, "student", cause.toString(), start);
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
}
