package dev.distill.models.students;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.models.Classifier;
import dev.distill.models.EncoderClassifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudentsTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    @TempDir Path folder;

    @Test
    void aPackageIsLoadedAsTheKindThatItsConfigNames() {
        try (Classifier student = Students.load(GOLDEN.resolve("distilbert"))) {
            assertThat(student).isInstanceOf(EncoderClassifier.class);
            assertThat(student.labels()).containsExactly("LABEL_0", "LABEL_1", "LABEL_2");
        }
    }

    @Test
    void anUnknownKindIsRefusedWithTheKnownOnes() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"mamba\"}");

        assertThatThrownBy(() -> Students.load(folder))
                .hasMessageContaining("config.json: model_type 'mamba' is not known")
                .hasMessageContaining(
                        "hint: known are bert, distilbert, modernbert, distill-linear");
    }

    @Test
    void aConfigThatIsNotThereOrNotJsonIsNamed() throws IOException {
        assertThatThrownBy(() -> Students.load(folder))
                .hasMessageContaining("config.json: there is no such file");

        Files.writeString(folder.resolve("config.json"), "{\n  \"model_type\":");
        assertThatThrownBy(() -> Students.load(folder))
                .hasMessageContaining("config.json:2")
                .hasMessageContaining("not JSON");

        Files.writeString(folder.resolve("config.json"), "{}");
        assertThatThrownBy(() -> Students.load(folder))
                .hasMessageContaining("model_type is missing");
    }
}
