package dev.distill.models.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.Shape;
import dev.distill.config.UserError;
import dev.distill.models.causal.CausalConfig.Layer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CausalConfigTest {
    private static final String SIZES =
            """
            "vocab_size": 600, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 7,
            "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 256
            """;

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "gemma3", "qwen3_5"})
    void whatIsWrittenIsReadAsTheSameDecoder(String name) throws IOException {
        CausalConfig config =
                CausalConfig.read(Path.of("src/test/resources/golden", name, "config.json"));

        CausalConfig again = read(config.toJson());

        assertThat(again).usingRecursiveComparison().ignoringFields("source").isEqualTo(config);
        assertThat(again.toJson()).isEqualTo(config.toJson());
    }

    @Test
    void anUnknownModelTypeIsRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> read("{\"model_type\": \"mamba\"}"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("config.json: model_type 'mamba' is not known")
                .hasMessageContaining(
                        "hint: known are llama, qwen2, qwen3, gemma3, gemma3_text, qwen3_5,");
    }

    @Test
    void everyProblemIsToldAtOnce() {
        assertThatThrownBy(
                        () ->
                                read(
                                        """
                                        {"model_type": "llama", "vocab_size": 0, "hidden_size": 32,
                                         "num_hidden_layers": 2, "num_attention_heads": 4,
                                         "num_key_value_heads": 3, "max_position_embeddings": 64,
                                         "rope_scaling": {"rope_type": "yarn", "factor": 4},
                                         "hidden_act": "relu", "attention_dropout": 0.1}
                                        """))
                .hasMessageContaining("vocab_size must be >= 1, got 0")
                .hasMessageContaining("intermediate_size is missing")
                .hasMessageContaining("num_key_value_heads must divide num_attention_heads")
                .hasMessageContaining("rope_type 'yarn' is not one of default, linear, llama3")
                .hasMessageContaining("hidden_act 'relu' is not one of")
                .hasMessageContaining("attention_dropout must be 0, got 0.1");
    }

    @Test
    void aDecoderInsideAModelForImagesIsFoundAndWrittenAlone() throws IOException {
        CausalConfig config =
                read(
                        "{\"model_type\": \"gemma3\", \"vision_config\": {}, \"text_config\": {"
                                + SIZES
                                + ", \"model_type\": \"gemma3_text\"}}");

        assertThat(config.family()).isEqualTo(Family.GEMMA3);
        assertThat(config.tiedEmbeddings()).isTrue();
        assertThat(config.layers()).startsWith(Layer.SLIDING_ATTENTION).hasSize(7);
        assertThat(config.layers().get(5)).isEqualTo(Layer.FULL_ATTENTION);
        assertThat(config.size().headSize()).isEqualTo(256);
        assertThat(config.toJson())
                .contains("\"model_type\" : \"gemma3_text\"")
                .contains("Gemma3ForCausalLM")
                .doesNotContain("vision_config");
    }

    @Test
    void theHybridTakesEveryFourthLayerForAttentionUnlessItIsTold() throws IOException {
        CausalConfig config =
                read("{\"model_type\": \"qwen3_5_text\", \"head_dim\": 16, " + SIZES + "}");

        assertThat(config.layers().get(2)).isEqualTo(Layer.LINEAR_ATTENTION);
        assertThat(config.layers().get(3)).isEqualTo(Layer.FULL_ATTENTION);
        assertThat(config.attention().rope().dimensions()).isEqualTo(4);
        assertThat(config.shapes())
                .containsEntry("model.layers.3.self_attn.q_proj.weight", new Shape(128, 32))
                .containsEntry("lm_head.weight", new Shape(600, 32));
    }

    @Test
    void rotaryPositionsOfOlderFilesAreUnderstood() throws IOException {
        CausalConfig config =
                read(
                        """
                        {"model_type": "llama", "rope_theta": 500000.0, "rope_scaling": {
                         "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                         "high_freq_factor": 4.0, "original_max_position_embeddings": 256}, %s}
                        """
                                .formatted(SIZES));

        Rope rope = config.attention().rope();
        assertThat(rope.theta()).isEqualTo(500_000);
        // transformers 5.18, ROPE_INIT_FUNCTIONS["llama3"] with the same config
        assertThat(rope.inverseFrequencies())
                .containsExactly(
                        new float[] {1f, 0.01053823f, 0.00017677668f, 6.6478697e-6f},
                        within(1e-8f));
    }

    @ParameterizedTest
    @CsvSource({"4, 7", "0, 0"})
    void slidingWindowsOfQwenNeedTheirSwitch(int first, int sliding) throws IOException {
        CausalConfig config =
                read(
                        """
                        {"model_type": "qwen2", "use_sliding_window": %s, "sliding_window": 16,
                         "max_window_layers": %d, %s}
                        """
                                .formatted(first > 0, 7 - sliding, SIZES));

        assertThat(config.layers().stream().filter(Layer.SLIDING_ATTENTION::equals))
                .hasSize(sliding);
        assertThat(config.attention().slidingWindow()).isEqualTo(sliding > 0 ? 16 : 0);
    }

    private CausalConfig read(String json) throws IOException {
        Path file = folder.resolve("config.json");
        Files.writeString(file, json);
        return CausalConfig.read(file);
    }
}
