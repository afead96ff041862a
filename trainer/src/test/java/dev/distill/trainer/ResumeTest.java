package dev.distill.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.ExitCode;
import dev.distill.config.TrainConfig;
import dev.distill.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumeTest {
    /** 40 rows in steps of 8: 5 steps an epoch, 15 in all, with dropout and clipping. */
    private static final TrainConfig CONFIG =
            Trainings.config().epochs(3).batch(4, 2).dropout(0.1).saveSteps(4).build();

    @TempDir private Path folder;

    @Test
    void aTrainingStoppedAtAnyStepsEndsWithTheSameBytes() throws IOException {
        TrainingResult whole = train(job("whole"));
        Random random = new Random(11);
        for (int round = 0; round < 3; round++) {
            TrainingJob job = job("stopped-" + round);
            int stops = 1 + random.nextInt(3);
            for (int i = 0; i < stops; i++) {
                stopAfter(job, 1 + random.nextInt(4));
            }
            TrainingResult resumed = train(job);

            assertThat(resumed.weights()).hasSameBinaryContentAs(whole.weights());
            assertThat(resumed.bestEpoch()).isEqualTo(whole.bestEpoch());
            assertThat(resumed.validationLoss()).isEqualTo(whole.validationLoss());
            for (String file : List.of("model.safetensors", "optimizer.safetensors")) {
                assertThat(checkpoint(job, 15).resolve(file))
                        .hasSameBinaryContentAs(checkpoint(job("whole"), 15).resolve(file));
            }
        }
    }

    @Test
    void aProcessKilledWhileItWritesACheckpointLosesOnlyTheStepsAfterTheOneBefore()
            throws IOException {
        TrainingResult whole = train(job("whole"));
        TrainingJob job = job("killed");
        killAt(job, 6); // step 5 ended an epoch and was saved
        Path unfinished = checkpoint(job, 8).resolveSibling("step-8.unfinished");
        Files.createDirectories(unfinished);
        Files.write(unfinished.resolve("model.safetensors"), new byte[1000]);

        List<TrainingEvent> events = new ArrayList<>();
        TrainingResult resumed =
                new EncoderTrainer(InstantSource.system()).train(job, events::add, () -> false);

        assertThat(events).contains(new TrainingEvent.Resumed(5, checkpoint(job, 5)));
        assertThat(resumed.weights()).hasSameBinaryContentAs(whole.weights());
        assertThat(unfinished).doesNotExist();
    }

    @Test
    void theMetricsOfAResumedTrainingAreThoseOfAnUndisturbedOne() throws IOException {
        train(job("whole"));
        TrainingJob job = job("killed");
        killAt(
                job,
                12); // lines of steps 10 and 10 (epoch) are written, the checkpoint is step 12's
        Files.writeString(
                job.work().resolve("metrics.jsonl"),
                "{\"step\":13,\"loss\":1.0}\n{\"step\":14,\"lo",
                java.nio.file.StandardOpenOption.APPEND);
        train(job);

        assertThat(withoutSpeed(job)).isEqualTo(withoutSpeed(job("whole"))).hasSize(4);
    }

    @Test
    void aFinishedTrainingThatRunsAgainTrainsNothing() {
        TrainingResult first = train(job("once"));
        List<TrainingEvent> events = new ArrayList<>();
        TrainingResult second =
                new EncoderTrainer(InstantSource.system())
                        .train(job("once"), events::add, () -> false);

        assertThat(second).isEqualTo(first);
        assertThat(events).noneMatch(TrainingEvent.Step.class::isInstance);
    }

    @Test
    void beingStoppedSaysWhereAndHowToGoOn() {
        TrainingJob job = job("stopped");

        assertThatThrownBy(() -> stopNow(job, 3))
                .isInstanceOfSatisfying(
                        UserError.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ExitCode.INTERRUPTED);
                            assertThat(e)
                                    .hasMessage(
                                            "training was stopped after step 3 of 15\n"
                                                    + "hint: run again to go on from there");
                        });
        assertThat(checkpoint(job, 3)).isDirectoryContaining("glob:**/state.json");
    }

    @Test
    void theNewestTwoCheckpointsAndTheBestAreKept() throws IOException {
        TrainingJob job = job("kept");
        TrainingResult result = train(job);

        try (Stream<Path> steps = Files.list(job.work().resolve("checkpoints"))) {
            assertThat(steps.map(p -> p.getFileName().toString()))
                    .contains("step-" + result.bestEpoch() * 5, "step-12", "step-15")
                    .hasSizeLessThanOrEqualTo(3);
        }
    }

    @Test
    void checkpointsOfAnotherJobAreRefused() {
        stopAfter(job("shared"), 2);
        TrainingJob other =
                Trainings.job(
                        Trainings.config().learningRate(0.5).build(), folder.resolve("shared"));

        assertThatThrownBy(() -> train(other))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("the checkpoints belong to job ")
                .hasMessageContaining("train in another folder, or delete this one");
    }

    @Test
    void aDamagedStateNamesTheCheckpointToDelete() throws IOException {
        TrainingJob job = job("damaged");
        stopAfter(job, 2);
        Files.writeString(checkpoint(job, 2).resolve("state.json"), "{\"job\": 1");

        assertThatThrownBy(() -> train(job))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cannot read the checkpoint: ")
                .hasMessageContaining("delete " + checkpoint(job, 2));
    }

    @Test
    void metricsThatAreNotTextAreNamed() throws IOException {
        TrainingJob job = job("metrics");
        Path metrics = job.work().resolve("metrics.jsonl");
        Files.createDirectories(job.work());
        Files.write(metrics, new byte[] {(byte) 0xff});

        assertThatThrownBy(() -> train(job))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(metrics + ": cannot read: it is not UTF-8");
    }

    private TrainingJob job(String name) {
        return Trainings.job(CONFIG, folder.resolve(name));
    }

    private static TrainingResult train(TrainingJob job) {
        return new EncoderTrainer(InstantSource.system()).train(job, _ -> {}, () -> false);
    }

    private static void stopAfter(TrainingJob job, int steps) {
        try {
            stopNow(job, steps);
        } catch (UserError e) {
            assertThat(e.code()).isEqualTo(ExitCode.INTERRUPTED);
        }
    }

    private static void stopNow(TrainingJob job, int steps) {
        int[] done = {0};
        new EncoderTrainer(InstantSource.system())
                .train(
                        job,
                        event -> done[0] += event instanceof TrainingEvent.Step ? 1 : 0,
                        () -> done[0] >= steps);
    }

    /** Ends as a killed process does: after a step, without a word to the trainer. */
    private static void killAt(TrainingJob job, int step) {
        assertThatThrownBy(
                        () ->
                                new EncoderTrainer(InstantSource.system())
                                        .train(job, event -> dieAt(step, event), () -> false))
                .isInstanceOf(Killed.class);
    }

    private static void dieAt(int step, TrainingEvent event) {
        boolean saved = event instanceof TrainingEvent.Saved(int at, _) && at == step;
        boolean done = event instanceof TrainingEvent.Step s && s.step() == step && step % 4 != 0;
        if (saved || done) {
            throw new Killed();
        }
    }

    private static final class Killed extends RuntimeException {}

    private static Path checkpoint(TrainingJob job, int step) {
        return job.work().resolve("checkpoints").resolve("step-" + step);
    }

    private static List<String> withoutSpeed(TrainingJob job) throws IOException {
        return Files.readAllLines(job.work().resolve("metrics.jsonl")).stream()
                .map(line -> line.replaceAll(",\"rows_per_second\":[^}]*", ""))
                .toList();
    }
}
