package dev.distill.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelsTest {
    @TempDir Path folder;

    @Test
    void keepsTheOrderOfTheFile() throws IOException {
        Labels labels = Labels.read(file("\uFEFFrefund\r\n card \nzażółć"));
        assertThat(labels.names()).containsExactly("refund", "card", "zażółć");
        assertThat(labels.size()).isEqualTo(3);
        assertThat(labels.indexOf("card")).hasValue(1);
        assertThat(labels.indexOf("Card")).isEmpty();
        assertThat(labels.ignoringCase("CARD")).contains("card");
        assertThat(labels.nearest("crad")).contains("card");
        assertThat(labels.nearest("elephant")).isEmpty();
    }

    @Test
    void reportsBlankAndRepeatedLinesTogether() throws IOException {
        Path file = file("refund\n\ncard\nRefund\n");
        assertThatThrownBy(() -> Labels.read(file))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        file
                                + ":2: blank line, expected a label\n"
                                + file
                                + ":4: label Refund is already on line 1");
    }

    @Test
    void needsTwoLabels() throws IOException {
        Path file = file("refund\n");
        assertThatThrownBy(() -> Labels.read(file))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        file
                                + ": expected at least 2 labels, got 1\nhint: write one label on each line");
    }

    @Test
    void refusesLabelsThatOnlyCaseTellsApart() {
        assertThatThrownBy(() -> Labels.of(List.of("a", "A")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("label is blank, padded or repeated: A");
    }

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("labels.txt"), content);
    }
}
