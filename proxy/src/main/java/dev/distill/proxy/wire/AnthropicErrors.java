package dev.distill.proxy.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Refusal.Kind;
import java.util.Locale;
import java.util.Optional;

/** Errors of the Messages API. */
final class AnthropicErrors {
    /** The status of an overload, for which HTTP has 503. */
    static final int OVERLOADED = 529;

    private AnthropicErrors() {}

    /** Reads an error, or whatever else came with the status. */
    static Refusal read(int status, String body) {
        try {
            return read(status, Json.parse(body), body);
        } catch (JsonProcessingException _) {
            return read(status, Json.object(), body);
        }
    }

    /** Reads an error within a stream. */
    static Refusal read(JsonNode body) {
        return read(0, body, "");
    }

    private static Refusal read(int status, JsonNode body, String text) {
        JsonNode error = body.path("error");
        String type = error.path("type").asText("");
        String message = error.path("message").asText(ErrorText.of(status, text));
        Optional<String> code =
                Optional.of(error.path("details").path("error_code").asText(""))
                        .filter(c -> !c.isEmpty());
        Kind kind = kind(status, type, code.orElse(""), message.toLowerCase(Locale.ROOT));
        return new Refusal(status, kind, type, code, message, Optional.empty(), Optional.empty());
    }

    private static Kind kind(int status, String type, String code, String message) {
        return switch (type) {
            case "authentication_error", "permission_error" -> Kind.CREDENTIALS;
            case "billing_error" -> Kind.QUOTA_EXHAUSTED;
            case "not_found_error" -> Kind.MODEL_GONE;
            case "request_too_large" -> Kind.CONTEXT_LENGTH;
            case "rate_limit_error" ->
                    code.equals("enforced_spend_limit_reached")
                            ? Kind.QUOTA_EXHAUSTED
                            : Kind.RATE_LIMITED;
            case "overloaded_error" -> Kind.OVERLOADED;
            case "api_error", "timeout_error" -> Kind.TRANSIENT;
            case "invalid_request_error" -> invalid(message);
            default -> ErrorText.kind(status);
        };
    }

    private static Kind invalid(String message) {
        if (message.contains("credit balance is too low")) {
            return Kind.QUOTA_EXHAUSTED;
        }
        if (message.contains("prompt is too long") || message.contains("exceed context limit")) {
            return Kind.CONTEXT_LENGTH;
        }
        if (message.contains("content filter") || message.contains("usage policy")) {
            return Kind.CONTENT_POLICY;
        }
        return Kind.CALLER_FAULT;
    }

    static ObjectNode write(Refusal refusal, String requestId) {
        ObjectNode body = Json.object().put("type", "error");
        ObjectNode error =
                body.putObject("error")
                        .put("type", type(refusal))
                        .put("message", refusal.message());
        refusal.code().ifPresent(code -> error.putObject("details").put("error_code", code));
        return body.put("request_id", requestId);
    }

    private static String type(Refusal refusal) {
        return switch (refusal.kind()) {
            case CALLER_FAULT, CONTENT_POLICY, CONTEXT_LENGTH -> caller(refusal.status());
            case CREDENTIALS ->
                    switch (refusal.status()) {
                        case 401 -> "authentication_error";
                        case 403 -> "permission_error";
                        default -> "api_error"; // our key, not the caller's
                    };
            case RATE_LIMITED, QUOTA_EXHAUSTED ->
                    refusal.status() == 402 ? "billing_error" : "rate_limit_error";
            case OVERLOADED -> "overloaded_error";
            case TRANSIENT, MALFORMED -> refusal.status() == 504 ? "timeout_error" : "api_error";
            case MODEL_GONE -> "not_found_error";
        };
    }

    private static String caller(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 402 -> "billing_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            default -> "invalid_request_error";
        };
    }
}
