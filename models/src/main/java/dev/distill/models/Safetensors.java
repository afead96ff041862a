package dev.distill.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * The safetensors format: eight bytes with the header's length, the header (a JSON object from name
 * to type, shape and place), then the tensors' raw little-endian numbers.
 *
 * <p>One tensor at a time is in memory. See https://github.com/huggingface/safetensors#format
 */
final class Safetensors {
    private static final int MAX_HEADER_BYTES = 100_000_000; // the reference reader's limit
    private static final int ALIGNMENT = 8;

    private Safetensors() {}

    /** The types that are read; files are written in float32 only. */
    private enum Type {
        F32(4),
        F16(2),
        BF16(2);

        final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }
    }

    /** A tensor's entry in the header: its numbers are at [begin, end) after the header. */
    private record Entry(String name, Type type, Shape shape, long begin, long end) {}

    /** Reads the wanted tensors in the order of the file and hands them on as float32. */
    static void read(
            Path file,
            NDManager manager,
            Predicate<String> wanted,
            BiConsumer<String, NDArray> sink) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long headerLength = headerLength(file, channel);
            String header = new String(bytes(channel, 8, headerLength), StandardCharsets.UTF_8);
            long start = 8 + headerLength;
            for (Entry entry : entries(file, header, wanted)) {
                if (entry.end > channel.size() - start) {
                    throw damaged(
                            file,
                            "%s: the file ends at byte %d, the tensor at %s"
                                    .formatted(
                                            entry.name,
                                            channel.size(),
                                            Long.toUnsignedString(start + entry.end)));
                }
                sink.accept(entry.name, tensor(channel, start, entry, manager));
            }
        } catch (NoSuchFileException _) {
            throw UserError.invalid(Location.of(file), "there is no such file");
        } catch (IOException e) {
            throw damaged(file, "cannot read: " + e.getMessage());
        }
    }

    private static long headerLength(Path file, FileChannel channel) throws IOException {
        if (channel.size() < 8) {
            throw damaged(file, "the file has %d bytes, no header".formatted(channel.size()));
        }
        long length =
                ByteBuffer.wrap(bytes(channel, 0, 8)).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 2 || length > MAX_HEADER_BYTES || 8 + length > channel.size()) {
            throw damaged(
                    file, "a header of %d bytes in a file of %d".formatted(length, channel.size()));
        }
        return length;
    }

    private static List<Entry> entries(Path file, String header, Predicate<String> wanted) {
        JsonNode json;
        try {
            json = Json.parse(header);
        } catch (JsonProcessingException e) {
            throw damaged(file, "the header is not JSON: " + e.getOriginalMessage());
        }
        if (!json.isObject()) {
            throw damaged(file, "the header is not a JSON object");
        }
        List<Entry> entries = new ArrayList<>();
        json.properties().stream()
                .filter(member -> !member.getKey().equals("__metadata__"))
                .filter(member -> wanted.test(member.getKey()))
                .forEach(member -> entries.add(entry(file, member.getKey(), member.getValue())));
        entries.sort(Comparator.comparingLong(Entry::begin));
        return entries;
    }

    private static Entry entry(Path file, String name, JsonNode json) {
        JsonNode offsets = json.path("data_offsets");
        JsonNode dimensions = json.path("shape");
        if (!dimensions.isArray() || offsets.size() != 2) {
            throw damaged(file, name + ": no shape or place in the header");
        }
        Type type =
                Arrays.stream(Type.values())
                        .filter(t -> t.name().equals(json.path("dtype").asText()))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        damaged(
                                                file,
                                                "%s: type %s is not one of %s"
                                                        .formatted(
                                                                name,
                                                                json.path("dtype").asText(),
                                                                Arrays.toString(Type.values()))));
        long[] shape = new long[dimensions.size()];
        Arrays.setAll(shape, i -> dimensions.get(i).asLong(-1));
        long begin = offsets.path(0).asLong(-1);
        long end = offsets.path(1).asLong(-1);
        long size = Arrays.stream(shape).reduce(type.bytes, Safetensors::times);
        if (begin < 0 || size < 0 || end - begin != size || size > Integer.MAX_VALUE) {
            throw damaged(
                    file,
                    "%s: shape %s does not fit bytes %d to %d"
                            .formatted(name, Arrays.toString(shape), begin, end));
        }
        return new Entry(name, type, new Shape(shape), begin, end);
    }

    /** The product, or -1 when a factor is negative or the product is too large. */
    private static long times(long left, long right) {
        if (left < 0 || right < 0 || Math.multiplyHigh(left, right) != 0 || left * right < 0) {
            return -1;
        }
        return left * right;
    }

    private static NDArray tensor(FileChannel channel, long start, Entry entry, NDManager manager)
            throws IOException {
        ByteBuffer raw =
                ByteBuffer.wrap(bytes(channel, start + entry.begin, entry.end - entry.begin))
                        .order(ByteOrder.LITTLE_ENDIAN);
        FloatBuffer numbers =
                switch (entry.type) {
                    case F32 -> raw.asFloatBuffer();
                    case F16 -> widened(raw.asShortBuffer(), Float::float16ToFloat);
                    case BF16 ->
                            widened(raw.asShortBuffer(), bits -> Float.intBitsToFloat(bits << 16));
                };
        return manager.create(numbers, entry.shape, DataType.FLOAT32);
    }

    /** Widens sixteen bits to a float. */
    @FunctionalInterface
    private interface Widening {
        float widen(short bits);
    }

    private static FloatBuffer widened(ShortBuffer bits, Widening widening) {
        float[] numbers = new float[bits.remaining()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = widening.widen(bits.get(i));
        }
        return FloatBuffer.wrap(numbers);
    }

    private static byte[] bytes(FileChannel channel, long position, long length)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(length));
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new IOException("the file ends early");
            }
        }
        return buffer.array();
    }

    /** Writes float32 tensors in the order of the map. */
    static void write(Path file, Map<String, NDArray> tensors) {
        AtomicFile.write(
                file,
                out -> {
                    byte[] header = header(tensors);
                    out.write(
                            ByteBuffer.allocate(8)
                                    .order(ByteOrder.LITTLE_ENDIAN)
                                    .putLong(header.length)
                                    .array());
                    out.write(header);
                    for (NDArray tensor : tensors.values()) {
                        ByteBuffer raw =
                                ByteBuffer.allocate(Math.toIntExact(tensor.size() * Float.BYTES))
                                        .order(ByteOrder.LITTLE_ENDIAN);
                        raw.asFloatBuffer().put(tensor.toFloatArray());
                        out.write(raw.array());
                    }
                });
    }

    /** The header, padded with spaces so that the numbers begin at a multiple of eight. */
    private static byte[] header(Map<String, NDArray> tensors) {
        ObjectNode json = Json.object();
        json.putObject("__metadata__").put("format", "pt"); // without it transformers refuses
        long offset = 0;
        for (Map.Entry<String, NDArray> tensor : tensors.entrySet()) {
            ObjectNode entry = json.putObject(tensor.getKey()).put("dtype", "F32");
            ArrayNode shape = entry.putArray("shape");
            Arrays.stream(tensor.getValue().getShape().getShape()).forEach(shape::add);
            long end = offset + tensor.getValue().size() * Float.BYTES;
            entry.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        String text = Json.line(json);
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        int padding = (ALIGNMENT - length % ALIGNMENT) % ALIGNMENT;
        return (text + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
    }

    private static UserError damaged(Path file, String message) {
        return UserError.invalid(
                Location.of(file), message, "fetch the file again, or export it as safetensors");
    }
}
