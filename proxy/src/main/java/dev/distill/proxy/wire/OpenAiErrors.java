package dev.distill.proxy.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Errors of the OpenAI formats, and of the servers that come close to them. */
final class OpenAiErrors {
    /** Types that callers of the format know; those of other dialects are replaced. */
    private static final Set<String> OWN_TYPES =
            Set.of(
                    "invalid_request_error",
                    "authentication_error",
                    "permission_error",
                    "insufficient_quota",
                    "budget_exceeded",
                    "rate_limit_exceeded",
                    "requests",
                    "tokens",
                    "server_error");

    /** Enough of a provider's message to act on. */
    private static final int MESSAGE_LENGTH = 1000;

    private static final Pattern KEY = Pattern.compile("\\b(sk|pk|rk|key)-[\\w*.-]{6,}");
    private static final Pattern HINT =
            Pattern.compile(
                    "(?:try again|retry) (?:in|after) ((?:[\\d.]+ ?(?:ms|milliseconds?|seconds?|s|minutes?|m|hours?|h|d) ?)+)");
    private static final Pattern PIECE = Pattern.compile("(\\d+(?:\\.\\d+)?) ?(ms|mi?l?|s|h|d)");

    private OpenAiErrors() {}

    static Refusal read(int status, String body) {
        try {
            return read(status, Json.parse(body), body);
        } catch (JsonProcessingException _) {
            return read(status, Json.object(), body);
        }
    }

    /** Reads the error within a stream; its status is its code where that is a number. */
    static Refusal read(JsonNode body) {
        return read(0, body, Json.line(body));
    }

    private static Refusal read(int status, JsonNode body, String text) {
        JsonNode error = body.path("error").isObject() ? body.path("error") : body;
        String message = first(error, "message", "error", "detail");
        if (message.isEmpty()) {
            message = ErrorText.of(status, text);
        }
        String type = error.path("type").asText("");
        JsonNode given = error.path("code");
        String code = given.isTextual() ? given.textValue() : "";
        int known = status == 0 && given.canConvertToInt() ? given.intValue() : status;
        String brief = message.substring(0, Math.min(message.length(), MESSAGE_LENGTH));
        return new Refusal(
                status,
                OpenAiErrorKind.of(known, type, code, message),
                type,
                code.isEmpty() ? Optional.empty() : Optional.of(code),
                KEY.matcher(brief).replaceAll("$1-..."),
                Optional.ofNullable(error.path("param").textValue()),
                hint(brief));
    }

    private static String first(JsonNode error, String... names) {
        for (String name : names) {
            JsonNode value = error.path(name);
            if (value.isTextual() && !value.textValue().isBlank()) {
                return value.textValue();
            }
        }
        return "";
    }

    /** How long to wait, as in "Please try again in 1m30.5s". */
    private static Optional<Duration> hint(String message) {
        Matcher hint = HINT.matcher(message.toLowerCase(Locale.ROOT));
        if (!hint.find()) {
            return Optional.empty();
        }
        double seconds = 0;
        Matcher piece = PIECE.matcher(hint.group(1));
        while (piece.find()) {
            double unit =
                    switch (piece.group(2)) {
                        case "ms", "mil" -> 0.001;
                        case "s" -> 1;
                        case "h" -> 3600;
                        case "d" -> 86400;
                        default -> 60;
                    };
            seconds += unit * Double.parseDouble(piece.group(1));
        }
        return Optional.of(Duration.ofMillis(Math.round(seconds * 1000)));
    }

    /** {@code {"error": {...}}}; the request's id is in a header. */
    static ObjectNode write(Refusal refusal) {
        ObjectNode body = Json.object();
        body.putObject("error")
                .put("message", refusal.message())
                .put("type", type(refusal))
                .put("param", refusal.param().orElse(null))
                .put("code", code(refusal));
        return body;
    }

    private static String type(Refusal refusal) {
        if (OWN_TYPES.contains(refusal.type())) {
            return refusal.type();
        }
        return switch (refusal.kind()) {
            case CALLER_FAULT, CONTENT_POLICY, CONTEXT_LENGTH, MODEL_GONE ->
                    "invalid_request_error";
            case CREDENTIALS -> "authentication_error";
            case RATE_LIMITED -> "rate_limit_exceeded";
            case QUOTA_EXHAUSTED -> "insufficient_quota";
            case OVERLOADED, TRANSIENT, MALFORMED -> "server_error";
        };
    }

    /** The more precise word, which clients decide by. */
    static String code(Refusal refusal) {
        return refusal.code()
                .orElseGet(
                        () ->
                                switch (refusal.kind()) {
                                    case CALLER_FAULT -> "invalid_request";
                                    case CONTENT_POLICY -> "content_policy_violation";
                                    case CONTEXT_LENGTH -> "context_length_exceeded";
                                    case CREDENTIALS -> "invalid_api_key";
                                    case RATE_LIMITED -> "rate_limit_exceeded";
                                    case QUOTA_EXHAUSTED -> "insufficient_quota";
                                    case OVERLOADED -> "overloaded";
                                    case TRANSIENT -> "server_error";
                                    case MODEL_GONE -> "model_not_found";
                                    case MALFORMED -> "malformed_answer";
                                });
    }
}
