package dev.distill.proxy.wire;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * An error on the wire, from a provider or for a caller, whatever the dialect.
 *
 * @param status the HTTP status, or 0 within a stream
 * @param type the dialect's word for its kind, such as {@code rate_limit_error}
 * @param code a more precise word, where there is one
 * @param message for people; never holds a key
 * @param param the member of the request that is at fault
 * @param retryAfter how long to wait, as far as the body says so
 */
public record Refusal(
        int status,
        Kind kind,
        String type,
        Optional<String> code,
        String message,
        Optional<String> param,
        Optional<Duration> retryAfter) {

    /** What kind of failure it is, which decides what happens next. */
    public enum Kind {
        /** The request is wrong and would be anywhere: it goes back to the caller. */
        CALLER_FAULT,
        /** The provider's filter refuses the request: it goes back to the caller. */
        CONTENT_POLICY,
        /** The request is too long for this model; another may take it. */
        CONTEXT_LENGTH,
        /** The key is refused. */
        CREDENTIALS,
        /** Too many requests; a moment later they are welcome. */
        RATE_LIMITED,
        /** The account's money or quota is used up; waiting a moment does not help. */
        QUOTA_EXHAUSTED,
        /** The provider has more work than it can do. */
        OVERLOADED,
        /** A connection, a time limit or a server error. */
        TRANSIENT,
        /** There is no such model, or no longer. */
        MODEL_GONE,
        /** Something that is not an answer, or a stream that ended before the answer did. */
        MALFORMED;

        /** The word for it in messages, in the ledger and in the metrics. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
