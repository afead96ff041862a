package dev.distill.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.config.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightsTest {
    @TempDir Path folder;
    private NDManager manager;

    @BeforeEach
    void open() {
        manager = Torch.newManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void whatIsWrittenIsReadBackInOrder() {
        try (Weights weights = twoWeights()) {
            weights.write(file());

            try (Weights read = Weights.read(manager, file())) {
                assertThat(read.names()).containsExactly("b", "a");
                assertThat(read.get("b")).isEqualTo(weights.get("b"));
                assertThat(read.get("a")).isEqualTo(weights.get("a"));
                assertThat(read.parameterCount()).isEqualTo(7);
            }
        }
    }

    @Test
    void equalWeightsGiveEqualBytes() throws IOException {
        try (Weights weights = twoWeights();
                Weights copy = weights.copy(manager)) {
            weights.write(file());
            byte[] first = Files.readAllBytes(file());
            copy.write(file());

            assertThat(Files.readAllBytes(file())).isEqualTo(first);
        }
    }

    @Test
    void otherReadersUnderstandTheFile() throws IOException {
        try (Weights weights = twoWeights()) {
            weights.write(file());
            try (InputStream in = Files.newInputStream(file())) {
                NDList read = NDList.decode(manager, in);

                assertThat(read.get("a").toFloatArray()).containsExactly(-0.5f);
                assertThat(read.get("b").getShape()).isEqualTo(new Shape(2, 3));
            }
        }
    }

    @Test
    void aFileOfTransformersIsWrittenAsItWasRead() throws IOException {
        Path golden = GoldenEncoderTest.folder("bert").resolve("model.safetensors");
        try (Weights weights = Weights.read(manager, golden)) {
            weights.write(file());
        }
        byte[] expected = Files.readAllBytes(golden);
        byte[] actual = Files.readAllBytes(file());

        assertThat(numbers(actual)).isEqualTo(numbers(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "F32, 0000c03f000000c0", // 1.5 and -2.0
        "F16, 003e00c0",
        "BF16, c03f00c0"
    })
    void everyFloatingTypeIsWidened(String type, String numbers) throws IOException {
        byte[] data = HexFormat.of().parseHex(numbers);
        write(header(type, "[2]", 0, data.length), data);

        try (Weights weights = Weights.read(manager, file())) {
            assertThat(weights.get("x").toFloatArray()).containsExactly(1.5f, -2f);
        }
    }

    @Test
    void aTensorMayHaveNoNumbersOrNoDimensions() throws IOException {
        write(
                "{\"none\":{\"dtype\":\"F32\",\"shape\":[0,4],\"data_offsets\":[0,0]},"
                        + "\"one\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}",
                new byte[] {0, 0, (byte) 0x80, 0x3f});

        try (Weights weights = Weights.read(manager, file())) {
            assertThat(weights.get("none").getShape()).isEqualTo(new Shape(0, 4));
            assertThat(weights.get("one").getFloat()).isEqualTo(1f);
        }
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> Weights.read(manager, file()))
                .isInstanceOf(UserError.class)
                .hasMessage(file() + ": there is no such file");
    }

    @Test
    void aTruncatedFileNamesTheTensor() throws IOException {
        try (Weights weights = twoWeights()) {
            weights.write(file());
        }
        long length = Files.size(file());
        try (RandomAccessFile access = new RandomAccessFile(file().toFile(), "rw")) {
            access.setLength(length - 1);
        }

        assertThatThrownBy(() -> Weights.read(manager, file()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "%s: a: the file ends at byte %d, the tensor at %d"
                                .formatted(file(), length - 1, length));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":{\"a\":0,\"b\":8}}}"
            })
    void aShapeThatDoesNotFitItsBytesNamesTheTensor(String header) throws IOException {
        write(header, new byte[8]);

        assertThatThrownBy(() -> Weights.read(manager, file()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(file() + ": x: shape [")
                .hasMessageContaining("does not fit bytes");
    }

    @Test
    void aPlaceFarBehindTheEndNamesTheTensor() throws IOException {
        write(
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],"
                        + "\"data_offsets\":[9223372036854775799,9223372036854775807]}}",
                new byte[8]);

        assertThatThrownBy(() -> Weights.read(manager, file()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("x: the file ends at byte")
                .hasMessageContaining("the tensor at 9223372036854775");
    }

    @Test
    void aTypeThatIsNotReadIsNamed() throws IOException {
        write(header("I8", "[8]", 0, 8), new byte[8]);

        assertThatThrownBy(() -> Weights.read(manager, file()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("x: type I8 is not one of [F32, F16, BF16]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"not json", "[1]", "{\"x\":1}", "{\"x\":{\"dtype\":\"F32\"}}"})
    void aHeaderThatIsNoHeaderIsAUserError(String header) throws IOException {
        write(header, new byte[8]);

        assertThatThrownBy(() -> Weights.read(manager, file()))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(file() + ": ")
                .hasMessageContaining("hint: fetch the file again");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1, 1_000_000, Long.MAX_VALUE})
    void aHeaderLengthThatCannotBeIsAUserError(long length) throws IOException {
        byte[] bytes = new byte[24];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
        Files.write(file(), bytes);

        assertThatThrownBy(() -> Weights.read(manager, file()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("a header of " + length + " bytes in a file of 24");
    }

    @Test
    void damageAnywhereIsAUserErrorOrOtherNumbersButNeverADefect() throws IOException {
        try (Weights weights = twoWeights()) {
            weights.write(file());
        }
        byte[] whole = Files.readAllBytes(file());
        Random random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            byte[] damaged = whole.clone();
            for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(32, 127);
            }
            Files.write(file(), damaged);
            try (Weights _ = Weights.read(manager, file())) {
                assertThat(damaged).hasSameSizeAs(whole);
            } catch (UserError e) {
                assertThat(e).hasMessageStartingWith(file() + ": ");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(100);
    }

    @Test
    void closingReleasesEveryArrayAndReplacingTheOldOne() {
        Weights weights = twoWeights();
        NDArray first = weights.get("a");
        weights.put("a", manager.create(new float[] {9}));
        NDArray second = weights.get("a");

        assertThat(first.isReleased()).isTrue();
        weights.close();
        assertThat(second.isReleased()).isTrue();
    }

    private Weights twoWeights() {
        Weights weights = new Weights(manager);
        weights.put("b", manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3)));
        weights.put("a", manager.create(new float[] {-0.5f}));
        return weights;
    }

    private static String header(String type, String shape, int begin, int end) {
        return "{\"x\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}}"
                .formatted(type, shape, begin, end);
    }

    private void write(String header, byte[] data) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        Files.write(
                file(),
                ByteBuffer.allocate(8 + text.length + data.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(text.length)
                        .put(text)
                        .put(data)
                        .array());
    }

    /** What follows the header. */
    private static byte[] numbers(byte[] file) {
        long header = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return Arrays.copyOfRange(file, 8 + (int) header, file.length);
    }

    private Path file() {
        return folder.resolve("x.safetensors");
    }
}
