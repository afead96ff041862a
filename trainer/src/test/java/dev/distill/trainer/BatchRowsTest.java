package dev.distill.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.distill.config.TrainConfig;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 40 rows in steps of 8: 5 steps an epoch, 15 in all; in step 7 a batch of 8 does not fit. */
class BatchRowsTest {
    private static final TrainConfig CONFIG =
            Trainings.config().epochs(3).batch(8, 1).dropout(0.1).saveSteps(4).build();
    private static final int SHORT = 7;
    private static final long GIB = 1L << 30;

    @TempDir private Path folder;

    @Test
    void aStepThatDoesNotFitIsDoneInHalvesAndLearnsTheSame() {
        TrainConfig still = Trainings.config().epochs(3).batch(8, 1).dropout(0).build();
        List<TrainingEvent> amply = train(job(still, "amply"), BatchRows.Memory.OF_THE_PROCESS);
        List<TrainingEvent> barely = train(job(still, "barely"), new ShortMemory(SHORT, 2));

        assertThat(losses(barely)).hasSize(15).containsExactly(losses(amply), within(1e-5));
        assertThat(barely)
                .filteredOn(TrainingEvent.Note.class::isInstance)
                .containsExactly(
                        new TrainingEvent.Note(
                                "step 7 did not fit into memory: batches have at most 4 from now on,"
                                        + " a step as many rows as before"),
                        new TrainingEvent.Note(
                                "step 7 did not fit into memory: batches have at most 2 from now on,"
                                        + " a step as many rows as before"));
    }

    @Test
    void aTrainingStoppedAfterItsBatchesWereHalvedEndsWithTheSameBytes() {
        train(job(CONFIG, "whole"), new ShortMemory(SHORT, 4));
        TrainingJob stopped = job(CONFIG, "stopped");
        assertThatThrownBy(() -> train(stopped, new ShortMemory(SHORT, 4), 9))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("stopped after step 9 of 15");

        train(stopped, BatchRows.Memory.OF_THE_PROCESS);

        assertSame("whole", "stopped");
    }

    @Test
    void aProcessThatDiesRightAfterItsBatchesWereHalvedGoesOnWithThem() {
        train(job(CONFIG, "whole"), new ShortMemory(SHORT, 4));
        TrainingJob killed = job(CONFIG, "killed");
        assertThatThrownBy(
                        () ->
                                new EncoderTrainer(
                                                InstantSource.system(), new ShortMemory(SHORT, 4))
                                        .train(
                                                killed,
                                                event -> {
                                                    if (event instanceof TrainingEvent.Saved s
                                                            && s.step() == SHORT) {
                                                        throw new IllegalStateException("dead");
                                                    }
                                                },
                                                () -> false))
                .hasMessage("dead");

        train(killed, BatchRows.Memory.OF_THE_PROCESS);

        assertSame("whole", "killed");
    }

    @Test
    void aTrainingBeginsWithAsManyRowsAsThePlanSaysThatFit() {
        List<TrainingEvent> notes = new ArrayList<>();
        BatchRows rows = rows(32, ShortMemory.of(10 * GIB), notes);

        rows.fit(size -> new MemoryPlan(GIB, 3 * GIB, size * GIB / 2, 0), "buy some");

        assertThat(rows.now()).isEqualTo(8);
        assertThat(rows.fewer()).contains(8);
        assertThat(notes)
                .containsExactly(
                        new TrainingEvent.Note(
                                "batches of 32 rows need about 20.0 GiB (weights 1.0 GiB, gradients"
                                        + " and moments 3.0 GiB, a batch 16.0 GiB), 10.0 GiB are"
                                        + " free: batches have at most 8 from now on, a step as many rows"
                                        + " as before"));
    }

    @Test
    void whatFitsOrWhatNobodyKnowsIsLeftAsItIs() {
        List<TrainingEvent> notes = new ArrayList<>();
        for (ShortMemory memory : List.of(ShortMemory.of(10 * GIB), new ShortMemory(0, 0))) {
            BatchRows rows = rows(32, memory, notes);
            rows.fit(size -> new MemoryPlan(GIB, GIB, size * GIB / 4, 0), "buy some");

            assertThat(rows.fewer()).isEmpty();
        }
        assertThat(notes).isEmpty();
    }

    @Test
    void aTrainingWhoseSingleRowsDoNotFitIsRefusedBeforeItBegins() {
        TrainingJob job = job(CONFIG, "none");

        assertThatThrownBy(() -> train(job, ShortMemory.of(1000)))
                .isInstanceOf(UserError.class)
                .hasMessageMatching(
                        "(?s)the training needs, even in batches of one row, about 0\\.0 GiB"
                                + " \\(weights 0\\.0 GiB, .*, 0\\.0 GiB are free\nhint: lower"
                                + " student.max_length, or take a smaller base");
        assertThat(job.work().resolve("checkpoints")).doesNotExist();
    }

    @Test
    void aTrainingThatBeganWithFewerRowsGoesOnWithThemWhenThereIsMoreMemory() {
        ShortMemory little =
                ShortMemory.of(EncoderMemory.of(job(CONFIG, "x"), encoded()).plan(4).total());
        List<TrainingEvent> events = train(job(CONFIG, "whole"), little);
        assertThat(events).anyMatch(e -> e.toString().contains("batches have at most 4"));
        assertThatThrownBy(() -> train(job(CONFIG, "stopped"), little, 3))
                .isInstanceOf(UserError.class);

        train(job(CONFIG, "stopped"), BatchRows.Memory.OF_THE_PROCESS);

        assertSame("whole", "stopped");
    }

    private Rows encoded() {
        return Rows.encode(job(CONFIG, "x"));
    }

    private static BatchRows rows(int wanted, BatchRows.Memory memory, List<TrainingEvent> notes) {
        return new BatchRows(wanted, Optional.empty(), memory, notes::add);
    }

    @Test
    void aSingleRowThatDoesNotFitEndsTheTrainingAndKeepsItsCheckpoints() {
        TrainingJob job = job(CONFIG, "one");

        assertThatThrownBy(() -> train(job, new ShortMemory(SHORT, 0)))
                .satisfies(e -> assertThat(OutOfMemory.is(e)).isTrue());
        assertThat(job.work().resolve("checkpoints/step-5/state.json")).exists();
    }

    @Test
    void aCheckpointOfAnOlderVersionHasAllRowsThatWereWanted() throws IOException {
        TrainingJob job = job(CONFIG, "old");
        assertThatThrownBy(() -> train(job, BatchRows.Memory.OF_THE_PROCESS, 3))
                .isInstanceOf(UserError.class);
        String state =
                Files.readString(job.work().resolve("checkpoints").resolve("step-3/state.json"));

        assertThat(state).doesNotContain("batch_rows");
        assertThat(state(state).batchRows()).isEmpty();
        assertThat(state(state(state).withBatchRows(Optional.of(4)).json()).batchRows())
                .contains(4);
    }

    private static TrainingState state(String json) throws JsonProcessingException {
        return TrainingState.of(Json.parse(json));
    }

    private static double[] losses(List<TrainingEvent> events) {
        return events.stream()
                .filter(TrainingEvent.Step.class::isInstance)
                .mapToDouble(event -> ((TrainingEvent.Step) event).loss())
                .toArray();
    }

    private TrainingJob job(TrainConfig config, String name) {
        return Trainings.job(config, folder.resolve(name));
    }

    private static List<TrainingEvent> train(TrainingJob job, BatchRows.Memory memory) {
        return train(job, memory, Integer.MAX_VALUE);
    }

    private static List<TrainingEvent> train(
            TrainingJob job, BatchRows.Memory memory, int stopAfter) {
        List<TrainingEvent> events = new ArrayList<>();
        int[] done = {0};
        new EncoderTrainer(InstantSource.system(), memory)
                .train(
                        job,
                        event -> {
                            events.add(event);
                            done[0] += event instanceof TrainingEvent.Step ? 1 : 0;
                        },
                        () -> done[0] >= stopAfter);
        return events;
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
    }
}
