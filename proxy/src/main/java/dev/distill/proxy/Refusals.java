package dev.distill.proxy;

import dev.distill.proxy.wire.Refusal;
import dev.distill.proxy.wire.Refusal.Kind;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * The errors that the proxy itself has for callers; their words are those of the OpenAI dialect.
 */
final class Refusals {
    /** Whoever pays may not spend what the call could cost. */
    static final String BUDGET_EXCEEDED = "budget_exceeded";

    /** There is a limit on the money, but the model has no price. */
    static final String PRICE_UNKNOWN = "price_unknown";

    /** There is a limit on the money, but nobody knows how much the model may read. */
    static final String WINDOW_UNKNOWN = "input_window_unknown";

    /** There is a limit on the money, but the answer has no length. */
    static final String MAX_TOKENS_REQUIRED = "max_tokens_required";

    /** A provider's answer is larger than the proxy holds; asking again costs the same again. */
    static final String ANSWER_TOO_LARGE = "answer_too_large";

    /** What a request refers to is known to somebody who cannot be asked. */
    static final String STATE_UNAVAILABLE = "state_unavailable";

    private static final String INVALID_REQUEST = "invalid_request_error";
    private static final String SERVER_ERROR = "server_error";
    private static final Set<String> ABOUT_THE_CALLER =
            Set.of(
                    BUDGET_EXCEEDED,
                    PRICE_UNKNOWN,
                    WINDOW_UNKNOWN,
                    MAX_TOKENS_REQUIRED,
                    "session_stopped",
                    "client_gone",
                    "model_not_allowed");

    private Refusals() {}

    /** The caller's request is wrong. */
    static Refusal badRequest(String code, String param, String message) {
        return of(400, Kind.CALLER_FAULT, INVALID_REQUEST, code, message, Optional.of(param));
    }

    /** What is asked for is not there. */
    static Refusal notFound(String code, String message) {
        return of(404, Kind.MODEL_GONE, INVALID_REQUEST, code, message, Optional.of("model"));
    }

    /** The caller's key is missing or wrong. */
    static Refusal unauthorized(String message) {
        return of(
                401,
                Kind.CREDENTIALS,
                "authentication_error",
                "invalid_api_key",
                message,
                Optional.empty());
    }

    /** The caller's key does not allow this. */
    static Refusal forbidden(String code, String message) {
        return of(403, Kind.CREDENTIALS, "permission_error", code, message, Optional.empty());
    }

    /** The body is larger than the proxy takes. */
    static Refusal tooLarge(long most) {
        String message = "the body is larger than %d bytes".formatted(most);
        return of(
                413,
                Kind.CALLER_FAULT,
                INVALID_REQUEST,
                "request_too_large",
                message,
                Optional.empty());
    }

    /** The body is coded in a way that nobody here knows. */
    static Refusal unsupportedCoding(String message) {
        return of(
                415,
                Kind.CALLER_FAULT,
                INVALID_REQUEST,
                "unsupported_content_encoding",
                message,
                Optional.of("content-encoding"));
    }

    /** A path is there, but not for this method. */
    static Refusal wrongMethod(String message) {
        return of(
                405,
                Kind.CALLER_FAULT,
                INVALID_REQUEST,
                "method_not_allowed",
                message,
                Optional.empty());
    }

    /** There is no such path. */
    static Refusal noEndpoint(String message) {
        return of(404, Kind.MODEL_GONE, INVALID_REQUEST, "not_found", message, Optional.empty());
    }

    /** A limit of the caller's is reached. */
    static Refusal tooMany(String code, String message, Optional<Duration> retryAfter) {
        String type = code.equals(BUDGET_EXCEEDED) ? BUDGET_EXCEEDED : "rate_limit_exceeded";
        return new Refusal(
                429,
                code.equals(BUDGET_EXCEEDED) ? Kind.QUOTA_EXHAUSTED : Kind.RATE_LIMITED,
                type,
                Optional.of(code),
                message,
                Optional.empty(),
                retryAfter);
    }

    /** The limit of the proxy's own account with a provider is reached. */
    static Refusal providerQuota(String message, Optional<Duration> retryAfter) {
        return new Refusal(
                429,
                Kind.QUOTA_EXHAUSTED,
                "insufficient_quota",
                Optional.of("insufficient_quota"),
                message,
                Optional.empty(),
                retryAfter);
    }

    /** The proxy or all its targets are busy for a while. */
    static Refusal later(String code, String message, Duration retryAfter) {
        return new Refusal(
                503,
                Kind.OVERLOADED,
                SERVER_ERROR,
                Optional.of(code),
                message,
                Optional.empty(),
                Optional.of(retryAfter));
    }

    /** Nobody could answer. */
    static Refusal upstream(int status, Kind kind, String code, String message) {
        return of(status, kind, SERVER_ERROR, code, message, Optional.empty());
    }

    /** What the server finds wrong with the HTTP itself. */
    static Refusal http(int status, String message) {
        Kind kind = status < 500 ? Kind.CALLER_FAULT : Kind.TRANSIENT;
        String type = status < 500 ? INVALID_REQUEST : SERVER_ERROR;
        return of(status, kind, type, "http_error", message, Optional.empty());
    }

    /** Nobody is left to read it; for the ledger. */
    static Refusal callerGone() {
        return of(
                499,
                Kind.CALLER_FAULT,
                INVALID_REQUEST,
                "client_gone",
                "the caller has gone",
                Optional.empty());
    }

    /** A fault of the proxy. */
    static Refusal internal(String code, String message) {
        return of(500, Kind.TRANSIENT, SERVER_ERROR, code, message, Optional.empty());
    }

    /** Whether it follows from the terms of one caller, so that another may well get an answer. */
    static boolean isAboutTheCaller(Refusal refusal) {
        return refusal.code().filter(ABOUT_THE_CALLER::contains).isPresent();
    }

    private static Refusal of(
            int status,
            Kind kind,
            String type,
            String code,
            String message,
            Optional<String> param) {
        return new Refusal(status, kind, type, Optional.of(code), message, param, Optional.empty());
    }
}
