package dev.distill.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.files.Json;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Frames of {@code application/vnd.amazon.eventstream}: total length, length of the headers, CRC of
 * both, headers, payload, CRC of everything before it; numbers are big-endian.
 *
 * @see <a href="https://smithy.io/2.0/aws/amazon-eventstream.html">the format</a>
 */
final class BedrockFrames {
    private static final byte STRING = 7;

    private BedrockFrames() {}

    /** An event of a Converse stream. */
    static byte[] event(String type, JsonNode payload) {
        return frame(payload, ":event-type", type, ":message-type", "event");
    }

    /** An exception within a Converse stream. */
    static byte[] exception(String type, JsonNode payload) {
        return frame(payload, ":exception-type", type, ":message-type", "exception");
    }

    private static byte[] frame(JsonNode payload, String... headers) {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        for (int i = 0; i < headers.length; i += 2) {
            header(head, headers[i], headers[i + 1]);
        }
        header(head, ":content-type", "application/json");
        byte[] body = Json.line(payload).getBytes(StandardCharsets.UTF_8);
        int total = 4 + 4 + 4 + head.size() + body.length + 4;
        byte[] bytes = new byte[total];
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        frame.putInt(total).putInt(head.size());
        frame.putInt(crc(bytes, frame.position()));
        frame.put(head.toByteArray()).put(body);
        frame.putInt(crc(bytes, frame.position()));
        return bytes;
    }

    private static void header(ByteArrayOutputStream out, String name, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        out.write(name.length());
        out.writeBytes(name.getBytes(StandardCharsets.UTF_8));
        out.write(STRING);
        out.write(text.length >> 8);
        out.write(text.length);
        out.writeBytes(text);
    }

    private static int crc(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
