package dev.distill.files;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalJsonTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"b\": 1, \"a\": [1.0, 2]} | {\"a\":[1,2],\"b\":1}",
                "{\"a\":{\"d\":null,\"c\":true}} | {\"a\":{\"c\":true,\"d\":null}}",
                "100 | 100",
                "1e2 | 100",
                "1.50 | 1.5",
                "-0.0 | 0",
                "0.10 | 0.1",
                "\" a \" | \" a \""
            })
    void allSpellingsOfAValueHaveOneText(String written, String canonical) {
        assertThat(CanonicalJson.of(written)).contains(canonical);
        assertThat(CanonicalJson.of(canonical)).contains(canonical);
    }

    @Test
    void differentValuesHaveDifferentTexts() {
        assertThat(CanonicalJson.of("[1,2]")).isNotEqualTo(CanonicalJson.of("[2,1]"));
        assertThat(CanonicalJson.of("\"1\"")).isNotEqualTo(CanonicalJson.of("1"));
        assertThat(CanonicalJson.of("0.1")).isNotEqualTo(CanonicalJson.of("0.10000000000000001"));
    }

    @Test
    void aNumberOfHugeExponentStaysShort() {
        assertThat(CanonicalJson.of("1e400").orElseThrow()).hasSizeLessThan(10);
        assertThat(CanonicalJson.of("10e399")).isEqualTo(CanonicalJson.of("1e400"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "no", "{", "{} {}", "{'a':1}", "[1,]"})
    void whatIsNotExactlyOneValueHasNone(String text) {
        assertThat(CanonicalJson.of(text)).isEmpty();
    }
}
