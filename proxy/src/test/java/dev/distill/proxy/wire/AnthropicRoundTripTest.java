package dev.distill.proxy.wire;

import static dev.distill.proxy.wire.PlainConversation.message;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Conversation.Format;
import dev.distill.proxy.wire.Conversation.Message;
import dev.distill.proxy.wire.Conversation.Reasoning;
import dev.distill.proxy.wire.Conversation.Role;
import dev.distill.proxy.wire.Conversation.Sampling;
import dev.distill.proxy.wire.Conversation.Tool;
import dev.distill.proxy.wire.Conversation.ToolChoice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is said in Anthropic's words can be read back. */
class AnthropicRoundTripTest {
    private static final AnthropicCodec CODEC = new AnthropicCodec(() -> Instant.EPOCH);

    @Property(tries = 300)
    void aConversationReadsBackAsItWas(@ForAll("conversations") Conversation conversation) {
        ObjectNode request = CODEC.writeRequest(conversation, "claude");

        assertThat(CODEC.readRequest(request)).isEqualTo(conversation);
    }

    @Property(tries = 300)
    void aStreamReadsBackAsItWas(@ForAll("answers") List<Event> events) {
        String text = TestFrames.write(CODEC.streamWriter(true), events);

        List<Event> read = TestFrames.read(CODEC.streamReader(), TestFrames.parse(text));

        assertThat(merged(read)).isEqualTo(merged(events));
    }

    @Property(tries = 300)
    void blocksOfAStreamAreOpenedFilledAndClosedInOrder(@ForAll("answers") List<Event> events)
            throws Exception {
        String text = TestFrames.write(CODEC.streamWriter(true), events);
        int next = 0;
        String open = "";
        StringBuilder json = new StringBuilder();

        for (SseFrame frame : TestFrames.parse(text)) {
            JsonNode data = Json.parse(frame.data());
            assertThat(frame.event()).isEqualTo(data.get("type").asText());
            switch (frame.event()) {
                case "content_block_start" -> {
                    assertThat(open).isEmpty();
                    assertThat(data.get("index").asInt()).isEqualTo(next);
                    open = data.at("/content_block/type").asText();
                    json.setLength(0);
                }
                case "content_block_delta" -> {
                    assertThat(data.get("index").asInt()).isEqualTo(next);
                    assertThat(data.at("/delta/type").asText())
                            .isIn(
                                    switch (open) {
                                        case "text" -> List.of("text_delta");
                                        case "thinking" ->
                                                List.of("thinking_delta", "signature_delta");
                                        case "tool_use" -> List.of("input_json_delta");
                                        default -> List.of();
                                    });
                    json.append(data.at("/delta/partial_json").asText(""));
                }
                case "content_block_stop" -> {
                    assertThat(data.get("index").asInt()).isEqualTo(next++);
                    assertThat(open).isNotEmpty();
                    if (open.equals("tool_use")) {
                        assertThat(Json.parse(json.toString()).isObject()).isTrue();
                    }
                    open = "";
                }
                default -> assertThat(open).isEmpty();
            }
        }
        assertThat(text).endsWith("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    }

    /** Deltas that follow each other joined, what is not known yet at the start left out. */
    private static List<Event> merged(List<Event> events) {
        List<Event> merged = new ArrayList<>();
        for (Event event : events) {
            Event last = merged.isEmpty() ? new Event.Ended() : merged.getLast();
            if (event instanceof Event.TextDelta(_, String more)
                    && last instanceof Event.TextDelta(_, String text)) {
                merged.set(merged.size() - 1, new Event.TextDelta(0, text + more));
            } else if (event instanceof Event.ThinkingDelta(_, String more)
                    && last instanceof Event.ThinkingDelta(_, String text)) {
                merged.set(merged.size() - 1, new Event.ThinkingDelta(0, text + more));
            } else if (event instanceof Event.ToolCallDelta(_, _, String more)
                    && last instanceof Event.ToolCallDelta(_, int call, String json)) {
                merged.set(merged.size() - 1, new Event.ToolCallDelta(0, call, json + more));
            } else if (!event.equals(new Event.Used(Usage.NONE, Optional.empty()))) {
                merged.add(event);
            }
        }
        return merged;
    }

    @Provide
    Arbitrary<List<Event>> answers() {
        Arbitrary<List<Event>> blocks =
                Arbitraries.integers()
                        .between(0, 4)
                        .list()
                        .ofMaxSize(8)
                        .flatMap(
                                kinds ->
                                        texts().list()
                                                .ofSize(kinds.size() + 1)
                                                .map(texts -> blocks(kinds, texts)));
        return Combinators.combine(blocks, stops(), usages())
                .as(
                        (content, stop, usage) -> {
                            List<Event> events = new ArrayList<>();
                            events.add(new Event.Started("msg_1", "claude", 0));
                            events.addAll(content);
                            events.add(stop);
                            events.add(new Event.Used(usage, Optional.of("standard")));
                            events.add(new Event.Ended());
                            return events;
                        });
    }

    private static List<Event> blocks(List<Integer> kinds, List<String> texts) {
        List<Event> events = new ArrayList<>();
        int calls = 0;
        for (int i = 0; i < kinds.size(); i++) {
            String text = texts.get(i);
            switch (kinds.get(i)) {
                case 0 -> events.add(new Event.TextDelta(0, text));
                case 1 -> events.add(new Event.ThinkingDelta(0, text));
                case 2 -> events.add(new Event.ThinkingSigned(0, text));
                case 3 -> events.add(new Event.RedactedThinking(0, text));
                default -> {
                    events.add(new Event.ToolCallStarted(0, calls, "toolu_" + calls, "f"));
                    events.add(new Event.ToolCallDelta(0, calls, "{\"a\":"));
                    events.add(new Event.ToolCallDelta(0, calls++, "1}"));
                }
            }
        }
        return events;
    }

    private static Arbitrary<Event> stops() {
        return Arbitraries.of(
                new Event.Finished(0, StopReason.END, Optional.empty()),
                new Event.Finished(0, StopReason.LENGTH, Optional.empty()),
                new Event.Finished(0, StopReason.TOOL_CALLS, Optional.empty()),
                new Event.Finished(0, StopReason.REFUSED, Optional.empty()),
                new Event.Finished(0, StopReason.PAUSED, Optional.empty()),
                new Event.Finished(0, StopReason.STOP_SEQUENCE, Optional.of("END")));
    }

    private static Arbitrary<Usage> usages() {
        Arbitrary<Long> count = Arbitraries.longs().between(0, 1_000_000);
        return Combinators.combine(count, count, count, count, count, count, count)
                .as(
                        (in, cached, five, hour, out, thought, searches) ->
                                new Usage(in, cached, five, hour, 0, out, thought, 0, searches));
    }

    @Provide
    Arbitrary<Conversation> conversations() {
        return Combinators.combine(
                        systems(), turns(), tools(), samplings(), reasonings(), formats())
                .as(
                        (system, turns, tools, sampling, reasoning, format) -> {
                            PlainConversation c = new PlainConversation();
                            c.messages = new ArrayList<>(system);
                            c.messages.addAll(turns);
                            c.tools = tools;
                            if (!tools.isEmpty()) {
                                c.toolChoice =
                                        Optional.of(new ToolChoice.Named(tools.getFirst().name()));
                                c.parallelToolCalls = Optional.of(tools.size() > 1);
                            }
                            c.sampling = sampling;
                            c.reasoning = reasoning;
                            c.format = format;
                            c.maxOutputTokens = OptionalInt.of(1 + turns.size());
                            c.stream = tools.isEmpty();
                            c.user = Optional.of("u").filter(_ -> turns.size() > 1);
                            return c.build();
                        });
    }

    private static Arbitrary<List<Message>> systems() {
        return texts().map(text -> message(Role.SYSTEM, new Part.Text(text))).list().ofMaxSize(1);
    }

    /** Turns that alternate, results of calls first in what the user says. */
    private static Arbitrary<List<Message>> turns() {
        Arbitrary<List<Message>> exchange =
                Combinators.combine(
                                words().list().ofMinSize(1).ofMaxSize(3),
                                thoughts().list().ofMaxSize(2),
                                results().list().ofMaxSize(2))
                        .as(AnthropicRoundTripTest::exchange);
        return exchange.list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .map(all -> all.stream().flatMap(List::stream).toList());
    }

    private static List<Message> exchange(
            List<Part> words, List<Part> thoughts, List<Part> results) {
        List<Message> messages = new ArrayList<>();
        if (!results.isEmpty()) {
            messages.add(message(Role.TOOL, results.toArray(Part[]::new)));
        }
        messages.add(message(Role.USER, words.toArray(Part[]::new)));
        List<Part> said = new ArrayList<>(thoughts);
        said.add(new Part.Text("Well"));
        said.add(new Part.CachePoint(CacheLifetime.MINUTES));
        said.add(new Part.ToolCall("toolu_1", "f", "{\"a\":[1,null,\"é\"]}"));
        messages.add(message(Role.ASSISTANT, said.toArray(Part[]::new)));
        return messages;
    }

    private static Arbitrary<Part> words() {
        return Arbitraries.oneOf(
                texts().map(Part.Text::new),
                sources().map(source -> new Part.Image(source, Optional.empty())),
                Combinators.combine(sources(), texts())
                        .as((source, name) -> new Part.Document(source, Optional.of(name))),
                Arbitraries.just(
                        new Part.Document(
                                new Part.Source.Inline("text/plain", "Tm90ZQ=="),
                                Optional.empty())));
    }

    private static Arbitrary<Part.Source> sources() {
        return Arbitraries.of(
                new Part.Source.Inline("application/pdf", "AAAA"),
                new Part.Source.Remote("https://example.com/a"),
                new Part.Source.Uploaded("file_1"));
    }

    private static Arbitrary<Part> thoughts() {
        return Arbitraries.oneOf(
                texts().map(text -> new Part.Thinking(text, Optional.of("sig"))),
                texts().map(Part.RedactedThinking::new));
    }

    private static Arbitrary<Part> results() {
        return Combinators.combine(words().list().ofMaxSize(2), Arbitraries.of(true, false))
                .as((content, failed) -> new Part.ToolResult("toolu_1", content, failed));
    }

    private static Arbitrary<List<Tool>> tools() {
        return Combinators.combine(
                        texts().optional(),
                        Arbitraries.of(true, false).optional(),
                        Arbitraries.of(CacheLifetime.class).optional())
                .as(
                        (description, strict, cached) ->
                                new Tool(
                                        "f",
                                        description,
                                        Json.object().put("type", "object"),
                                        strict,
                                        cached))
                .list()
                .ofMaxSize(2);
    }

    private static Arbitrary<Sampling> samplings() {
        return Combinators.combine(Arbitraries.doubles().between(0, 1), texts().list().ofMaxSize(2))
                .as(
                        (number, stop) ->
                                new Sampling(
                                        OptionalDouble.of(number),
                                        OptionalDouble.of(number),
                                        OptionalInt.of(40),
                                        OptionalLong.empty(),
                                        stop,
                                        OptionalDouble.empty(),
                                        OptionalDouble.empty(),
                                        Optional.empty()));
    }

    private static Arbitrary<Optional<Reasoning>> reasonings() {
        return Arbitraries.of(
                Optional.empty(),
                Optional.of(new Reasoning(Optional.empty(), OptionalInt.empty())),
                Optional.of(new Reasoning(Optional.of("none"), OptionalInt.empty())),
                Optional.of(new Reasoning(Optional.of("max"), OptionalInt.empty())),
                Optional.of(new Reasoning(Optional.of("low"), OptionalInt.of(2048))),
                Optional.of(new Reasoning(Optional.empty(), OptionalInt.of(1024))));
    }

    private static Arbitrary<Format> formats() {
        return Arbitraries.of(
                new Format.Text(),
                new Format.JsonSchema(
                        "answer",
                        Optional.empty(),
                        Json.object().put("type", "object"),
                        Optional.of(true)));
    }

    /** Not empty, for an empty text is nothing to say. */
    private static Arbitrary<String> texts() {
        return Arbitraries.strings().withCharRange(' ', '\u04ff').ofMinLength(1).ofMaxLength(12);
    }
}
