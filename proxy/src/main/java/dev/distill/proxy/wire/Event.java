package dev.distill.proxy.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A step of an answer as it streams. A stream is {@link Started}, then anything, then for each
 * choice {@link Finished}, perhaps {@link Used}, and {@link Ended}; one that does not get to {@code
 * Ended} has been cut. {@code choice} counts from 0.
 */
public sealed interface Event {
    /** A whole answer as the stream that it could have been, each part in one piece. */
    static List<Event> of(Completion completion) {
        List<Event> events = new ArrayList<>();
        events.add(new Started(completion.id(), completion.model(), completion.created()));
        for (int choice = 0; choice < completion.choices().size(); choice++) {
            events.addAll(of(choice, completion.choices().get(choice)));
        }
        completion
                .usage()
                .ifPresent(usage -> events.add(new Used(usage, completion.serviceTier())));
        events.add(new Ended());
        return events;
    }

    private static List<Event> of(int index, Completion.Choice choice) {
        List<Event> events = new ArrayList<>();
        int calls = 0;
        for (Part part : choice.parts()) {
            switch (part) {
                case Part.Text text -> events.add(new TextDelta(index, text.text()));
                case Part.Refusal refusal -> events.add(new RefusalDelta(index, refusal.text()));
                case Part.Thinking thinking -> {
                    events.add(new ThinkingDelta(index, thinking.text()));
                    thinking.signature()
                            .ifPresent(proof -> events.add(new ThinkingSigned(index, proof)));
                }
                case Part.RedactedThinking thinking ->
                        events.add(new RedactedThinking(index, thinking.data()));
                case Part.ToolCall call -> {
                    events.add(new ToolCallStarted(index, calls, call.id(), call.name()));
                    events.add(new ToolCallDelta(index, calls, call.arguments()));
                    calls++;
                }
                case Part.Image _,
                        Part.Audio _,
                        Part.Document _,
                        Part.ToolResult _,
                        Part.CachePoint _ -> {
                    // models answer with none of these
                }
            }
        }
        choice.logprobs().ifPresent(all -> events.add(new Logprobs(index, all)));
        events.add(new Finished(index, choice.stopReason(), choice.stopSequence()));
        return events;
    }

    /** Whether the caller gets to see something of the answer with it, so that it commits us. */
    default boolean isContent() {
        return switch (this) {
            case TextDelta _,
                    ThinkingDelta _,
                    RedactedThinking _,
                    ToolCallStarted _,
                    ToolCallDelta _,
                    RefusalDelta _ ->
                    true;
            case Started _, ThinkingSigned _, Logprobs _, Finished _, Used _, Ended _, Failed _ ->
                    false;
        };
    }

    /** The first one; its id and model are empty where the provider does not name them. */
    record Started(String id, String model, long created) implements Event {}

    /** More text. */
    record TextDelta(int choice, String text) implements Event {}

    /** More thoughts. */
    record ThinkingDelta(int choice, String text) implements Event {}

    /** The provider's proof of the thoughts so far. */
    record ThinkingSigned(int choice, String signature) implements Event {}

    /** Thoughts that only the provider can read. */
    record RedactedThinking(int choice, String data) implements Event {}

    /**
     * The model begins to call a function.
     *
     * @param call counts the calls of a choice from 0
     */
    record ToolCallStarted(int choice, int call, String id, String name) implements Event {}

    /** More of the arguments, a fragment of JSON text. */
    record ToolCallDelta(int choice, int call, String json) implements Event {}

    /** More of the words for not answering. */
    record RefusalDelta(int choice, String text) implements Event {}

    /** Log-probabilities of the tokens since the last ones, in the shape of OpenAI chat. */
    record Logprobs(int choice, ObjectNode logprobs) implements Event {}

    /** A choice is complete. */
    record Finished(int choice, StopReason reason, Optional<String> stopSequence)
            implements Event {}

    /** What has been used so far; the last one holds. */
    record Used(Usage usage, Optional<String> serviceTier) implements Event {}

    /** The provider says that this is all. */
    record Ended() implements Event {}

    /** The provider says, in the stream, that something went wrong. */
    record Failed(Refusal refusal) implements Event {}
}
