package dev.distill.models.linear;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * A safetensors file of one-dimensional arrays of 32-bit numbers, read without libtorch: eight
 * bytes with the header's length, the header (a JSON object from name to type, shape and place),
 * then the little-endian numbers. See https://github.com/huggingface/safetensors#format
 */
final class ArrayFile {
    private static final int ALIGNMENT = 8;
    private static final String HINT = "fetch the package again, or train the student again";

    private final Path file;
    private final JsonNode header;
    private final ByteBuffer numbers;

    private ArrayFile(Path file, JsonNode header, ByteBuffer numbers) {
        this.file = file;
        this.header = header;
        this.numbers = numbers;
    }

    /** Maps a file into memory; its arrays are checked when they are asked for. */
    static ArrayFile open(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() < 8 || channel.size() > Integer.MAX_VALUE) {
                throw damaged(file, "%d bytes are no linear student".formatted(channel.size()));
            }
            ByteBuffer bytes =
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
                            .order(ByteOrder.LITTLE_ENDIAN);
            long length = bytes.getLong(0);
            if (length < 2 || length > bytes.capacity() - 8) {
                throw damaged(
                        file,
                        "a header of %d bytes in a file of %d".formatted(length, bytes.capacity()));
            }
            byte[] header = new byte[(int) length];
            bytes.get(8, header);
            int start = 8 + header.length;
            return new ArrayFile(
                    file,
                    header(file, header),
                    bytes.slice(start, bytes.capacity() - start).order(ByteOrder.LITTLE_ENDIAN));
        } catch (NoSuchFileException _) {
            throw UserError.invalid(Location.of(file), "there is no such file");
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
    }

    private static JsonNode header(Path file, byte[] utf8) {
        try {
            return Json.parse(utf8);
        } catch (IOException e) {
            throw damaged(file, "the header is not JSON");
        }
    }

    /** How long an array is. */
    int length(String name) {
        JsonNode length = header.path(name).path("shape").path(0);
        if (!length.isInt() || length.asInt() < 0) {
            throw damaged(file, name + " is missing");
        }
        return length.asInt();
    }

    /** An array of whole numbers of that length. */
    int[] ints(String name, int length) {
        int[] array = new int[length];
        bytes(name, "I32", length).asIntBuffer().get(array);
        return array;
    }

    /** An array of finite numbers of that length. */
    float[] floats(String name, int length) {
        float[] array = new float[length];
        bytes(name, "F32", length).asFloatBuffer().get(array);
        for (int i = 0; i < length; i++) {
            if (!Float.isFinite(array[i])) {
                throw damaged(file, "%s[%d] is %s".formatted(name, i, array[i]));
            }
        }
        return array;
    }

    private ByteBuffer bytes(String name, String type, int length) {
        JsonNode entry = header.path(name);
        if (entry.isMissingNode()) {
            throw damaged(file, name + " is missing");
        }
        if (!entry.path("dtype").asText("").equals(type)
                || entry.path("shape").size() != 1
                || entry.path("shape").path(0).asLong(-1) != length) {
            throw damaged(
                    file,
                    "%s must be %s [%d], got %s %s"
                            .formatted(
                                    name,
                                    type,
                                    length,
                                    entry.path("dtype").asText(""),
                                    entry.path("shape")));
        }
        long begin = entry.path("data_offsets").path(0).asLong(-1);
        long end = entry.path("data_offsets").path(1).asLong(-1);
        if (begin < 0 || end - begin != 4L * length || end > numbers.capacity()) {
            throw damaged(
                    file,
                    "%s: bytes %d to %d of %d do not hold %d numbers"
                            .formatted(name, begin, end, numbers.capacity(), length));
        }
        return numbers.slice((int) begin, 4 * length).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Writes arrays, each an IntBuffer or a FloatBuffer, in the order of the map. */
    static void write(Path file, Map<String, Buffer> arrays) {
        ObjectNode header = Json.object();
        header.putObject("__metadata__").put("format", "pt");
        long offset = 0;
        for (Map.Entry<String, Buffer> array : arrays.entrySet()) {
            Buffer buffer = array.getValue();
            ObjectNode entry =
                    header.putObject(array.getKey())
                            .put("dtype", buffer instanceof IntBuffer ? "I32" : "F32");
            entry.putArray("shape").add(buffer.remaining());
            long end = offset + 4L * buffer.remaining();
            entry.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        String text = Json.line(header);
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        int padding = (ALIGNMENT - length % ALIGNMENT) % ALIGNMENT;
        byte[] padded = (text + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(
                file,
                out -> {
                    out.write(littleEndian(padded.length));
                    out.write(padded);
                    for (Buffer array : arrays.values()) {
                        out.write(raw(array));
                    }
                });
    }

    private static byte[] raw(Buffer array) {
        byte[] raw = new byte[Math.multiplyExact(4, array.remaining())];
        ByteBuffer bytes = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
        switch (array) {
            case IntBuffer ints -> bytes.asIntBuffer().put(ints.duplicate());
            case FloatBuffer floats -> bytes.asFloatBuffer().put(floats.duplicate());
            default -> throw new IllegalArgumentException("neither ints nor floats: " + array);
        }
        return raw;
    }

    private static byte[] littleEndian(long number) {
        byte[] raw = new byte[Long.BYTES];
        ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).putLong(number);
        return raw;
    }

    /** A package that cannot be what was written. */
    static UserError damaged(Path file, String message) {
        return UserError.invalid(Location.of(file), message, HINT);
    }
}
