package dev.distill.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.distill.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalibrationTest {
    private static final Calibration FITTED = new Calibration(2, 500, 0.9, 0.7, 0.12, 0.02);

    @TempDir private Path folder;

    @Test
    void aWrittenCalibrationReadsBackAndAPackageWithoutOneIsTakenAsItIs() {
        assertThat(Calibration.read(folder)).isEqualTo(Calibration.NONE);
        FITTED.write(folder);
        assertThat(Calibration.read(folder)).isEqualTo(FITTED);
    }

    @Test
    void theFileHasTheNamesThatOthersRead() throws IOException {
        FITTED.write(folder);

        assertThat(Files.readString(folder.resolve("calibration.json")))
                .isEqualTo(
                        """
                        {
                          "method" : "temperature",
                          "temperature" : 2.0,
                          "rows" : 500,
                          "nll_before" : 0.9,
                          "nll_after" : 0.7,
                          "ece_before" : 0.12,
                          "ece_after" : 0.02
                        }
                        """);
    }

    @Test
    void aTemperatureDividesTheScoresAndChangesNoLabel() {
        float[] scores = {9, (float) (2 * Math.log(3)), 0, 9};
        Prediction said = FITTED.prediction(List.of("a", "b"), scores, 1, 7, true);

        assertThat(said.label()).isEqualTo("a");
        assertThat(said.probabilities().get(0)).isCloseTo(0.75, within(1e-7));
        assertThat(said.tokens()).isEqualTo(7);
        assertThat(said.truncated()).isTrue();
    }

    @Test
    void greatScoresDoNotOverflow() {
        Calibration cold = new Calibration(0.01, 0, 0, 0, 0, 0);

        assertThat(cold.probabilities(new float[] {3e38f, 3e38f, -3e38f}, 0, 3))
                .containsExactly(0.5, 0.5, 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"method\":\"platt\"} | method 'platt' is not known",
                "{\"method\":\"temperature\"} | temperature must be a number, got null",
                "[ | not JSON at line 1",
            })
    void aDamagedFileIsNamed(String text, String message) throws IOException {
        Files.writeString(folder.resolve("calibration.json"), text);

        assertThatThrownBy(() -> Calibration.read(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("calibration.json")
                .hasMessageContaining(message);
    }

    @Test
    void aTemperatureHasToBeAboveZero() throws IOException {
        FITTED.write(folder);
        Path file = folder.resolve("calibration.json");
        Files.writeString(file, Files.readString(file).replace(": 2.0", ": 0"));

        assertThatThrownBy(() -> Calibration.read(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("temperature must be > 0, got 0.0");
    }
}
