package dev.distill.proxy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** What came of one call to a provider. */
public sealed interface Outcome {
    /** How long the call took. */
    long latencyMillis();

    /**
     * A chat completion with at least one choice.
     *
     * @param status the HTTP status, 200 to 299
     * @param body the answer exactly as it was received
     * @param completion the same, parsed
     * @param model the model that answered, as the provider names it
     * @param latencyMillis from the first byte sent to the last one received
     * @param simulated whether it is a recording
     */
    record Answer(
            int status,
            String body,
            ObjectNode completion,
            String model,
            long latencyMillis,
            boolean simulated)
            implements Outcome {}

    /**
     * No answer.
     *
     * @param kind what to do about it
     * @param status the HTTP status, or 0 when there was none
     * @param code the provider's own error code, or a word for what happened
     * @param message for people; never holds a key
     * @param body what was received, when anything was
     * @param retryAfter how long the provider asks to wait
     * @param latencyMillis until the failure
     * @param possiblyBilled whether the provider may have done, and may charge for, the work
     */
    record Failure(
            Kind kind,
            int status,
            String code,
            String message,
            Optional<String> body,
            Optional<Duration> retryAfter,
            long latencyMillis,
            boolean possiblyBilled)
            implements Outcome {}

    /** What kind of failure it is, which decides what happens next. */
    enum Kind {
        /** The request is wrong and would be anywhere: it goes back to the caller. */
        CALLER_FAULT,
        /** The provider refuses the proxy's key. */
        CREDENTIALS,
        /** Too many requests; a moment later they are welcome. */
        RATE_LIMITED,
        /** The account's money or quota is used up; waiting a moment does not help. */
        QUOTA_EXHAUSTED,
        /** The provider has more work than it can do. */
        OVERLOADED,
        /** A connection, a time limit or a server error. */
        TRANSIENT,
        /** The provider has no such model, or no longer. */
        MODEL_GONE,
        /** Something that is not a chat completion. */
        MALFORMED;

        /** Whether the same target may well answer a little later. */
        boolean retryable() {
            return switch (this) {
                case RATE_LIMITED, OVERLOADED, TRANSIENT, MALFORMED -> true;
                case CALLER_FAULT, CREDENTIALS, QUOTA_EXHAUSTED, MODEL_GONE -> false;
            };
        }

        /** The word for it in messages and in the ledger. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
