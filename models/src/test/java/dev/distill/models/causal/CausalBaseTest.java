package dev.distill.models.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CausalBaseTest {
    @TempDir Path folder;

    @Test
    void newWeightsSpreadAsWideAsTheConfigSays() throws IOException {
        assertThat(deviation(", \"initializer_range\": 0.1")).isCloseTo(0.1, within(0.005));
    }

    @Test
    void newWeightsOfAConfigThatDoesNotSaySpreadAsThoseOfTransformers() throws IOException {
        assertThat(deviation("")).isCloseTo(0.02, within(0.001));
    }

    private double deviation(String more) throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                """
                {"model_type": "llama", "vocab_size": 100, "hidden_size": 32,
                 "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 4,
                 "max_position_embeddings": 64%s}
                """
                        .formatted(more));
        try (NDManager manager = Torch.newManager();
                Weights weights = new CausalBase(folder).fresh(manager, 7)) {
            float[] numbers = weights.get("model.embed_tokens.weight").toFloatArray();
            double squares = 0;
            for (float number : numbers) {
                squares += (double) number * number;
            }
            return Math.sqrt(squares / numbers.length);
        }
    }
}
