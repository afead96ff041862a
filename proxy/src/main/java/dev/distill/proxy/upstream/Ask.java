package dev.distill.proxy.upstream;

import dev.distill.proxy.wire.Dialect;
import java.util.Map;

/**
 * A request to a provider.
 *
 * @param dialect one that the provider speaks
 * @param model the provider's name of the model, for dialects that have it in the address
 * @param body complete in that dialect; it is shared, nobody changes it
 * @param stream whether the answer streams, for dialects that have it in the address
 * @param key a key of the provider's own pool
 * @param headers the caller's, by lower-case name; what may be passed on is, the rest is not
 */
@SuppressWarnings("ArrayRecordComponent") // shared on purpose; a copy would cost at every attempt
public record Ask(
        Dialect dialect,
        String model,
        byte[] body,
        boolean stream,
        Credential key,
        Map<String, String> headers,
        Clocks clocks) {}
