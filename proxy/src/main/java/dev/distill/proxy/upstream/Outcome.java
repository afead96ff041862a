package dev.distill.proxy.upstream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.proxy.wire.Refusal;
import java.time.Duration;
import java.util.Optional;

/** What came of one call to a {@link Provider}. */
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
            Refusal.Kind kind,
            int status,
            String code,
            String message,
            Optional<String> body,
            Optional<Duration> retryAfter,
            long latencyMillis,
            boolean possiblyBilled)
            implements Outcome {}
}
