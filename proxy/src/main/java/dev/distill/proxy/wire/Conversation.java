package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What is asked of a model, whatever dialect it was asked in. A member that a dialect has no word
 * for must be refused by its {@link Codec}, never left out.
 *
 * @param messages in order; system messages stand where the caller put them
 * @param parallelToolCalls whether several functions may be called at once, if the caller says so
 * @param maxOutputTokens of an answer, reasoning included
 * @param choices how many answers
 * @param user the caller's own name for whoever asks, which no answer depends on: a dialect without
 *     a word for it leaves it out
 * @param metadata the caller's own notes
 * @param serviceTier the provider's word for how urgent it is
 */
public record Conversation(
        List<Message> messages,
        List<Tool> tools,
        Optional<ToolChoice> toolChoice,
        Optional<Boolean> parallelToolCalls,
        Format format,
        Sampling sampling,
        OptionalInt maxOutputTokens,
        Optional<Reasoning> reasoning,
        OptionalInt topLogprobs,
        int choices,
        boolean stream,
        Optional<String> user,
        Map<String, String> metadata,
        Optional<String> serviceTier) {
    public Conversation {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
        metadata = Map.copyOf(metadata);
    }

    /** Whose words they are. */
    public enum Role {
        SYSTEM,
        USER,
        ASSISTANT,
        /** Results of functions only. */
        TOOL
    }

    /**
     * A message.
     *
     * @param name the author's name, where a dialect has one
     */
    public record Message(Role role, List<Part> parts, Optional<String> name) {
        public Message {
            parts = List.copyOf(parts);
        }
    }

    /**
     * A function that the model may call.
     *
     * @param parameters a JSON Schema of its arguments
     * @param cached for how long the caller asks the provider to cache everything up to here, if so
     */
    public record Tool(
            String name,
            Optional<String> description,
            ObjectNode parameters,
            Optional<Boolean> strict,
            Optional<CacheLifetime> cached) {
        /** A function that is not where a cached part ends. */
        public Tool(
                String name,
                Optional<String> description,
                ObjectNode parameters,
                Optional<Boolean> strict) {
            this(name, description, parameters, strict, Optional.empty());
        }
    }

    /** Whether and which function must be called. */
    public sealed interface ToolChoice {
        record Auto() implements ToolChoice {}

        record None() implements ToolChoice {}

        record Any() implements ToolChoice {}

        record Named(String name) implements ToolChoice {}
    }

    /** What shape the answer has. */
    public sealed interface Format {
        record Text() implements Format {}

        record JsonObject() implements Format {}

        record JsonSchema(
                String name,
                Optional<String> description,
                ObjectNode schema,
                Optional<Boolean> strict)
                implements Format {}
    }

    /** How tokens are drawn. */
    public record Sampling(
            OptionalDouble temperature,
            OptionalDouble topP,
            OptionalInt topK,
            OptionalLong seed,
            List<String> stop,
            OptionalDouble presencePenalty,
            OptionalDouble frequencyPenalty,
            Optional<ObjectNode> logitBias) {
        public Sampling {
            stop = List.copyOf(stop);
        }
    }

    /**
     * How much the model thinks before it answers.
     *
     * @param effort minimal, low, medium, high, xhigh or max, or none to turn it off; empty when
     *     that is left to the model
     * @param budgetTokens at most so many tokens of it
     */
    public record Reasoning(Optional<String> effort, OptionalInt budgetTokens) {}
}
