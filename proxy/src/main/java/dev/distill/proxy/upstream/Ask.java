package dev.distill.proxy.upstream;

import dev.distill.proxy.wire.Dialect;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A request to a provider.
 *
 * @param dialect one that the provider speaks
 * @param model the provider's name of the model, for dialects that have it in the address
 * @param body complete in that dialect; it is shared, nobody changes it
 * @param purpose what is asked for, for dialects that have it in the address
 * @param key a key of the provider's own pool
 * @param headers the caller's, by lower-case name; what may be passed on is, the rest is not
 * @param underway gets to know the call before it is made, where that takes time, so that somebody
 *     else can end it
 */
@SuppressWarnings("ArrayRecordComponent") // shared on purpose; a copy would cost at every attempt
public record Ask(
        Dialect dialect,
        String model,
        byte[] body,
        Purpose purpose,
        Credential key,
        Map<String, String> headers,
        Clocks clocks,
        Consumer<Call> underway) {
    /** What is asked for. */
    public enum Purpose {
        /** An answer at once. */
        WHOLE,
        /** An answer as it comes. */
        STREAM,
        /** The number of its tokens, which only Anthropic tells. */
        COUNT_TOKENS;

        /** Of an answer. */
        public static Purpose of(boolean stream) {
            return stream ? STREAM : WHOLE;
        }
    }

    /** One for an answer that nobody else ends. */
    public Ask(
            Dialect dialect,
            String model,
            byte[] body,
            boolean stream,
            Credential key,
            Map<String, String> headers,
            Clocks clocks) {
        this(dialect, model, body, Purpose.of(stream), key, headers, clocks, _ -> {});
    }

    /** Whether the answer streams. */
    public boolean stream() {
        return purpose == Purpose.STREAM;
    }
}
