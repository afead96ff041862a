package dev.distill.proxy.upstream;

import java.util.Optional;

/** What a provider knows us by. Its secrets are never printed. */
public sealed interface Credential {
    /** Its name in the ledger and the metrics. */
    String name();

    /** A text without the secrets, should a provider have repeated them. */
    String redact(String text);

    /** Nothing at all. */
    record None() implements Credential {
        @Override
        public String name() {
            return "none";
        }

        @Override
        public String redact(String text) {
            return text;
        }
    }

    /** A key that is sent in a header. */
    record Token(String name, String secret) implements Credential {
        @Override
        public String redact(String text) {
            return without(text, secret);
        }

        @Override
        public String toString() {
            return "Token[" + name + "]";
        }
    }

    /**
     * Keys that sign requests to AWS.
     *
     * @param sessionToken of temporary credentials
     */
    record Aws(
            String name, String accessKeyId, String secretAccessKey, Optional<String> sessionToken)
            implements Credential {
        @Override
        public String redact(String text) {
            String redacted = without(without(text, secretAccessKey), accessKeyId);
            return sessionToken.map(token -> without(redacted, token)).orElse(redacted);
        }

        @Override
        public String toString() {
            return "Aws[" + name + "]";
        }
    }

    private static String without(String text, String secret) {
        return secret.isEmpty() ? text : text.replace(secret, "[key]");
    }
}
