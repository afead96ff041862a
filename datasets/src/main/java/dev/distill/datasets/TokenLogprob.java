package dev.distill.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A token of a teacher's answer and the likeliest tokens at its place, as a chat completion tells
 * them in {@code logprobs.content}. Tokens are bytes of the teacher's own vocabulary; one may be a
 * part of a character.
 *
 * @param bytes of the token; those of an answer's tokens one after the other are the answer
 * @param logprob natural logarithm of its probability, at temperature 1
 * @param topLogprobs the likeliest tokens, this one mostly among them; may be empty
 */
public record TokenLogprob(ByteBuffer bytes, float logprob, List<Alternative> topLogprobs) {
    public TokenLogprob {
        bytes = bytes.asReadOnlyBuffer();
        topLogprobs = List.copyOf(topLogprobs);
    }

    /** One of the likeliest tokens. */
    public record Alternative(ByteBuffer bytes, float logprob) {
        public Alternative {
            bytes = bytes.asReadOnlyBuffer();
        }
    }

    /**
     * Reads the {@code logprobs} of a choice as the provider sent it.
     *
     * @return in the answer's order; none when there are none, or they make no sense
     */
    public static List<TokenLogprob> read(JsonNode logprobs) {
        List<TokenLogprob> tokens = new ArrayList<>();
        try {
            for (JsonNode node : logprobs.path("content")) {
                List<Alternative> top = new ArrayList<>();
                for (JsonNode other : node.path("top_logprobs")) {
                    top.add(new Alternative(bytes(other), logprob(other)));
                }
                tokens.add(new TokenLogprob(bytes(node), logprob(node), top));
            }
        } catch (TokenNode.Malformed _) {
            return List.of();
        }
        return List.copyOf(tokens);
    }

    private static ByteBuffer bytes(JsonNode node) {
        return ByteBuffer.wrap(TokenNode.bytes(node));
    }

    private static float logprob(JsonNode node) {
        return (float) TokenNode.logprob(node);
    }
}
