package dev.distill.trainer.causal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.models.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSpansTest {
    /** Families whose tokenizers differ: bytes with the space before a word, and another one. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "gemma3"})
    void aTokenEndsWhereTheTextOfAllTokensUpToItEnds(String family) {
        Path golden = Path.of("../models/src/test/resources/golden");
        try (Tokenizer tokenizer =
                Tokenizer.load(golden.resolve(family).resolve("tokenizer.json"))) {
            long[] tokens =
                    tokenizer.plain(
                            "<|im_start|>Where is  my order? 語 zażółć 🎉\n\n\tnull".repeat(8));

            int[] ends = ByteSpans.ends(tokenizer, tokens);

            assertThat(tokens).hasSizeGreaterThan(100);
            for (int i = 0; i < tokens.length; i++) {
                String upTo = tokenizer.text(Arrays.copyOf(tokens, i + 1));
                int expected =
                        upTo.endsWith("\uFFFD")
                                ? ByteSpans.NOWHERE
                                : upTo.getBytes(StandardCharsets.UTF_8).length;
                assertThat(ends[i]).as("token %d of %d", i, tokens.length).isEqualTo(expected);
            }
        }
    }
}
