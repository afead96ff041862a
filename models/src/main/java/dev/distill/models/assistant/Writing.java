package dev.distill.models.assistant;

import dev.distill.models.Tokenizer;
import dev.distill.models.causal.Generation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** An answer in the making: tokens become text, and the text says when it is enough. */
final class Writing {
    private final Tokenizer tokenizer;
    private final Generation.Request request;
    private final AnswerText text;
    private final List<Assistant.Token> tokens = new ArrayList<>();

    Writing(Tokenizer tokenizer, Generation.Request request, AnswerText text) {
        this.tokenizer = tokenizer;
        this.request = request;
        this.text = text;
    }

    Generation.Request request() {
        return request;
    }

    /** Takes a token; returns whether more are wanted. */
    boolean hears(Generation.Token token, Consumer<String> listener) {
        if (request.stopTokens().contains(token.id())) {
            return true; // the generator ends with it
        }
        String added = text.add(token.id());
        tokens.add(
                new Assistant.Token(
                        added,
                        token.logProbability(),
                        token.alternatives().stream()
                                .map(
                                        other ->
                                                new Assistant.Token(
                                                        tokenizer.wholeText(
                                                                new long[] {other.id()}),
                                                        other.logProbability(),
                                                        List.of()))
                                .toList()));
        tell(text.untold(), listener);
        return !text.stopped();
    }

    Assistant.Answer end(Generation.Answer answer, Consumer<String> listener) {
        tell(text.rest(), listener);
        return new Assistant.Answer(
                text.text(),
                tokens,
                request.prompt().length,
                answer.tokens().size(),
                answer.end() == Generation.End.LENGTH ? Assistant.End.LENGTH : Assistant.End.STOP);
    }

    private static void tell(String part, Consumer<String> listener) {
        if (!part.isEmpty()) {
            listener.accept(part);
        }
    }
}
