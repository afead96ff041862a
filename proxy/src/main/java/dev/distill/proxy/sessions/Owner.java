package dev.distill.proxy.sessions;

import java.util.Optional;

/**
 * Whose call it is.
 *
 * @param key the name of the virtual key; empty where nobody needs one
 */
public record Owner(String key, Optional<String> user, Optional<String> team) {
    /** Nobody in particular. */
    public static final Owner ANYBODY = new Owner("", Optional.empty(), Optional.empty());
}
