package dev.distill.proxy.wire;

import java.util.Optional;

/**
 * Signatures of thoughts that Gemini made, told from others by a prefix while they are with
 * callers, because each provider refuses those of another.
 */
final class GeminiSignature {
    private static final String PREFIX = "gemini.";

    private GeminiSignature() {}

    /** The signature as callers get to see it. */
    static String mark(String signature) {
        return PREFIX + signature;
    }

    /** Whether it is one. */
    static boolean isOne(String signature) {
        return signature.startsWith(PREFIX);
    }

    /** What Gemini wants back. */
    static Optional<String> unmark(String signature) {
        return isOne(signature)
                ? Optional.of(signature.substring(PREFIX.length()))
                : Optional.empty();
    }
}
