package dev.distill.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class SseParserTest {
    @Test
    void readsNamesDataAndCommentsWhateverEndsTheLines() {
        String text =
                "event: ping\ndata: {}\n\n: hello\nid: 7\ndata:a\ndata\ndata:  b\n\nevent: x\n\n";
        for (String end : List.of("\n", "\r", "\r\n")) {
            List<SseFrame> frames = parse(text.replace("\n", end).getBytes(UTF_8), 1000);
            assertThat(frames)
                    .extracting(SseFrame::event, SseFrame::data)
                    .startsWith(tuple("ping", "{}"), tuple("", "a\n\n b"));
        }
    }

    @Test
    void skipsAByteOrderMarkAndKeepsItInTheRawBytes() {
        byte[] bytes = "\uFEFFdata: a\n\n".getBytes(UTF_8);
        assertThat(parse(bytes, 1)).extracting(SseFrame::data).containsExactly("a");
        assertThat(raw(parse(bytes, 1))).isEqualTo(bytes);
    }

    @Test
    void ignoresFieldsThatOnlyBeginLikeKnownOnes() {
        byte[] bytes = "database: x\nevents: y\ndata: 1\n\n".getBytes(UTF_8);
        List<SseFrame> frames = parse(bytes, 3);
        assertThat(frames).extracting(SseFrame::data).containsExactly("1");
        assertThat(raw(frames)).isEqualTo(bytes);
    }

    @Test
    void handsOutWhatNoBlankLineEnded() {
        assertThat(parse("data: [DONE]".getBytes(UTF_8), 4))
                .extracting(SseFrame::data)
                .containsExactly("[DONE]");
        assertThat(new SseParser().end()).isEmpty();
    }

    @Test
    void givesAnEventAtItsBlankLineWithoutWaitingForMore() {
        for (String end : List.of("\n", "\r", "\r\n")) {
            List<SseFrame> frames = new ArrayList<>();
            byte[] bytes = ("data: 1" + end + end).getBytes(UTF_8);
            new SseParser().feed(bytes, 0, bytes.length, frames::add);
            assertThat(frames).hasSize(1);
        }
    }

    @Test
    void refusesAnEventAboveTheLimitAtItsEndAndBefore() {
        byte[] whole = ("data: " + "x".repeat(100) + "\n\n").getBytes(UTF_8);
        for (int piece : List.of(1, 50, 1000)) {
            assertThatThrownBy(() -> feed(new SseParser(50), whole, piece))
                    .isInstanceOf(WireException.class)
                    .hasMessage("an event of the stream is longer than 50 bytes");
        }
    }

    @Test
    void takesManyEventsThatTogetherAreLongerThanTheLimit() {
        byte[] bytes = "data: 12345\n\n".repeat(100).getBytes(UTF_8);
        assertThat(feed(new SseParser(50), bytes, 1000)).hasSize(100);
    }

    @Property(tries = 500)
    void framesAreTheSameHoweverTheBytesAreCutAndTheirRawBytesAreTheBytes(
            @ForAll("streams") String text, @ForAll @IntRange(min = 1, max = 40) int piece) {
        byte[] bytes = text.getBytes(UTF_8);
        List<SseFrame> whole = parse(bytes, Integer.MAX_VALUE);
        List<SseFrame> cut = parse(bytes, piece);
        assertThat(raw(cut)).isEqualTo(bytes);
        assertThat(raw(whole)).isEqualTo(bytes);
        assertThat(told(cut)).isEqualTo(told(whole));
    }

    @Property(tries = 500)
    void anyBytesAreFramesWhoseRawBytesTheyAre(
            @ForAll byte[] bytes, @ForAll @IntRange(min = 1, max = 9) int piece) {
        assertThat(raw(parse(bytes, piece))).isEqualTo(bytes);
    }

    @Property(tries = 200)
    void readsWhatIsWritten(@ForAll("lines") String event, @ForAll("lines") String data) {
        List<SseFrame> frames = new ArrayList<>();
        frames.addAll(parse(Sse.event(event, data), 7));
        frames.addAll(parse(Sse.data(data + "\n" + data), 7));
        assertThat(frames).hasSize(2);
        assertThat(frames.getFirst().event()).isEqualTo(event);
        assertThat(frames.getFirst().data()).isEqualTo(data);
        assertThat(frames.getLast().data()).isEqualTo(data + "\n" + data);
        assertThat(told(parse(Sse.comment(event), 3))).isEmpty();
    }

    @Provide
    Arbitrary<String> streams() {
        return Arbitraries.of(
                        "data: ", "data:", "data", "event: ", "é€😀", "x", ": c", "\n", "\r",
                        "\r\n", "\n\n", "\uFEFF", " ")
                .list()
                .ofMaxSize(60)
                .map(pieces -> String.join("", pieces));
    }

    @Provide
    Arbitrary<String> lines() {
        return Arbitraries.strings().withChars("ab:{}é€").ofMinLength(1).ofMaxLength(20);
    }

    /** All that readers look at: frames without data mean nothing. */
    private static List<String> told(List<SseFrame> frames) {
        return frames.stream()
                .filter(frame -> !frame.data().isEmpty())
                .map(frame -> frame.event() + "|" + frame.data())
                .toList();
    }

    static List<SseFrame> parse(byte[] bytes, int piece) {
        return feed(new SseParser(), bytes, piece);
    }

    private static List<SseFrame> feed(SseParser parser, byte[] bytes, int piece) {
        List<SseFrame> frames = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += Math.min(piece, bytes.length - at)) {
            parser.feed(bytes, at, Math.min(piece, bytes.length - at), frames::add);
        }
        parser.end().ifPresent(frames::add);
        return frames;
    }

    private static byte[] raw(List<SseFrame> frames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        frames.forEach(frame -> out.writeBytes(frame.raw()));
        return out.toByteArray();
    }
}
