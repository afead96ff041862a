package dev.distill.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class AwsEventStreamTest {
    record Sent(String type, String payload) {}

    @Property(tries = 200)
    void messagesComeOutAsTheyWentInHoweverTheyAreCut(
            @ForAll("messages") List<Sent> messages,
            @ForAll @IntRange(min = 1, max = 50) int piece) {
        List<byte[]> raw = messages.stream().map(AwsEventStreamTest::event).toList();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        raw.forEach(all::writeBytes);
        AwsEventStream stream = new AwsEventStream();
        List<SseFrame> frames = new ArrayList<>();

        byte[] bytes = all.toByteArray();
        for (int i = 0; i < bytes.length; i += piece) {
            frames.addAll(Frames.of(stream, bytes, i, Math.min(piece, bytes.length - i)));
        }

        assertThat(frames.stream().map(f -> new Sent(f.event(), f.data())).toList())
                .isEqualTo(messages);
        for (int i = 0; i < raw.size(); i++) {
            assertThat(frames.get(i).raw()).isEqualTo(raw.get(i));
        }
    }

    @Property(tries = 500)
    void bytesThatAreNoMessagesAreRefusedAndNothingWorse(
            @ForAll byte[] bytes, @ForAll @IntRange(max = 40) int length) {
        ByteBuffer prelude = ByteBuffer.allocate(12 + bytes.length);
        prelude.putInt(16 + length).putInt(Math.floorMod(length * 7, 41));
        CRC32 sum = new CRC32();
        sum.update(prelude.array(), 0, 8);
        prelude.putInt((int) sum.getValue()).put(bytes);
        for (byte[] garbage : List.of(bytes, prelude.array())) {
            try {
                Frames.of(new AwsEventStream(), garbage, 0, garbage.length);
            } catch (WireException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    @Property(tries = 200)
    void aDamagedMessageIsNeverTakenForAnother(
            @ForAll("messages") List<Sent> messages, @ForAll int where, @ForAll byte flip) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        messages.forEach(message -> all.writeBytes(event(message)));
        byte[] bytes = all.toByteArray();
        if (bytes.length == 0 || flip == 0) {
            return;
        }
        bytes[Math.floorMod(where, bytes.length)] ^= flip;

        assertThatThrownBy(() -> Frames.of(new AwsEventStream(), bytes, 0, bytes.length))
                .isInstanceOf(WireException.class)
                .hasMessageStartingWith("a message of the event stream cannot be read: ");
    }

    @Example
    void aStreamThatEndsWithinAMessageSaysSo() {
        byte[] message = event(new Sent("messageStart", "{}"));
        AwsEventStream stream = new AwsEventStream();

        assertThat(Frames.of(stream, message, 0, message.length - 1)).isEmpty();
    }

    @Example
    void anExceptionIsNamedAfterItsType() {
        byte[] message =
                message(
                        Map.of(
                                ":message-type",
                                "exception",
                                ":exception-type",
                                "throttlingException"),
                        "{\"message\":\"slow\"}");

        SseFrame frame = Frames.of(new AwsEventStream(), message, 0, message.length).getFirst();

        assertThat(frame.event()).isEqualTo("throttlingException");
        assertThat(frame.data()).isEqualTo("{\"message\":\"slow\"}");
    }

    @Example
    void anErrorIsMadeOfItsHeaders() {
        byte[] message =
                message(
                        Map.of(
                                ":message-type",
                                "error",
                                ":error-code",
                                "InternalServerException",
                                ":error-message",
                                "oops"),
                        "");

        SseFrame frame = Frames.of(new AwsEventStream(), message, 0, message.length).getFirst();

        assertThat(new BedrockStreamReader(0).read(frame))
                .singleElement()
                .isInstanceOfSatisfying(
                        Event.Failed.class,
                        failed -> {
                            assertThat(failed.refusal().kind()).isEqualTo(Refusal.Kind.TRANSIENT);
                            assertThat(failed.refusal().message()).isEqualTo("oops");
                        });
    }

    @Example
    void headersOfEveryTypeAreReadOver() {
        ByteArrayOutputStream headers = new ByteArrayOutputStream();
        int[] sizes = {0, 0, 1, 2, 4, 8, -1, -1, 8, 16};
        for (int type = 0; type < sizes.length; type++) {
            headers.writeBytes(new byte[] {1, 'x', (byte) type});
            headers.writeBytes(sizes[type] < 0 ? new byte[] {0, 2, 5, 5} : new byte[sizes[type]]);
        }
        headers.writeBytes(header(":event-type", "metadata"));
        byte[] message = message(headers.toByteArray(), "{}");

        assertThat(Frames.of(new AwsEventStream(), message, 0, message.length).getFirst().event())
                .isEqualTo("metadata");
    }

    @Provide
    Arbitrary<List<Sent>> messages() {
        return Combinators.combine(
                        Arbitraries.of("messageStart", "contentBlockDelta", "metadata"),
                        Arbitraries.strings().ofMaxLength(40).map(AwsEventStreamTest::wellFormed))
                .as(Sent::new)
                .list()
                .ofMaxSize(6);
    }

    /** Lone surrogates have no bytes. */
    private static String wellFormed(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private static byte[] event(Sent sent) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(":event-type", sent.type());
        headers.put(":content-type", "application/json");
        headers.put(":message-type", "event");
        return message(headers, sent.payload());
    }

    private static byte[] message(Map<String, String> headers, String payload) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        headers.forEach((name, value) -> bytes.writeBytes(header(name, value)));
        return message(bytes.toByteArray(), payload);
    }

    private static byte[] header(String name, String value) {
        byte[] key = name.getBytes(StandardCharsets.UTF_8);
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + key.length + text.length)
                .put((byte) key.length)
                .put(key)
                .put((byte) 7)
                .putShort((short) text.length)
                .put(text)
                .array();
    }

    private static byte[] message(byte[] headers, String payload) {
        byte[] body = payload.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[16 + headers.length + body.length];
        ByteBuffer message = ByteBuffer.wrap(bytes);
        message.putInt(bytes.length).putInt(headers.length);
        message.putInt(crc(bytes, 8)).put(headers).put(body);
        message.putInt(crc(bytes, bytes.length - 4));
        return bytes;
    }

    private static int crc(byte[] bytes, int count) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, count);
        return (int) crc.getValue();
    }
}
