package dev.distill.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardsTest {
    @TempDir Path folder;
    private NDManager manager;
    private Weights weights;

    @BeforeEach
    void open() {
        manager = Torch.newManager();
        weights = new Weights(manager);
        for (String name : new String[] {"a", "b", "c"}) {
            weights.put(name, manager.arange(6f).add((float) name.charAt(0)).reshape(2, 3));
        }
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void smallWeightsAreOneFileAndLargeOnesSeveralWithAnIndex() throws IOException {
        Shards.write(folder, weights, 72);
        assertThat(folder.toFile().list()).containsExactly("model.safetensors");
        Files.delete(folder.resolve("model.safetensors"));

        Shards.write(folder, weights, 71);

        assertThat(folder.toFile().list())
                .containsExactlyInAnyOrder(
                        "model-00001-of-00002.safetensors",
                        "model-00002-of-00002.safetensors",
                        "model.safetensors.index.json");
        assertThat(Files.readString(folder.resolve("model.safetensors.index.json")))
                .contains("\"total_size\" : 72")
                .contains("\"c\" : \"model-00002-of-00002.safetensors\"");
        try (Weights read = read()) {
            assertThat(read.names()).containsExactly("a", "b", "c");
            weights.names()
                    .forEach(name -> assertThat(read.get(name)).isEqualTo(weights.get(name)));
        }
    }

    @Test
    void everythingThatIsMissingOrMisshapenIsToldAtOnce() throws IOException {
        Shards.write(folder, weights, 24); // one weight in each file
        Files.delete(folder.resolve("model-00002-of-00003.safetensors"));
        Map<String, Shape> expected = expected();
        expected.put("c", new Shape(3, 2));
        expected.put("d", new Shape(1));

        assertThatThrownBy(() -> Shards.read(manager, folder, expected, UnaryOperator.identity()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "model-00002-of-00003.safetensors: there is no such file, but"
                                + " model.safetensors.index.json names it")
                .hasMessageContaining(
                        "model-00003-of-00003.safetensors: c has shape (2, 3), config.json asks for"
                                + " (3, 2)")
                .hasMessageContaining("model.safetensors.index.json: d is missing");
    }

    @Test
    void aWeightThatIsNotWhereTheIndexSaysIsNamedWithItsFile() throws IOException {
        Shards.write(folder, weights, 24);
        Path index = folder.resolve("model.safetensors.index.json");
        Files.writeString(
                index, Files.readString(index).replace("model-00003-of", "model-00001-of"));

        assertThatThrownBy(this::read)
                .isInstanceOf(UserError.class)
                .hasMessage(folder.resolve("model-00001-of-00003.safetensors") + ": c is missing");
    }

    @Test
    void aFolderWithoutWeightsNamesTheFile() {
        assertThat(Shards.in(folder)).isFalse();
        assertThatThrownBy(this::read)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("model.safetensors: there is no such file");
    }

    private Weights read() {
        return Shards.read(manager, folder, expected(), UnaryOperator.identity());
    }

    private Map<String, Shape> expected() {
        return new LinkedHashMap<>(weights.shapes());
    }
}
