package dev.distill.models.causal;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** What a {@link Generator} is asked and what it answers. */
public final class Generation {
    private Generation() {}

    /**
     * A prompt to go on with.
     *
     * @param prompt token numbers, at least one
     * @param maxNewTokens most tokens of the answer, at least 1
     * @param stopTokens tokens that end the answer
     * @param sampling how tokens are chosen
     * @param alternatives for how many of the most probable tokens the answer tells the
     *     log-probability at each place
     */
    public record Request(
            List<Long> prompt,
            int maxNewTokens,
            Set<Long> stopTokens,
            Sampling sampling,
            int alternatives) {
        public Request {
            if (prompt.isEmpty()) {
                throw new IllegalArgumentException("a prompt needs at least one token");
            }
            if (maxNewTokens < 1) {
                throw new IllegalArgumentException(
                        "max_new_tokens must be >= 1, got " + maxNewTokens);
            }
            prompt = List.copyOf(prompt);
            stopTokens = Set.copyOf(stopTokens);
        }

        /** The same with a prompt as a tokenizer gives it. */
        public Request(
                long[] prompt,
                int maxNewTokens,
                Set<Long> stopTokens,
                Sampling sampling,
                int alternatives) {
            this(
                    Arrays.stream(prompt).boxed().toList(),
                    maxNewTokens,
                    stopTokens,
                    sampling,
                    alternatives);
        }
    }

    /**
     * A token of an answer.
     *
     * @param id its number
     * @param logProbability of it, by the model's own distribution: natural logarithm, whatever the
     *     temperature
     * @param alternatives the most probable tokens at its place, the most probable first, without
     *     alternatives of their own
     */
    public record Token(long id, double logProbability, List<Token> alternatives) {
        public Token {
            alternatives = List.copyOf(alternatives);
        }
    }

    /** Why an answer ended. */
    public enum End {
        /** With a stop token, which is its last. */
        STOP_TOKEN,
        /** The listener wanted no more. */
        LISTENER,
        /** With {@code maxNewTokens} or at the decoder's longest row. */
        LENGTH
    }

    /** An answer. */
    public record Answer(List<Token> tokens, End end) {
        public Answer {
            tokens = List.copyOf(tokens);
        }

        /** The tokens' numbers, the stop token's included. */
        public long[] ids() {
            return tokens.stream().mapToLong(Token::id).toArray();
        }
    }

    /** Hears of each token when it is chosen. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Hears of a token; called on the thread that generates.
         *
         * @param request number of the request, from 0
         * @return whether the answer shall go on
         */
        boolean accept(int request, Token token);
    }
}
