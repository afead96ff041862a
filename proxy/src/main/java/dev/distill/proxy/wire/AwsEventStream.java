package dev.distill.proxy.wire;

import dev.distill.files.Json;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/**
 * Takes {@code application/vnd.amazon.eventstream} apart as it comes, in pieces of any size. Of a
 * message the frame has the kind of event, exception or error as its event, the payload as its data
 * and the message itself as its raw bytes. It belongs to one stream.
 *
 * <p>A message is: its length and that of its headers (4 bytes each), a CRC-32 of these 8, headers,
 * payload, and a CRC-32 of all before it. A header is: the length of its name, the name, its type
 * and its value.
 *
 * @see <a href="https://smithy.io/2.0/aws/amazon-eventstream.html">the format</a>
 */
public final class AwsEventStream implements FrameParser {
    /** What a frame is called whose message is an error that the service has not modelled. */
    static final String ERROR = "error";

    /** As long as a message may be. */
    private static final int LONGEST = 16 << 20;

    private static final int PRELUDE = 12;
    private static final int CRC = 4;

    private byte[] buffer = new byte[1024];
    private int length;

    /**
     * Takes more bytes in.
     *
     * @throws WireException for a message that is damaged or too long; the stream is of no use then
     */
    @Override
    public void feed(byte[] bytes, int offset, int count, Consumer<SseFrame> frames) {
        if (buffer.length - length < count) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + count));
        }
        System.arraycopy(bytes, offset, buffer, length, count);
        length += count;
        int start = 0;
        while (length - start >= PRELUDE) {
            int total = checkedLength(start);
            if (length - start < total) {
                break;
            }
            frames.accept(message(Arrays.copyOfRange(buffer, start, start + total)));
            start += total;
        }
        System.arraycopy(buffer, start, buffer, 0, length - start);
        length -= start;
    }

    /** What is left is the beginning of a message, which says nothing. */
    @Override
    public Optional<SseFrame> end() {
        return Optional.empty();
    }

    private int checkedLength(int start) {
        ByteBuffer prelude = ByteBuffer.wrap(buffer, start, PRELUDE);
        int total = prelude.getInt();
        int headers = prelude.getInt();
        if (prelude.getInt() != crc(buffer, start, PRELUDE - CRC)) {
            throw damaged("its prelude is damaged");
        }
        if (total > LONGEST || headers < 0 || headers > total - PRELUDE - CRC) {
            throw damaged("it has a length of " + total + " and headers of " + headers);
        }
        return total;
    }

    private static SseFrame message(byte[] raw) {
        ByteBuffer message = ByteBuffer.wrap(raw);
        if (message.getInt(raw.length - CRC) != crc(raw, 0, raw.length - CRC)) {
            throw damaged("it is damaged");
        }
        int headerBytes = message.getInt(4);
        Map<String, String> headers = headers(message.slice(PRELUDE, headerBytes));
        int payload = PRELUDE + headerBytes;
        String data = new String(raw, payload, raw.length - CRC - payload, StandardCharsets.UTF_8);
        return switch (headers.getOrDefault(":message-type", "event")) {
            case "exception" ->
                    new SseFrame(headers.getOrDefault(":exception-type", ERROR), data, raw);
            case "error" -> new SseFrame(ERROR, error(headers), raw);
            default -> new SseFrame(headers.getOrDefault(":event-type", ""), data, raw);
        };
    }

    /** An error has no payload; its code and message are headers. */
    private static String error(Map<String, String> headers) {
        return Json.line(
                Json.object()
                        .put("__type", headers.getOrDefault(":error-code", ""))
                        .put("message", headers.getOrDefault(":error-message", "")));
    }

    /** The headers that are texts; the others are read over. */
    private static Map<String, String> headers(ByteBuffer bytes) {
        Map<String, String> headers = new HashMap<>();
        try {
            while (bytes.hasRemaining()) {
                String name = text(bytes, Byte.toUnsignedInt(bytes.get()));
                int type = bytes.get();
                switch (type) {
                    case 0, 1 -> {} // true, false
                    case 2 -> skip(bytes, 1);
                    case 3 -> skip(bytes, 2);
                    case 4 -> skip(bytes, 4);
                    case 5, 8 -> skip(bytes, 8); // a number, a time
                    case 6 -> skip(bytes, Short.toUnsignedInt(bytes.getShort()));
                    case 7 -> headers.put(name, text(bytes, Short.toUnsignedInt(bytes.getShort())));
                    case 9 -> skip(bytes, 16); // a UUID
                    default -> throw damaged("it has a header of type " + type);
                }
            }
        } catch (BufferUnderflowException _) {
            throw damaged("its headers are longer than they say");
        }
        return headers;
    }

    private static String text(ByteBuffer bytes, int count) {
        byte[] text = new byte[count];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static void skip(ByteBuffer bytes, int count) {
        text(bytes, count);
    }

    private static int crc(byte[] bytes, int offset, int count) {
        CRC32 crc = new CRC32();
        crc.update(bytes, offset, count);
        return (int) crc.getValue();
    }

    private static WireException damaged(String why) {
        return new WireException("", "a message of the event stream cannot be read: " + why);
    }
}
