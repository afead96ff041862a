package dev.distill.proxy.access;

import dev.distill.files.Digest;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * The secret of a virtual key: {@code sk-distill-} and 256 random bits in base64url. It is shown
 * once when it is made; only its SHA-256 is kept, which needs no salt because nobody can guess it.
 */
final class KeySecret {
    private static final String PREFIX = "sk-distill-";
    private static final int BYTES = 32;
    private static final int LENGTH = PREFIX.length() + 43;
    private static final String BEARER = "bearer ";

    private KeySecret() {}

    /**
     * A new one.
     *
     * @param random cryptographically strong
     */
    static String random(RandomGenerator random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Its digest; empty for what cannot be a key, so that nobody makes us hash megabytes. */
    static Optional<Digest> digest(String presented) {
        return presented.length() == LENGTH && presented.startsWith(PREFIX)
                ? Optional.of(Digest.of(presented))
                : Optional.empty();
    }

    /** What a request presents, in the header of whichever vendor's client it comes from. */
    static Optional<String> presented(Function<String, Optional<String>> header) {
        return header.apply("authorization")
                .filter(value -> value.toLowerCase(Locale.ROOT).startsWith(BEARER))
                .map(value -> value.substring(BEARER.length()).strip())
                .or(() -> header.apply("x-api-key"))
                .or(() -> header.apply("api-key"))
                .or(() -> header.apply("x-goog-api-key"));
    }
}
