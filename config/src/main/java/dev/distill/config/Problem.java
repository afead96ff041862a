package dev.distill.config;

import java.util.Optional;

/**
 * One thing that the user can mend.
 *
 * @param message lower case, no full stop, names the thing and its value
 * @param location where, when there is a file to name
 * @param hint what to do about it, when that is not obvious
 */
public record Problem(String message, Optional<Location> location, Optional<String> hint) {
    /** A problem without a place. */
    public static Problem of(String message) {
        return new Problem(message, Optional.empty(), Optional.empty());
    }

    /** A problem at a place. */
    public static Problem at(Location location, String message) {
        return new Problem(message, Optional.of(location), Optional.empty());
    }

    /** The same problem with a hint. */
    public Problem withHint(String text) {
        return new Problem(message, location, Optional.of(text));
    }

    /** {@code location: message}, then the hint on a line of its own. */
    @Override
    public String toString() {
        String head = location.map(l -> l + ": " + message).orElse(message);
        return hint.map(h -> head + "\nhint: " + h).orElse(head);
    }
}
