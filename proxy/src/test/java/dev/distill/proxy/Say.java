package dev.distill.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a scripted provider answers, whatever its dialect.
 *
 * @param model that it says it is
 * @param thoughts before the text, in pieces
 * @param tokens of the text
 * @param call of a function after the text
 * @param usage in the words of its dialect; 10 tokens in and 5 out unless a test says otherwise
 * @param usesSaid whether it reports usage at all
 * @param tier of the service, where that is no part of the usage
 */
record Say(
        String model,
        List<String> thoughts,
        List<String> tokens,
        Optional<Call> call,
        Optional<JsonNode> usage,
        boolean usesSaid,
        Optional<String> tier) {

    /** A call of a function, its arguments in pieces. */
    record Call(String id, String name, List<String> arguments) {
        JsonNode input() {
            return Script.js(String.join("", arguments));
        }
    }

    /** Text, token by token. */
    static Say text(String... tokens) {
        return new Say(
                "fake-2026",
                List.of(),
                List.of(tokens),
                Optional.empty(),
                Optional.empty(),
                true,
                Optional.empty());
    }

    /** So many tokens. */
    static Say tokens(int count) {
        String[] tokens = new String[count];
        Arrays.setAll(tokens, i -> "t" + i + " ");
        return text(tokens);
    }

    Say as(String name) {
        return new Say(name, thoughts, tokens, call, usage, usesSaid, tier);
    }

    Say thinking(String... pieces) {
        return new Say(model, List.of(pieces), tokens, call, usage, usesSaid, tier);
    }

    Say calling(String name, String... arguments) {
        Call made = new Call("call_1", name, List.of(arguments));
        return new Say(model, thoughts, tokens, Optional.of(made), usage, usesSaid, tier);
    }

    /** Usage in the words of the dialect, as JSON with single quotes. */
    Say using(String said) {
        return new Say(model, thoughts, tokens, call, Optional.of(Script.js(said)), usesSaid, tier);
    }

    Say withoutUsage() {
        return new Say(model, thoughts, tokens, call, Optional.empty(), false, tier);
    }

    Say at(String serviceTier) {
        return new Say(model, thoughts, tokens, call, usage, usesSaid, Optional.of(serviceTier));
    }

    /** The whole text. */
    String whole() {
        return String.join("", tokens);
    }
}
