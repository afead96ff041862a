package dev.distill.proxy.ledger;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What one entry of the local log says: a row, a row that stands in for a call that is under way,
 * or the end of such a call whose row is elsewhere.
 *
 * <p>On the disk: length of the rest (4 bytes), CRC-32C of it (4), its kind (1), and the row as
 * {@link RowCodec} writes it. A frame that is cut off or does not match its sum ends a log.
 */
record Frame(Kind kind, String requestId, Optional<RequestRow> row, int size) {
    static final int HEADER = 8;

    /** No row comes near this; a longer length is damage. */
    static final int MOST = 1 << 20;

    enum Kind {
        ROW(0),
        RESERVED(1),
        SETTLED(2);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        private static @Nullable Kind of(int code) {
            return switch (code) {
                case 0 -> ROW;
                case 1 -> RESERVED;
                case 2 -> SETTLED;
                default -> null;
            };
        }
    }

    /** The bytes of a row. */
    static byte[] row(RequestRow row) {
        return framed(Kind.ROW, row);
    }

    /** The bytes of the row that stays of a call if its process dies. */
    static byte[] reserved(RequestRow row) {
        return framed(Kind.RESERVED, row);
    }

    /** The bytes that say that a call is over and its row elsewhere. */
    static byte[] settled(String requestId) {
        RowCodec.Writer writer = new RowCodec.Writer(HEADER + 1);
        writer.text(requestId);
        return sealed(Kind.SETTLED, writer.bytes());
    }

    private static byte[] framed(Kind kind, RequestRow row) {
        return sealed(kind, RowCodec.write(row, HEADER + 1));
    }

    private static byte[] sealed(Kind kind, byte[] bytes) {
        bytes[HEADER] = (byte) kind.code;
        ByteBuffer.wrap(bytes)
                .putInt(bytes.length - HEADER)
                .putInt(sum(bytes, HEADER, bytes.length - HEADER));
        return bytes;
    }

    /** The same entry as a row; for calls that nobody finished. */
    static byte[] asRow(byte[] reserved) {
        return sealed(Kind.ROW, Arrays.copyOf(reserved, reserved.length));
    }

    /** Reads the next frame; null when what is left is none, and then the position stays. */
    static @Nullable Frame read(ByteBuffer bytes) {
        int start = bytes.position();
        if (bytes.remaining() < HEADER + 1) {
            return null;
        }
        int length = bytes.getInt(start);
        if (length < 1 || length > MOST || length > bytes.remaining() - HEADER) {
            return null;
        }
        byte[] body = new byte[length];
        bytes.get(start + HEADER, body);
        Kind kind = Kind.of(body[0]);
        if (kind == null || sum(body, 0, length) != bytes.getInt(start + 4)) {
            return null;
        }
        bytes.position(start + HEADER + length);
        ByteBuffer rest = ByteBuffer.wrap(body, 1, length - 1);
        if (kind == Kind.SETTLED) {
            String id = new RowCodec.Reader(rest).text();
            return new Frame(kind, id, Optional.empty(), HEADER + length);
        }
        RequestRow row = RowCodec.read(rest);
        return new Frame(kind, row.requestId(), Optional.of(row), HEADER + length);
    }

    private static int sum(byte[] bytes, int from, int length) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, from, length);
        return (int) sum.getValue();
    }
}
