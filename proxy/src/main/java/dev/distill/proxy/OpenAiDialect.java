package dev.distill.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.upstream.Outcome;
import dev.distill.proxy.upstream.Outcome.Answer;
import dev.distill.proxy.upstream.Outcome.Failure;
import dev.distill.proxy.wire.Refusal.Kind;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Reads what an endpoint of the OpenAI dialect answered, received just now or recorded. */
final class OpenAiDialect {
    private static final Set<String> QUOTA_CODES =
            Set.of("insufficient_quota", "billing_hard_limit_reached", "billing_not_active");

    /** Enough of a provider's message to act on. */
    private static final int MESSAGE_LENGTH = 1000;

    private OpenAiDialect() {}

    /** A response without the parts that do not matter here. */
    record Response(
            String model,
            int status,
            String body,
            Optional<Duration> retryAfter,
            long latencyMillis,
            boolean simulated) {}

    /** The answer or the failure that a response is. */
    static Outcome read(Response response) {
        return response.status() / 100 == 2 ? completion(response) : refusal(response);
    }

    private static Outcome completion(Response response) {
        try {
            JsonNode body = Json.parse(response.body());
            JsonNode message = body.path("choices").path(0).path("message");
            if (body instanceof ObjectNode completion && message.isObject()) {
                return new Answer(
                        response.status(),
                        response.body(),
                        completion,
                        body.path("model").asText(response.model()),
                        response.latencyMillis(),
                        response.simulated());
            }
            return malformed(response, "the answer has no choices with a message");
        } catch (JsonProcessingException e) {
            return malformed(response, "the answer is not JSON: " + e.getOriginalMessage());
        }
    }

    private static Failure malformed(Response response, String message) {
        return new Failure(
                Kind.MALFORMED,
                response.status(),
                "malformed_answer",
                message,
                Optional.of(response.body()),
                Optional.empty(),
                response.latencyMillis(),
                response.status() / 100 == 2);
    }

    private static Failure refusal(Response response) {
        JsonNode error = ApiError.errorObject(response.body());
        String code = error.path("code").asText(error.path("type").asText("provider_error"));
        String fallback = "the provider answered with status " + response.status();
        String message = error.path("message").asText(fallback);
        return new Failure(
                kind(response.status(), code, error.path("type").asText("")),
                response.status(),
                code,
                message.substring(0, Math.min(message.length(), MESSAGE_LENGTH)),
                Optional.of(response.body()),
                response.retryAfter(),
                response.latencyMillis(),
                false);
    }

    private static Kind kind(int status, String code, String type) {
        return switch (status) {
            case 401, 403 -> Kind.CREDENTIALS;
            case 402 -> Kind.QUOTA_EXHAUSTED;
            case 404, 410 -> Kind.MODEL_GONE;
            case 408, 409, 425 -> Kind.TRANSIENT;
            case 429 ->
                    QUOTA_CODES.contains(code) || QUOTA_CODES.contains(type)
                            ? Kind.QUOTA_EXHAUSTED
                            : Kind.RATE_LIMITED;
            case 503, 529 -> Kind.OVERLOADED;
            default ->
                    switch (status / 100) {
                        case 5 -> Kind.TRANSIENT;
                        case 4 -> Kind.CALLER_FAULT;
                        default -> Kind.MALFORMED;
                    };
        };
    }
}
