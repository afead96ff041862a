package dev.distill.models;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Walks over the fields of one protocol-buffers message: call {@link #next}, then look at {@link
 * #field} and take {@link #number} or {@link #bytes}.
 *
 * <p>See https://protobuf.dev/programming-guides/encoding
 */
final class ProtobufReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final ByteBuffer in;
    private int field;
    private long number;
    private ByteBuffer bytes = ByteBuffer.allocate(0);

    ProtobufReader(ByteBuffer message) {
        this.in = message.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Goes to the next field; false at the end of the message. */
    boolean next() {
        if (!in.hasRemaining()) {
            return false;
        }
        long tag = varint();
        field = Math.toIntExact(tag >>> 3);
        int type = (int) tag & 7;
        switch (type) {
            case VARINT -> number = varint();
            case FIXED64 -> number = in.getLong();
            case FIXED32 -> number = in.getInt();
            case BYTES -> {
                int length = Math.toIntExact(varint());
                bytes = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
                in.position(in.position() + length);
            }
            default -> throw new IllegalArgumentException("wire type " + type + " is not known");
        }
        return true;
    }

    /** The number of the current field. */
    int field() {
        return field;
    }

    /** The current field's value, when it is a number. */
    long number() {
        return number;
    }

    /** The current field's value, when it is a text, bytes or a message; not a copy. */
    ByteBuffer bytes() {
        return bytes;
    }

    /** The current field's value, when it is a text. */
    String text() {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number of more than ten bytes");
    }
}
