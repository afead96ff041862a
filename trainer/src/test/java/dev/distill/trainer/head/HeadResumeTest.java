package dev.distill.trainer.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.ExitCode;
import dev.distill.config.HeadConfig;
import dev.distill.config.UserError;
import dev.distill.trainer.KilledProcess;
import dev.distill.trainer.TrainingEvent;
import dev.distill.trainer.TrainingResult;
import dev.distill.trainer.Trainings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeadResumeTest {
    /** 40 rows in steps of 8: 5 steps an epoch, 15 in all, with dropout and weight decay. */
    private static final HeadConfig CONFIG = HeadTrainings.config(3, 3, 1e-2);

    @TempDir private Path folder;

    @Test
    void equalInputsGiveEqualBytes() {
        TrainingResult first = HeadTrainings.train(job("first"));
        TrainingResult second = HeadTrainings.train(job("second"));

        assertThat(second.weights()).hasSameBinaryContentAs(first.weights());
    }

    @Test
    void aTrainingStoppedAtAnyStepsEndsWithTheSameBytes() {
        TrainingResult whole = HeadTrainings.train(job("whole"));
        Random random = new Random(11);
        for (int round = 0; round < 3; round++) {
            HeadJob job = job("stopped-" + round);
            int stops = 1 + random.nextInt(3);
            for (int i = 0; i < stops; i++) {
                HeadTrainings.stopAfter(job, 1 + random.nextInt(4));
            }
            TrainingResult resumed = HeadTrainings.train(job);

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
        TrainingResult whole = HeadTrainings.train(job("whole"));
        HeadJob job = job("killed");
        killAt(job, 8); // step 5 ended an epoch and was saved
        Path unfinished = checkpoint(job, 10).resolveSibling("step-10.unfinished");
        Files.createDirectories(unfinished);
        Files.write(unfinished.resolve("model.safetensors"), new byte[1000]);

        List<TrainingEvent> events = new ArrayList<>();
        TrainingResult resumed = HeadTrainings.train(job, events::add, () -> false);

        assertThat(events).contains(new TrainingEvent.Resumed(5, checkpoint(job, 5)));
        assertThat(resumed.weights()).hasSameBinaryContentAs(whole.weights());
        assertThat(withoutSpeed(job)).isEqualTo(withoutSpeed(job("whole"))).hasSize(4);
    }

    @Test
    void aProcessKilledWhileItsNetworkLearnsGoesOnAfterItsCheckpoint() throws Exception {
        TrainingResult whole = HeadTrainings.train(job("whole"));
        KilledProcess.at("step 8", HeadResumeTest.class, "step 8", folder.toString());
        assertThat(checkpoint(job("killed"), 5)).exists();

        List<TrainingEvent> events = new ArrayList<>();
        TrainingResult resumed = HeadTrainings.train(job("killed"), events::add, () -> false);

        assertThat(events).contains(new TrainingEvent.Resumed(5, checkpoint(job("killed"), 5)));
        assertThat(resumed.weights()).hasSameBinaryContentAs(whole.weights());
    }

    @Test
    void aProcessKilledWhileItEmbedsKeepsTheTextsThatItHasEmbedded() throws Exception {
        TrainingResult whole = HeadTrainings.train(many("many"));
        KilledProcess.at("piece 2", HeadResumeTest.class, "piece 2", folder.toString());
        Path piece;
        try (Stream<Path> pieces = Files.list(folder.resolve("killed-early/embeddings"))) {
            piece = pieces.reduce((_, _) -> folder).orElseThrow(); // the only one
        }
        Object file = file(piece);

        TrainingResult resumed = HeadTrainings.train(many("killed-early"));

        assertThat(resumed.weights()).hasSameBinaryContentAs(whole.weights());
        assertThat(file(piece)).isEqualTo(file); // written anew it would be another
    }

    private static Object file(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    /** Trains until it is killed. */
    public static void main(String[] arguments) {
        HeadResumeTest test = new HeadResumeTest();
        test.folder = Path.of(arguments[1]);
        int[] pieces = {0};
        if (arguments[0].equals("step 8")) {
            HeadTrainings.train(
                    test.job("killed"),
                    event -> {
                        if (event instanceof TrainingEvent.Step s && s.step() == 8) {
                            KilledProcess.await("step 8");
                        }
                    },
                    () -> false);
        } else {
            HeadTrainings.train(
                    test.many("killed-early"),
                    _ -> {},
                    () -> { // asked before each piece
                        if (++pieces[0] == 2) {
                            KilledProcess.await("piece 2");
                        }
                        return false;
                    });
        }
    }

    /** More rows than a piece of the embeddings has texts; one epoch. */
    private HeadJob many(String name) {
        return HeadTrainings.job(
                HeadTrainings.config(1, 1, 1e-2),
                folder.resolve(name),
                Trainings.rows(EmbeddingCache.PIECE_TEXTS + 100, 3),
                Trainings.rows(12, 2));
    }

    @Test
    void aFinishedTrainingThatRunsAgainTrainsNothing() {
        TrainingResult first = HeadTrainings.train(job("once"));
        List<TrainingEvent> events = new ArrayList<>();
        TrainingResult second = HeadTrainings.train(job("once"), events::add, () -> false);

        assertThat(second).isEqualTo(first);
        assertThat(events).noneMatch(TrainingEvent.Step.class::isInstance);
    }

    @Test
    void beingStoppedSaysWhereAndHowToGoOn() {
        HeadJob job = job("stopped");
        int[] done = {0};

        assertThatThrownBy(
                        () ->
                                HeadTrainings.train(
                                        job,
                                        event ->
                                                done[0] +=
                                                        event instanceof TrainingEvent.Step ? 1 : 0,
                                        () -> done[0] >= 3))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.code()).isEqualTo(ExitCode.INTERRUPTED))
                .hasMessage(
                        "training was stopped after step 3 of 15\n"
                                + "hint: run again to go on from there");
        assertThat(checkpoint(job, 3)).isDirectoryContaining("glob:**/state.json");
    }

    @Test
    void beingStoppedBeforeTheFirstPieceIsEmbeddedSaysSo() {
        assertThatThrownBy(() -> HeadTrainings.train(job("early"), _ -> {}, () -> true))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("training was stopped while texts were embedded");
    }

    @Test
    void checkpointsOfAnotherJobAreRefused() {
        HeadTrainings.stopAfter(job("shared"), 2);
        HeadJob other =
                HeadTrainings.job(HeadTrainings.config(3, 3, 0.5), folder.resolve("shared"));

        assertThatThrownBy(() -> HeadTrainings.train(other))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("the checkpoints belong to job ");
    }

    private HeadJob job(String name) {
        return HeadTrainings.job(CONFIG, folder.resolve(name));
    }

    /** Ends as a killed process does: after a step, without a word to the trainer. */
    private static void killAt(HeadJob job, int step) {
        assertThatThrownBy(
                        () ->
                                HeadTrainings.train(
                                        job,
                                        event -> {
                                            if (event instanceof TrainingEvent.Step s
                                                    && s.step() == step) {
                                                throw new Killed();
                                            }
                                        },
                                        () -> false))
                .isInstanceOf(Killed.class);
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static Path checkpoint(HeadJob job, int step) {
        return job.work().resolve("checkpoints").resolve("step-" + step);
    }

    private static List<String> withoutSpeed(HeadJob job) throws IOException {
        return Files.readAllLines(job.work().resolve("metrics.jsonl")).stream()
                .map(line -> line.replaceAll(",\"rows_per_second\":[^}]*", ""))
                .toList();
    }
}
