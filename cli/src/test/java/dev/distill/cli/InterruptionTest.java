package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.config.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ends a real process by signals while it trains. */
@Tag("it")
class InterruptionTest {
    private static final String LONG_TRAINING = "num_train_epochs: 60, save_steps: 5, dropout: 0.1";

    @TempDir private Path folder;
    private JobFixture job;

    @BeforeEach
    void makeAJobThatTrainsForAWhile() {
        job = JobFixture.in(folder);
        job.edit("job.yaml", t -> t.replace("num_train_epochs: 2", LONG_TRAINING));
    }

    @Test
    void aSignalSavesTheTrainingAndTheNextRunGoesOnToTheSameWeights() throws Exception {
        Process process = job.start(Map.of());
        untilTraining(process);
        process.destroy();

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(ExitCode.INTERRUPTED.code());
        assertThat(Files.readString(job.file("stderr.txt")))
                .contains("error: training was stopped after step")
                .contains("hint: run again to go on from there");

        JobFixture.Outcome second = job.runJson();
        assertThat(second.code()).as(second.err()).isZero();
        assertThat(second.events("note").toString()).contains("goes on after step");
        assertThat(weights(job)).isEqualTo(undisturbedWeights());
    }

    @Test
    void aKilledTrainingGoesOnToTheSameWeights() throws Exception {
        Process process = job.start(Map.of());
        untilTraining(process);
        process.destroyForcibly();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(job.run().code()).isZero();
        assertThat(weights(job)).isEqualTo(undisturbedWeights());
    }

    private byte[] undisturbedWeights() throws IOException {
        Path calm = Files.createDirectory(folder.resolve("calm"));
        JobFixture other = JobFixture.in(calm);
        other.edit("job.yaml", t -> t.replace("num_train_epochs: 2", LONG_TRAINING));
        assertThat(other.run().code()).isZero();
        return weights(other);
    }

    private static byte[] weights(JobFixture job) throws IOException {
        return Files.readAllBytes(job.lastRun().resolve("model/model.safetensors"));
    }

    /** Reads events until some steps are done, and leaves the process running. */
    private static void untilTraining(Process process) throws IOException {
        BufferedReader out = process.inputReader();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.contains("\"stage\":\"train\"") && line.contains("\"done\":12")) {
                return;
            }
        }
        throw new AssertionError("the process ended before it had trained");
    }
}
