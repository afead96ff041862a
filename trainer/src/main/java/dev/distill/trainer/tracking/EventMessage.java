package dev.distill.trainer.tracking;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The messages of an event file, in the wire format of protocol buffers:
 *
 * <pre>{@code
 * Event { double wall_time = 1; int64 step = 2;
 *         oneof { string file_version = 3; Summary summary = 5; SessionLog session_log = 7; } }
 * Summary { repeated Value { string tag = 1; float simple_value = 2; } value = 1; }
 * SessionLog { enum { START = 1; } status = 1; }
 * }</pre>
 *
 * <p>See https://github.com/tensorflow/tensorboard/tree/2.20.0/tensorboard/compat/proto
 */
final class EventMessage {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;
    private static final int START = 1;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private EventMessage() {}

    /** The first message of a file. */
    static byte[] version(double wallTime) {
        return event(wallTime, 0).bytes(3, "brain.Event:2".getBytes(StandardCharsets.UTF_8)).done();
    }

    /** Tells readers to forget what other files have for this step and later ones. */
    static byte[] start(double wallTime, long step) {
        return event(wallTime, step).bytes(7, new EventMessage().varint(1, START).done()).done();
    }

    /** Figures of a step. */
    static byte[] scalars(double wallTime, long step, Map<String, Double> values) {
        EventMessage summary = new EventMessage();
        values.forEach(
                (tag, value) ->
                        summary.bytes(
                                1,
                                new EventMessage()
                                        .bytes(1, tag.getBytes(StandardCharsets.UTF_8))
                                        .number32(2, value.floatValue())
                                        .done()));
        return event(wallTime, step).bytes(5, summary.done()).done();
    }

    private static EventMessage event(double wallTime, long step) {
        EventMessage event = new EventMessage();
        event.key(1, FIXED64);
        event.out.writeBytes(little(8).putDouble(wallTime).array());
        return step == 0 ? event : event.varint(2, step); // zeros are not written
    }

    private EventMessage varint(int field, long value) {
        key(field, VARINT);
        raw(value);
        return this;
    }

    private EventMessage number32(int field, float value) {
        key(field, FIXED32);
        out.writeBytes(little(4).putFloat(value).array());
        return this;
    }

    private EventMessage bytes(int field, byte[] content) {
        key(field, BYTES);
        raw(content.length);
        out.writeBytes(content);
        return this;
    }

    private void key(int field, int wireType) {
        raw(((long) field << 3) | wireType);
    }

    /** Seven bits a byte, the lowest first; all but the last byte have the eighth bit set. */
    private void raw(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private byte[] done() {
        return out.toByteArray();
    }

    static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
