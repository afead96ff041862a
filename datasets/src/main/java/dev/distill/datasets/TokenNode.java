package dev.distill.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;

/** Token and logarithm in an object of {@code logprobs}: of an emitted token or another one. */
final class TokenNode {
    /** Rounded logarithms may say slightly more than 1. */
    static final double TOLERANCE = 0.01;

    private TokenNode() {}

    /** The bytes when they are given, because {@code token} cannot hold a part of a character. */
    static byte[] bytes(JsonNode node) {
        JsonNode bytes = node.path("bytes");
        if (bytes.isArray()) {
            byte[] values = new byte[bytes.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (byte) bytes.get(i).asInt();
            }
            return values;
        }
        if (!node.path("token").isTextual()) {
            throw new Malformed("a token has no text");
        }
        return node.path("token").textValue().getBytes(StandardCharsets.UTF_8);
    }

    /** The natural logarithm of its probability. */
    static double logprob(JsonNode node) {
        JsonNode logprob = node.path("logprob");
        if (!logprob.isNumber() || !(Math.exp(logprob.doubleValue()) <= 1 + TOLERANCE)) {
            throw new Malformed("logprob is not a logarithm of a probability: " + logprob);
        }
        return logprob.doubleValue();
    }

    /** The provider's log-probabilities make no sense; the answer itself may be fine. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }
}
