package dev.distill.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OpenAiStreamsTest {
    private static final Codec CHAT = new OpenAiChatCodec();
    private static final Codec RESPONSES = new OpenAiResponsesCodec();

    @Tag("golden")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "openai-chat/text",
                "openai-chat/tools",
                "openai-chat/thinking-without-done",
                "openai-chat/two-choices-and-a-filter",
                "openai-chat/error",
                "openai-responses/everything",
                "openai-responses/incomplete",
                "openai-responses/failed"
            })
    void readsATranscript(String name) throws IOException {
        Codec codec = name.startsWith("openai-chat") ? CHAT : RESPONSES;
        byte[] stream = Transcripts.file(name + ".sse").getBytes(UTF_8);
        assertThat(Transcripts.lines(Transcripts.read(codec, stream)))
                .isEqualTo(Transcripts.file(name + ".events"));
    }

    @Tag("golden")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "openai-chat/text",
                "openai-chat/tools",
                "openai-chat/thinking-without-done",
                "openai-chat/error",
                "openai-responses/everything",
                "openai-responses/incomplete",
                "openai-responses/failed"
            })
    void writesATranscriptInTheOtherFormat(String name) throws IOException {
        boolean chat = name.startsWith("openai-chat");
        byte[] stream = Transcripts.file(name + ".sse").getBytes(UTF_8);
        List<Event> events = Transcripts.read(chat ? CHAT : RESPONSES, stream);
        Codec other = chat ? RESPONSES : CHAT;
        assertThat(new String(Transcripts.write(other.streamWriter(true), events), UTF_8))
                .isEqualTo(Transcripts.file(name + ".translated.sse"));
    }

    @Test
    void tellsOfUsageOnlyWhenItIsAskedTo() throws IOException {
        byte[] stream = Transcripts.file("openai-chat/text.sse").getBytes(UTF_8);
        List<Event> events = Transcripts.read(CHAT, stream);
        assertThat(new String(Transcripts.write(CHAT.streamWriter(false), events), UTF_8))
                .doesNotContain("usage")
                .endsWith("data: [DONE]\n\n");
        assertThat(new String(Transcripts.write(CHAT.streamWriter(true), events), UTF_8))
                .contains("\"usage\":null")
                .contains("\"choices\":[],\"usage\":{\"prompt_tokens\":19,");
    }

    @Test
    void aStreamThatStopsBeforeTheAnswerIsCompleteDoesNotEnd() throws IOException {
        String chat = Transcripts.file("openai-chat/text.sse");
        assertThat(Transcripts.read(CHAT, before(chat, "\"finish_reason\":\"stop\"")))
                .hasSize(4)
                .doesNotContain(new Event.Ended());
        String response = Transcripts.file("openai-responses/everything.sse");
        assertThat(Transcripts.read(RESPONSES, before(response, "event: response.completed")))
                .hasSize(9)
                .doesNotContain(new Event.Ended());
        byte[] done =
                "data: {\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\ndata: [DONE]\n\n"
                        .getBytes(UTF_8);
        assertThatThrownBy(() -> Transcripts.read(CHAT, done))
                .isInstanceOf(WireException.class)
                .hasMessage("the stream ended before the answer did");
    }

    @Test
    void malformedJsonIsNoAnswer() {
        for (Codec codec : List.of(CHAT, RESPONSES)) {
            assertThatThrownBy(() -> Transcripts.read(codec, "data: {\"id\":\n\n".getBytes(UTF_8)))
                    .isInstanceOf(WireException.class)
                    .hasMessage("not JSON (line 1, column 7)");
        }
    }

    @Test
    void writesAnErrorIntoAStream() {
        Refusal refusal =
                new Refusal(
                        0,
                        Refusal.Kind.OVERLOADED,
                        "overloaded_error",
                        Optional.empty(),
                        "too much to do",
                        Optional.empty(),
                        Optional.empty());
        assertThat(new String(CHAT.writeStreamError(refusal, "r1"), UTF_8))
                .isEqualTo(
                        "data: {\"error\":{\"message\":\"too much to do\",\"type\":\"server_error\",\"param\":null,\"code\":\"overloaded\"}}\n\n");
        assertThat(new String(RESPONSES.writeStreamError(refusal, "r1"), UTF_8))
                .isEqualTo(
                        "event: error\ndata: {\"type\":\"error\",\"code\":\"overloaded\",\"message\":\"too much to do\",\"param\":null,\"sequence_number\":0}\n\n");
        Event.Failed failed =
                (Event.Failed)
                        Transcripts.read(RESPONSES, RESPONSES.writeStreamError(refusal, ""))
                                .getFirst();
        assertThat(failed.refusal().kind()).isEqualTo(Refusal.Kind.OVERLOADED);
    }

    @Property(tries = 200)
    void eventsOfAChatSurviveBeingWrittenAndRead(@ForAll("events") List<Event> events) {
        byte[] stream = Transcripts.write(CHAT.streamWriter(true), events);
        assertThat(merged(Transcripts.read(CHAT, stream))).isEqualTo(merged(events));
    }

    @Property(tries = 200)
    void eventsOfAResponseSurviveBeingWrittenAndRead(@ForAll("events") List<Event> events) {
        byte[] stream = Transcripts.write(RESPONSES.streamWriter(true), events);
        assertThat(merged(Transcripts.read(RESPONSES, stream))).isEqualTo(merged(events));
    }

    @Property(tries = 500)
    void garbageIsRefusedAndNothingWorse(@ForAll("garbage") String stream) {
        for (Codec codec : List.of(CHAT, RESPONSES)) {
            try {
                assertThat(Transcripts.read(codec, stream.getBytes(UTF_8))).isNotNull();
            } catch (WireException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }

    /** An answer: thoughts, text and calls, in pieces. */
    @Provide
    Arbitrary<List<Event>> events() {
        Arbitrary<Event> thought = words().map(text -> new Event.ThinkingDelta(0, text));
        Arbitrary<Event> text = words().map(said -> new Event.TextDelta(0, said));
        Arbitrary<List<String>> calls =
                Arbitraries.of("{}", "{\"a\":1}", "{\"é\":\"\\n\"}").list().ofMaxSize(3);
        Arbitrary<Usage> usage =
                Arbitraries.longs()
                        .between(0, 1000)
                        .list()
                        .ofSize(4)
                        .map(
                                n ->
                                        new Usage(
                                                n.get(0),
                                                n.get(1),
                                                0,
                                                0,
                                                0,
                                                n.get(2),
                                                n.get(2) == 0 ? 0 : n.get(3),
                                                0,
                                                0));
        return net.jqwik.api.Combinators.combine(
                        thought.list().ofMaxSize(2), text.list().ofMaxSize(3), calls, usage)
                .as(OpenAiStreamsTest::answer);
    }

    private static List<Event> answer(
            List<Event> thoughts, List<Event> texts, List<String> calls, Usage usage) {
        List<Event> events = new ArrayList<>(List.of(new Event.Started("id1", "m", 7)));
        events.addAll(thoughts);
        events.addAll(texts);
        if (!texts.isEmpty()) {
            ObjectNode token = Json.object().put("token", "x").put("logprob", -1);
            ObjectNode logprobs = Json.object();
            logprobs.putArray("content").add(token);
            events.add(new Event.Logprobs(0, logprobs.putNull("refusal")));
        }
        for (int i = 0; i < calls.size(); i++) {
            events.add(new Event.ToolCallStarted(0, i, "call_" + i, "f" + i));
            int middle = calls.get(i).length() / 2;
            events.add(new Event.ToolCallDelta(0, i, calls.get(i).substring(0, middle)));
            events.add(new Event.ToolCallDelta(0, i, calls.get(i).substring(middle)));
        }
        StopReason reason = calls.isEmpty() ? StopReason.END : StopReason.TOOL_CALLS;
        events.add(new Event.Finished(0, reason, Optional.empty()));
        events.add(new Event.Used(usage, Optional.of("flex")));
        events.add(new Event.Ended());
        return events;
    }

    @Provide
    Arbitrary<String> words() {
        return Arbitraries.of("a", "é€", "\n\n", "{\"", " 😀", "data: x\r\n");
    }

    @Provide
    Arbitrary<String> garbage() {
        return Arbitraries.of(
                        "{",
                        "}",
                        "[",
                        "]",
                        ",",
                        ":",
                        "\"choices\":[{",
                        "\"delta\":{",
                        "\"tool_calls\":[{}]",
                        "\"type\":\"response.output_item.added\"",
                        "\"type\":\"response.completed\"",
                        "\"type\":\"response.function_call_arguments.delta\"",
                        "\"item\":{\"type\":\"function_call\"}",
                        "\"usage\":{\"prompt_tokens\":1e99}",
                        "\"finish_reason\":3",
                        "\"index\":null",
                        "\"error\":{}",
                        "null",
                        "1",
                        "\n\ndata: ",
                        "\"content\":[]",
                        "\"id\":\"x\"",
                        "}]}")
                .list()
                .ofMaxSize(25)
                .map(pieces -> "data: {" + String.join("", pieces) + "\n\n");
    }

    /** The events before the one that has a word. */
    private static byte[] before(String stream, String word) {
        return stream.substring(0, stream.lastIndexOf("\n\n", stream.indexOf(word)) + 2)
                .getBytes(UTF_8);
    }

    /** Neighbouring pieces of the same thing as one. */
    private static List<Event> merged(List<Event> events) {
        List<Event> merged = new ArrayList<>();
        for (Event event : events) {
            Event last = merged.isEmpty() ? new Event.Ended() : merged.getLast();
            if (event instanceof Event.TextDelta(int c, String b)
                    && last instanceof Event.TextDelta(int _, String a)) {
                merged.set(merged.size() - 1, new Event.TextDelta(c, a + b));
            } else if (event instanceof Event.ThinkingDelta(int c, String b)
                    && last instanceof Event.ThinkingDelta(int _, String a)) {
                merged.set(merged.size() - 1, new Event.ThinkingDelta(c, a + b));
            } else if (event instanceof Event.ToolCallDelta(int c, int n, String b)
                    && last instanceof Event.ToolCallDelta(int _, int m, String a)
                    && m == n) {
                merged.set(merged.size() - 1, new Event.ToolCallDelta(c, n, a + b));
            } else {
                merged.add(event);
            }
        }
        return merged;
    }
}
