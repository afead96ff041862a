package dev.distill.proxy.wire;

import dev.distill.files.Json;
import dev.distill.proxy.wire.Conversation.Format;
import dev.distill.proxy.wire.Conversation.Message;
import dev.distill.proxy.wire.Conversation.Reasoning;
import dev.distill.proxy.wire.Conversation.Role;
import dev.distill.proxy.wire.Conversation.Sampling;
import dev.distill.proxy.wire.Conversation.Tool;
import dev.distill.proxy.wire.Conversation.ToolChoice;
import dev.distill.proxy.wire.Part.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** RandomConversations at random, within what a format can say. */
final class RandomConversations {
    private static final List<String> TEXTS = List.of("a", "é€ \"quoted\"", "\n", "😀", "{}");

    private final Random random;
    private final boolean chat;

    private RandomConversations(Random random, boolean chat) {
        this.random = random;
        this.chat = chat;
    }

    static Arbitrary<Conversation> forChat() {
        return Arbitraries.randomValue(
                random -> new RandomConversations(random, true).conversation());
    }

    static Arbitrary<Conversation> forResponses() {
        return Arbitraries.randomValue(
                random -> new RandomConversations(random, false).conversation());
    }

    /** Nothing but messages. */
    static Conversation of(Message... messages) {
        return new Conversation(
                List.of(messages),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                new Format.Text(),
                new Sampling(
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalInt.empty(),
                        OptionalLong.empty(),
                        List.of(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        Optional.empty()),
                OptionalInt.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                1,
                false,
                Optional.empty(),
                Map.of(),
                Optional.empty());
    }

    private Conversation conversation() {
        return new Conversation(
                messages(),
                coin() ? List.of() : List.of(tool("f"), tool("g")),
                maybe(
                        pick(
                                List.<ToolChoice>of(
                                        new ToolChoice.Auto(),
                                        new ToolChoice.None(),
                                        new ToolChoice.Any(),
                                        new ToolChoice.Named("f")))),
                maybe(coin()),
                pick(
                        List.<Format>of(
                                new Format.Text(),
                                new Format.JsonObject(),
                                new Format.JsonSchema(
                                        "s",
                                        maybe("a shape"),
                                        Json.object().put("type", "object"),
                                        maybe(true)))),
                sampling(),
                coin() ? OptionalInt.empty() : OptionalInt.of(1 + random.nextInt(5000)),
                maybe(
                        new Reasoning(
                                Optional.of(pick(List.of("none", "minimal", "low", "high"))),
                                OptionalInt.empty())),
                coin() ? OptionalInt.empty() : OptionalInt.of(random.nextInt(21)),
                chat ? 1 + random.nextInt(3) : 1,
                coin(),
                maybe("user-7"),
                coin() ? Map.of() : Map.of("a", "1", "é", ""),
                maybe("flex"));
    }

    private Sampling sampling() {
        OptionalDouble number =
                coin() ? OptionalDouble.empty() : OptionalDouble.of(random.nextInt(20) / 10.0);
        boolean more = chat && coin();
        return new Sampling(
                number,
                number,
                more ? OptionalInt.of(40) : OptionalInt.empty(),
                more ? OptionalLong.of(random.nextLong()) : OptionalLong.empty(),
                more ? List.of("END", "\n") : List.of(),
                more ? number : OptionalDouble.empty(),
                more ? number : OptionalDouble.empty(),
                more ? Optional.of(Json.object().put("50256", -100)) : Optional.empty());
    }

    private Tool tool(String name) {
        Optional<Boolean> strict = chat ? maybe(coin()) : Optional.of(coin());
        return new Tool(name, maybe("does " + name), Json.object().put("type", "object"), strict);
    }

    private List<Message> messages() {
        List<Message> messages = new ArrayList<>();
        messages.add(new Message(Role.SYSTEM, texts(), name()));
        int turns = 1 + random.nextInt(3);
        for (int i = 0; i < turns; i++) {
            messages.add(new Message(Role.USER, user(), name()));
            messages.add(new Message(Role.ASSISTANT, assistant(i), name()));
            if (coin()) {
                messages.add(
                        new Message(
                                Role.TOOL,
                                List.of(new Part.ToolResult("call_" + i, texts(), false)),
                                Optional.empty()));
            }
        }
        return messages;
    }

    private List<Part> texts() {
        List<Part> texts = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            texts.add(new Part.Text(pick(TEXTS)));
        }
        return texts;
    }

    private List<Part> user() {
        List<Part> parts = new ArrayList<>(texts());
        Source.Inline bytes = new Source.Inline("image/png", "QUJD");
        Source there = new Source.Remote("https://example.org/a.png");
        if (coin()) {
            parts.add(new Part.Image(coin() ? bytes : there, maybe("low")));
        }
        if (coin()) {
            parts.add(new Part.Audio("wav", "UklGRg=="));
        }
        if (coin()) {
            Source pdf = new Source.Inline("application/pdf", "JVBERi0=");
            parts.add(new Part.Document(coin() ? pdf : new Source.Uploaded("f1"), maybe("a.pdf")));
        }
        if (!chat && coin()) {
            parts.add(new Part.Document(there, Optional.empty()));
            parts.add(new Part.Image(new Source.Uploaded("f2"), Optional.empty()));
        }
        return parts;
    }

    private List<Part> assistant(int turn) {
        List<Part> parts = new ArrayList<>();
        if (chat && coin()) {
            parts.add(new Part.Thinking(pick(TEXTS), Optional.empty()));
        }
        parts.add(coin() ? new Part.Text(pick(TEXTS)) : new Part.Refusal("no"));
        if (coin()) {
            parts.add(new Part.ToolCall("call_" + turn, "f", "{\"x\":1}"));
            parts.add(new Part.ToolCall("other_" + turn, "g", "{}"));
        }
        if (!chat && coin()) {
            parts.add(new Part.Text("after"));
        }
        return parts;
    }

    private Optional<String> name() {
        return chat ? maybe("ann") : Optional.empty();
    }

    private boolean coin() {
        return random.nextBoolean();
    }

    private <T> Optional<T> maybe(T value) {
        return coin() ? Optional.of(value) : Optional.empty();
    }

    private <T> T pick(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
