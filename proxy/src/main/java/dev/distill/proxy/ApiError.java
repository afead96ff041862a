package dev.distill.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.upstream.Outcome;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * An error as callers of the OpenAI dialect expect it.
 *
 * @param param the member or header at fault, when there is one
 * @param retryAfter when it makes sense to ask again
 */
record ApiError(
        int status,
        String type,
        String code,
        String message,
        Optional<String> param,
        Optional<Duration> retryAfter) {
    /** The job may not spend what the call could cost. */
    static final String BUDGET_EXCEEDED = "budget_exceeded";

    /** The job has a limit, but the model no price. */
    static final String PRICE_UNKNOWN = "price_unknown";

    /** The job has a limit, but the answer has none. */
    static final String MAX_TOKENS_REQUIRED = "max_tokens_required";

    private static final String INVALID_REQUEST = "invalid_request_error";
    private static final Set<String> ABOUT_MONEY =
            Set.of(BUDGET_EXCEEDED, PRICE_UNKNOWN, MAX_TOKENS_REQUIRED);

    /** The caller's request is wrong. */
    static ApiError badRequest(String code, String param, String message) {
        return new ApiError(
                400, INVALID_REQUEST, code, message, Optional.of(param), Optional.empty());
    }

    /** An error without a parameter. */
    static ApiError of(int status, String type, String code, String message) {
        return new ApiError(status, type, code, message, Optional.empty(), Optional.empty());
    }

    /** An error that passes by itself. */
    static ApiError later(int status, String code, String message, Duration retryAfter) {
        return new ApiError(
                status, "server_error", code, message, Optional.empty(), Optional.of(retryAfter));
    }

    /** What a provider said about the caller's request, in the provider's words. */
    static ApiError fromProvider(Outcome.Failure failure) {
        JsonNode error = errorObject(failure.body().orElse(""));
        return new ApiError(
                failure.status(),
                error.path("type").asText(INVALID_REQUEST),
                failure.code(),
                failure.message(),
                Optional.ofNullable(error.path("param").textValue()),
                Optional.empty());
    }

    /** Whether it follows from the terms of one caller, so that another may well get an answer. */
    boolean aboutMoney() {
        return ABOUT_MONEY.contains(code);
    }

    /** The {@code error} member of a provider's answer; a missing node when it has none. */
    static JsonNode errorObject(String body) {
        try {
            return Json.parse(body).path("error");
        } catch (JsonProcessingException _) {
            return Json.object().path("error");
        }
    }

    /** The body of the response. */
    String json() {
        ObjectNode error = Json.object();
        error.put("message", message);
        error.put("type", type);
        error.put("param", param.orElse(null));
        error.put("code", code);
        ObjectNode body = Json.object();
        body.set("error", error);
        return Json.line(body);
    }
}
