package dev.distill.proxy.sessions;

import dev.distill.files.Digest;
import java.time.Instant;
import java.util.Optional;

/**
 * What the calls of a session have in common: their virtual key, and the beginning of their
 * conversation or the name that their client gave it. A session that begins later has the same key
 * and another id.
 *
 * @param text {@code key:NAME} for all calls of a virtual key, otherwise 16 hexadecimal digits
 */
record SessionKey(String text) {
    private static final String OF_KEY = "key:";
    private static final int DIGITS = 16;
    private static final String ID = "[0-9a-f]{" + DIGITS + "}-[0-9a-f]{1,16}";

    /** Of a session. */
    static SessionKey of(Owner owner, long fingerprint, Optional<String> name) {
        String what =
                name.map(given -> "name " + given)
                        .orElseGet(() -> "begins " + Long.toHexString(fingerprint));
        return new SessionKey(Digest.of(owner.key() + "\n" + what).hex().substring(0, DIGITS));
    }

    /** Of all calls of a virtual key. */
    static SessionKey ofKey(Owner owner) {
        return new SessionKey(OF_KEY + owner.key());
    }

    static SessionKey parse(String text) {
        return new SessionKey(text);
    }

    /** The key of a session with an id, if it can be one. */
    static Optional<SessionKey> ofId(String id) {
        if (isOfKey(id)) {
            return Optional.of(new SessionKey(id));
        }
        return id.matches(ID)
                ? Optional.of(new SessionKey(id.substring(0, DIGITS)))
                : Optional.empty();
    }

    boolean ofKey() {
        return isOfKey(text);
    }

    /** Whether an id is one of all calls of a virtual key. */
    static boolean isOfKey(String id) {
        return id.startsWith(OF_KEY);
    }

    /** The id of a session that started then. */
    String id(Instant started) {
        return ofKey() ? text : text + "-" + Long.toHexString(started.toEpochMilli());
    }
}
