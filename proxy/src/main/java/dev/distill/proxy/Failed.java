package dev.distill.proxy;

import dev.distill.proxy.upstream.Fault;
import dev.distill.proxy.upstream.UpstreamException;
import dev.distill.proxy.wire.Event;
import dev.distill.proxy.wire.Refusal;
import dev.distill.proxy.wire.WireException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * A call that brought no answer.
 *
 * @param kind what kind of failure it is
 * @param status the HTTP status, or 0 when there was none
 * @param code the provider's own code, or a word for what happened
 * @param message for people; never holds a key
 * @param refusal the provider's error, when it sent one
 * @param body what was received, when anything was
 * @param retryAfter how long the provider asks to wait
 * @param silent whether the provider just said nothing
 * @param possiblyBilled whether the provider may have done, and may charge for, the work
 */
record Failed(
        Refusal.Kind kind,
        int status,
        String code,
        String message,
        Optional<Refusal> refusal,
        Optional<String> body,
        Optional<Duration> retryAfter,
        boolean silent,
        boolean possiblyBilled) {
    /** Somebody between us and the model has waited in vain; the model may have gone on. */
    private static final Set<Integer> GATEWAY_TIMEOUTS = Set.of(504, 524);

    /** Enough of a provider's message to act on. */
    private static final int MOST_MESSAGE = 1000;

    /**
     * An error that the provider sent instead of an answer. No provider bills those; only behind a
     * gateway's timeout there may have been an answer all the same.
     */
    static Failed refused(Refusal refusal, String body, Optional<Duration> retryAfter) {
        return new Failed(
                refusal.kind(),
                refusal.status(),
                refusal.code().orElse(refusal.type()),
                brief(refusal.message()),
                Optional.of(refusal),
                Optional.of(body),
                retryAfter.or(refusal::retryAfter),
                false,
                GATEWAY_TIMEOUTS.contains(refusal.status()));
    }

    /** An error that the provider sent in the middle of a stream. */
    static Failed inStream(Event.Failed failed) {
        Refusal refusal = failed.refusal();
        return new Failed(
                refusal.kind(),
                refusal.status(),
                refusal.code().orElse(refusal.type()),
                brief(refusal.message()),
                Optional.of(refusal),
                Optional.empty(),
                refusal.retryAfter(),
                false,
                refusal.kind() == Refusal.Kind.TRANSIENT
                        || refusal.kind() == Refusal.Kind.MALFORMED);
    }

    /** A call that failed on its way. */
    static Failed onTheWay(UpstreamException e) {
        return new Failed(
                e.fault().kind(),
                0,
                e.fault().word(),
                String.valueOf(e.getMessage()),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                e.fault().silent(),
                e.possiblyBilled());
    }

    /** Something that is not an answer. */
    static Failed malformed(int status, WireException e, Optional<String> body) {
        return new Failed(
                Refusal.Kind.MALFORMED,
                status,
                "malformed_answer",
                brief(String.valueOf(e.getMessage())),
                Optional.empty(),
                body,
                Optional.empty(),
                false,
                true);
    }

    /** Whether asking again would bring, and cost, the same. */
    boolean isTooLarge() {
        return refusal.isEmpty() && code.equals(Fault.TOO_LARGE.word());
    }

    /** Whether it failed because we have closed it. */
    boolean isOurs() {
        return code.equals(Fault.CLOSED.word());
    }

    /** What it is called in messages. */
    String summary() {
        String detail = status == 0 ? code : "status " + status;
        return detail.isEmpty() ? kind.word() : "%s (%s)".formatted(kind.word(), detail);
    }

    private static String brief(String text) {
        return text.substring(0, Math.min(text.length(), MOST_MESSAGE));
    }
}
