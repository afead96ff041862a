package dev.distill.trainer.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.ExitCode;
import dev.distill.config.TrainConfig.Precision;
import dev.distill.config.UserError;
import dev.distill.trainer.BatchRows;
import dev.distill.trainer.KilledProcess;
import dev.distill.trainer.ShortMemory;
import dev.distill.trainer.TrainingEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** 36 rows in steps of 8: 5 steps an epoch, 15 in all; checkpoints at 4, 5, 8, 10, 12, 15. */
class CausalResumeTest {
    @TempDir private Path folder;

    enum Kind {
        FULL,
        LORA_WITH_DROPOUT,
        BF16_LAYER_BY_LAYER
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aTrainingStoppedTwiceEndsWithTheSameBytes(Kind kind) {
        train(job(kind, "whole"), Integer.MAX_VALUE);
        CausalJob job = job(kind, "stopped");
        for (int steps : List.of(3, 4)) {
            assertThatThrownBy(() -> train(job, steps))
                    .isInstanceOf(UserError.class)
                    .extracting(e -> ((UserError) e).code())
                    .isEqualTo(ExitCode.INTERRUPTED);
        }
        train(job, Integer.MAX_VALUE);

        assertSame("whole", "stopped");
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"FULL", "LORA_WITH_DROPOUT"})
    void aTrainingStoppedAfterItsBatchesWereHalvedEndsWithTheSameBytes(Kind kind) {
        ShortMemory memory = new ShortMemory(7, 2);
        List<String> notes = train(job(kind, "whole"), Integer.MAX_VALUE, memory);
        assertThat(notes)
                .containsExactly(
                        "step 7 did not fit into memory: batches have at most 2 from now on,"
                                + " a step as many rows as before");
        assertThatThrownBy(() -> train(job(kind, "stopped"), 9, memory))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("stopped after step 9 of 15");

        assertThat(train(job(kind, "stopped"), Integer.MAX_VALUE)).isEmpty();

        assertSame("whole", "stopped");
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"FULL", "LORA_WITH_DROPOUT"})
    void aKilledProcessLosesOnlyTheStepsAfterItsCheckpoint(Kind kind) throws Exception {
        train(job(kind, "whole"), Integer.MAX_VALUE);
        KilledProcess.at("step 7", CausalResumeTest.class, kind.name(), folder.toString());
        assertThat(folder.resolve("killed/work/checkpoints/step-5")).exists();
        assertThat(folder.resolve("killed/model")).doesNotExist();

        train(job(kind, "killed"), Integer.MAX_VALUE);

        assertSame("whole", "killed");
    }

    /** Trains until it is killed: after step 7 it waits for that. */
    public static void main(String[] arguments) {
        CausalResumeTest test = new CausalResumeTest();
        test.folder = Path.of(arguments[1]);
        new CausalTrainer(InstantSource.system())
                .train(
                        test.job(Kind.valueOf(arguments[0]), "killed"),
                        event -> {
                            if (event instanceof TrainingEvent.Step step && step.step() == 7) {
                                KilledProcess.await("step 7");
                            }
                        },
                        () -> false);
    }

    @Test
    void checkpointsOfAnotherJobAreRefused() {
        assertThatThrownBy(() -> train(job(Kind.FULL, "mine"), 5))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("training was stopped after step 5 of 15");

        assertThatThrownBy(() -> train(job(Kind.LORA_WITH_DROPOUT, "mine"), 5))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("the checkpoints belong to job");
    }

    private void assertSame(String expected, String actual) {
        for (String file :
                List.of(
                        "model/model.safetensors",
                        "work/checkpoints/step-15/model.safetensors",
                        "work/checkpoints/step-15/optimizer.safetensors")) {
            assertThat(folder.resolve(actual).resolve(file))
                    .hasSameBinaryContentAs(folder.resolve(expected).resolve(file));
        }
        assertThat(metrics(actual)).isEqualTo(metrics(expected));
    }

    private List<String> metrics(String name) {
        try {
            return Files.readAllLines(folder.resolve(name).resolve("work/metrics.jsonl")).stream()
                    .map(line -> line.replaceAll(",\"rows_per_second\":[^}]*", ""))
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private CausalJob job(Kind kind, String name) {
        CausalTrainings config =
                switch (kind) {
                    case FULL -> CausalTrainings.config();
                    case LORA_WITH_DROPOUT -> CausalTrainings.config().lora(0.1);
                    case BF16_LAYER_BY_LAYER ->
                            CausalTrainings.config().precision(Precision.BF16).checkpointing();
                };
        return config.job(folder.resolve(name));
    }

    private static List<String> train(CausalJob job, int steps) {
        return train(job, steps, BatchRows.Memory.OF_THE_PROCESS);
    }

    /** Stops after so many steps; what it noted. */
    private static List<String> train(CausalJob job, int steps, BatchRows.Memory memory) {
        int[] done = {0};
        List<String> notes = new ArrayList<>();
        new CausalTrainer(InstantSource.system(), memory)
                .train(
                        job,
                        event -> {
                            done[0] += event instanceof TrainingEvent.Step ? 1 : 0;
                            if (event instanceof TrainingEvent.Note(String message)) {
                                notes.add(message);
                            }
                        },
                        () -> done[0] >= steps);
        return notes;
    }
}
