package dev.distill.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenLogprobTest {
    @Test
    void aTokenWithoutBytesIsTheBytesOfItsText() {
        String json = "{\"content\":[{\"token\":\"ż\",\"logprob\":-9999.0}]}";

        assertThat(TokenLogprob.read(Rows.json(json)))
                .singleElement()
                .satisfies(
                        token -> {
                            assertThat(token.bytes())
                                    .isEqualTo(
                                            ByteBuffer.wrap("ż".getBytes(StandardCharsets.UTF_8)));
                            assertThat(token.logprob()).isEqualTo(-9999f);
                            assertThat(token.topLogprobs()).isEmpty();
                        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "{}",
                "{\"content\":null}",
                "{\"content\":[{\"token\":\"a\"}]}",
                "{\"content\":[{\"logprob\":-1}]}",
                "{\"content\":[{\"token\":\"a\",\"logprob\":0.5}]}",
                "{\"content\":[{\"token\":\"a\",\"logprob\":-1,\"top_logprobs\":[{\"token\":\"b\"}]}]}"
            })
    void whatMakesNoSenseIsNone(String json) {
        assertThat(TokenLogprob.read(Rows.json(json))).isEmpty();
    }
}
