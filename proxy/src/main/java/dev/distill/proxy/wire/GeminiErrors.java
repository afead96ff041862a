package dev.distill.proxy.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Refusal.Kind;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Errors of Google's APIs. */
final class GeminiErrors {
    private static final Pattern SECONDS = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)s");
    private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000);

    private GeminiErrors() {}

    static Refusal read(int status, String body) {
        JsonNode error = error(body);
        String type = error.path("status").asText("");
        String message = error.path("message").asText(ErrorText.of(status, body));
        JsonNode details = error.path("details");
        return new Refusal(
                status,
                kind(status == 0 ? error.path("code").asInt() : status, type, message, details),
                type,
                text(details, "reason"),
                message,
                Optional.empty(),
                text(details, "retryDelay").flatMap(GeminiErrors::delay));
    }

    /** The error, alone or in a list as streams have it. */
    private static JsonNode error(String body) {
        try {
            JsonNode json = Json.parse(body);
            return (json.isArray() ? json.path(0) : json).path("error");
        } catch (JsonProcessingException _) {
            return Json.object();
        }
    }

    private static Kind kind(int status, String type, String message, JsonNode details) {
        String words = message.toLowerCase(Locale.ROOT);
        return switch (type) {
            case "UNAUTHENTICATED", "PERMISSION_DENIED" -> Kind.CREDENTIALS;
            case "INVALID_ARGUMENT" -> invalid(words, details);
            // the account has no billing, or not in this country
            case "FAILED_PRECONDITION" -> Kind.QUOTA_EXHAUSTED;
            case "NOT_FOUND" -> Kind.MODEL_GONE;
            case "RESOURCE_EXHAUSTED" ->
                    isUsedUp(words, details) ? Kind.QUOTA_EXHAUSTED : Kind.RATE_LIMITED;
            case "UNAVAILABLE" -> Kind.OVERLOADED;
            case "INTERNAL", "DEADLINE_EXCEEDED", "CANCELLED", "UNKNOWN", "ABORTED" ->
                    Kind.TRANSIENT;
            default -> ErrorText.kind(status);
        };
    }

    private static Kind invalid(String message, JsonNode details) {
        if (text(details, "reason").orElse("").startsWith("API_KEY")
                || message.contains("api key not valid")
                || message.contains("api key expired")) {
            return Kind.CREDENTIALS;
        }
        return message.contains("token count") && message.contains("exceeds")
                ? Kind.CONTEXT_LENGTH
                : Kind.CALLER_FAULT;
    }

    /** Whether it is a quota of a day or more, one of nothing, or money. */
    private static boolean isUsedUp(String message, JsonNode details) {
        for (JsonNode detail : details) {
            for (JsonNode violation : detail.path("violations")) {
                String quota = violation.path("quotaId").asText("");
                if (quota.contains("PerDay")
                        || quota.contains("PerMonth")
                        || violation.path("quotaValue").asText("").equals("0")) {
                    return true;
                }
            }
        }
        return message.contains("credits are depleted") || message.contains("spending cap");
    }

    private static Optional<String> text(JsonNode details, String member) {
        for (JsonNode detail : details) {
            if (detail.path(member).isTextual()) {
                return Optional.of(detail.path(member).textValue());
            }
        }
        return Optional.empty();
    }

    /** A duration as protocol buffers have it in JSON, such as {@code 34.07s}. */
    private static Optional<Duration> delay(String text) {
        Matcher matcher = SECONDS.matcher(text);
        return matcher.matches()
                ? Optional.of(
                        Duration.ofNanos(
                                new BigDecimal(matcher.group(1)).multiply(NANOS).longValue()))
                : Optional.empty();
    }
}
