package dev.distill.proxy;

import dev.distill.proxy.wire.Completion;
import dev.distill.proxy.wire.Event;
import dev.distill.proxy.wire.Part;
import dev.distill.proxy.wire.StopReason;
import dev.distill.proxy.wire.Usage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a stream has said so far: what the ledger needs of it, and the whole answer for those who
 * keep answers.
 */
final class Tally {
    /** A rough length of a token, for answers whose provider does not count. */
    private static final int BYTES_PER_TOKEN = 4;

    private final int expected;
    private final Keep keep;
    private final Map<Integer, Choice> choices = new TreeMap<>();
    private String id = "";
    private String model;
    private long created;
    private long outputBytes;
    private long thoughtBytes;
    private Optional<Usage> usage = Optional.empty();
    private Optional<String> tier = Optional.empty();
    private boolean ended;

    /** Whether the text is of interest, or only its length. */
    enum Keep {
        TEXT,
        COUNTS
    }

    /** One of the answers. */
    private static final class Choice {
        private final List<Part> parts = new ArrayList<>();
        private final StringBuilder open = new StringBuilder();
        private final Map<Integer, Integer> callAt = new HashMap<>();
        private Class<? extends Part> kind = Part.Text.class;
        private Optional<StopReason> stop = Optional.empty();
        private Optional<String> stopSequence = Optional.empty();
        private final List<com.fasterxml.jackson.databind.node.ObjectNode> logprobs =
                new ArrayList<>();

        void text(Class<? extends Part> as, String more) {
            if (kind != as) {
                close(Optional.empty());
                kind = as;
            }
            open.append(more);
        }

        void close(Optional<String> signature) {
            if (open.isEmpty() && signature.isEmpty()) {
                return;
            }
            String text = open.toString();
            open.setLength(0);
            if (kind == Part.Thinking.class || signature.isPresent()) {
                parts.add(new Part.Thinking(text, signature));
            } else if (kind == Part.Refusal.class) {
                parts.add(new Part.Refusal(text));
            } else {
                parts.add(new Part.Text(text));
            }
        }
    }

    /**
     * @param model what the answer was asked of, until it says otherwise
     * @param expected how many choices were asked for
     */
    Tally(String model, int expected, Keep keep) {
        this.model = model;
        this.expected = expected;
        this.keep = keep;
    }

    void add(Event event) {
        switch (event) {
            case Event.Started started -> {
                id = started.id();
                created = started.created();
                model = started.model().isEmpty() ? model : started.model();
            }
            case Event.TextDelta delta -> text(delta.choice(), Part.Text.class, delta.text());
            case Event.RefusalDelta delta -> text(delta.choice(), Part.Refusal.class, delta.text());
            case Event.ThinkingDelta delta -> {
                thoughtBytes += delta.text().length();
                if (keep == Keep.TEXT) {
                    choice(delta.choice()).text(Part.Thinking.class, delta.text());
                }
            }
            case Event.ThinkingSigned signed -> {
                if (keep == Keep.TEXT) {
                    choice(signed.choice()).close(Optional.of(signed.signature()));
                }
            }
            case Event.RedactedThinking thinking -> {
                if (keep == Keep.TEXT) {
                    Choice choice = choice(thinking.choice());
                    choice.close(Optional.empty());
                    choice.parts.add(new Part.RedactedThinking(thinking.data()));
                }
            }
            case Event.ToolCallStarted call -> {
                outputBytes += call.name().length();
                if (keep == Keep.TEXT) {
                    Choice choice = choice(call.choice());
                    choice.close(Optional.empty());
                    choice.callAt.put(call.call(), choice.parts.size());
                    choice.parts.add(new Part.ToolCall(call.id(), call.name(), ""));
                }
            }
            case Event.ToolCallDelta delta -> {
                outputBytes += delta.json().length();
                if (keep == Keep.TEXT) {
                    addArguments(choice(delta.choice()), delta);
                }
            }
            case Event.Logprobs more -> {
                if (keep == Keep.TEXT) {
                    choice(more.choice()).logprobs.add(more.logprobs());
                }
            }
            case Event.Finished finished -> {
                Choice choice = choice(finished.choice());
                choice.close(Optional.empty());
                choice.stop = Optional.of(finished.reason());
                choice.stopSequence = finished.stopSequence();
            }
            case Event.Used used -> {
                usage = Optional.of(used.usage());
                tier = used.serviceTier().or(() -> tier);
            }
            case Event.Ended _ -> ended = true;
            case Event.Failed _ -> {}
        }
    }

    /** Whether the provider has said that this is all. */
    boolean hasEnded() {
        return ended;
    }

    /** Whether every answer that has begun is complete, so that little can follow. */
    boolean isFinished() {
        return choices.size() >= expected
                && choices.values().stream().allMatch(choice -> choice.stop.isPresent());
    }

    /** Whether the answer is whole, by why its choices ended. */
    Verdict verdict() {
        return choices.values().stream()
                .map(choice -> choice.stop.map(Verdict::of).orElse(Verdict.UNFINISHED))
                .filter(verdict -> verdict != Verdict.GOOD)
                .findFirst()
                .orElse(Verdict.GOOD);
    }

    /** The model that answered, as the provider names it. */
    String model() {
        return model;
    }

    /** What the provider has counted. */
    Optional<Usage> usage() {
        return usage;
    }

    /** The service tier that it is billed at. */
    Optional<String> tier() {
        return tier;
    }

    /**
     * What has been used so far: what the provider has said of the input, and of the output at
     * least what was heard of it.
     *
     * @param input a guess at it, should the provider have said nothing
     */
    Usage estimate(Usage input) {
        Usage said = usage.orElse(input);
        return new Usage(
                said.inputFresh(),
                said.inputCached(),
                said.cacheWrite(),
                said.cacheWriteHour(),
                said.inputAudio(),
                Math.max(said.outputText(), tokens(outputBytes)),
                Math.max(said.outputReasoning(), tokens(thoughtBytes)),
                said.outputAudio(),
                said.webSearches());
    }

    /** The whole answer; empty parts when its text was not kept. */
    Completion completion() {
        List<Completion.Choice> whole = new ArrayList<>();
        for (Choice choice : choices.values()) {
            choice.close(Optional.empty());
            whole.add(
                    new Completion.Choice(
                            choice.parts,
                            choice.stop.orElse(StopReason.END),
                            choice.stopSequence,
                            LogprobLists.joined(choice.logprobs)));
        }
        return new Completion(id, model, created, whole, usage, tier);
    }

    private void text(int choice, Class<? extends Part> as, String more) {
        outputBytes += more.length();
        Choice found = choice(choice);
        if (keep == Keep.TEXT) {
            found.text(as, more);
        }
    }

    private static void addArguments(Choice choice, Event.ToolCallDelta delta) {
        Integer at = choice.callAt.get(delta.call());
        if (at != null && choice.parts.get(at) instanceof Part.ToolCall call) {
            choice.parts.set(
                    at, new Part.ToolCall(call.id(), call.name(), call.arguments() + delta.json()));
        }
    }

    private Choice choice(int index) {
        return choices.computeIfAbsent(index, _ -> new Choice());
    }

    private static long tokens(long bytes) {
        return (bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
    }
}
