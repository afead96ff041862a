package dev.distill.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ProtobufReaderTest {
    /** The examples of https://protobuf.dev/programming-guides/encoding. */
    @Test
    void numbersAndTextsAreReadByField() {
        ProtobufReader reader = reader("089601" + "120774657374696e67");

        assertThat(reader.next()).isTrue();
        assertThat(reader.field()).isEqualTo(1);
        assertThat(reader.number()).isEqualTo(150);
        assertThat(reader.next()).isTrue();
        assertThat(reader.field()).isEqualTo(2);
        assertThat(reader.text()).isEqualTo("testing");
        assertThat(reader.next()).isFalse();
    }

    @Test
    void fieldsOfFixedSizeAreLittleEndian() {
        ProtobufReader reader = reader("0d01000000" + "110200000000000000");

        assertThat(reader.next()).isTrue();
        assertThat(reader.number()).isEqualTo(1);
        assertThat(reader.next()).isTrue();
        assertThat(reader.number()).isEqualTo(2);
    }

    @Test
    void theLargestNumberHasTenBytesAndNoNumberHasMore() {
        ProtobufReader largest = reader("08ffffffffffffffffff01");
        assertThat(largest.next()).isTrue();
        assertThat(largest.number()).isEqualTo(-1);

        assertThatThrownBy(() -> reader("08ffffffffffffffffffff01").next())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a number of more than ten bytes");
    }

    @Test
    void aWireTypeThatIsNotKnownIsRefused() {
        assertThatThrownBy(() -> reader("0b").next())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("wire type 3 is not known");
    }

    private static ProtobufReader reader(String hex) {
        return new ProtobufReader(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }
}
