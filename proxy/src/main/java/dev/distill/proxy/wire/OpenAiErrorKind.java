package dev.distill.proxy.wire;

import dev.distill.proxy.wire.Refusal.Kind;
import java.util.Locale;
import java.util.Set;

/**
 * Tells kinds of failure apart by code and type first, then by the words of the message for servers
 * that give neither, and by the status last.
 */
final class OpenAiErrorKind {
    private static final Set<String> QUOTA =
            Set.of("insufficient_quota", "budget_exceeded", "quota_exceeded");
    private static final Set<String> CONTEXT =
            Set.of("context_length_exceeded", "context_window_exceeded");
    private static final Set<String> POLICY =
            Set.of("content_policy_violation", "content_filter", "invalid_prompt", "moderation");
    private static final Set<String> MODEL =
            Set.of(
                    "model_not_found",
                    "deploymentnotfound",
                    "model_decommissioned",
                    "model_deprecated",
                    "model_not_available");
    private static final Set<String> KEY =
            Set.of(
                    "invalid_api_key",
                    "authentication_error",
                    "invalid_authentication",
                    "account_deactivated",
                    "permission_error");
    private static final Set<String> LIMITED =
            Set.of("rate_limit_exceeded", "rate_limit_error", "too_many_requests");
    private static final Set<String> OVERLOADED =
            Set.of(
                    "overloaded",
                    "overloaded_error",
                    "engine_overloaded",
                    "server_overloaded",
                    "slow_down",
                    "service_unavailable");

    private OpenAiErrorKind() {}

    static Kind of(int status, String type, String code, String message) {
        String lowCode = code.toLowerCase(Locale.ROOT);
        String lowType = type.toLowerCase(Locale.ROOT);
        Set<String> words = lowCode.equals(lowType) ? Set.of(lowCode) : Set.of(lowCode, lowType);
        if (among(QUOTA, words) || words.stream().anyMatch(w -> w.startsWith("billing_"))) {
            return Kind.QUOTA_EXHAUSTED;
        }
        if (among(CONTEXT, words)) {
            return Kind.CONTEXT_LENGTH;
        }
        if (among(POLICY, words)) {
            return Kind.CONTENT_POLICY;
        }
        if (among(MODEL, words)) {
            return Kind.MODEL_GONE;
        }
        if (among(KEY, words)) {
            return Kind.CREDENTIALS;
        }
        if (among(OVERLOADED, words)) {
            return Kind.OVERLOADED;
        }
        if (among(LIMITED, words)) {
            return Kind.RATE_LIMITED;
        }
        return byMessage(status, lowType, message.toLowerCase(Locale.ROOT));
    }

    private static boolean among(Set<String> known, Set<String> words) {
        return words.stream().anyMatch(known::contains);
    }

    private static Kind byMessage(int status, String type, String message) {
        boolean about = status == 0 || status == 400 || status == 413 || status == 422;
        if (about
                && mentions(
                        message,
                        "maximum context length",
                        "context window",
                        "too many tokens",
                        "prompt is too long")) {
            return Kind.CONTEXT_LENGTH;
        }
        if (status != 404
                && mentions(
                        message,
                        "exceeded your current quota",
                        "insufficient balance",
                        "credit balance")) {
            return Kind.QUOTA_EXHAUSTED;
        }
        if (status == 429 && message.contains("overloaded")) {
            return Kind.OVERLOADED;
        }
        if (status == 0) {
            return type.equals("invalid_request_error") ? Kind.CALLER_FAULT : Kind.TRANSIENT;
        }
        return status < 400 ? Kind.MALFORMED : ErrorText.kind(status);
    }

    private static boolean mentions(String message, String... words) {
        for (String word : words) {
            if (message.contains(word)) {
                return true;
            }
        }
        return false;
    }
}
