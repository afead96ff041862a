package dev.distill.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.distill.config.ExitCode;
import dev.distill.config.StudentConfig;
import dev.distill.config.TrainConfig;
import dev.distill.config.UserError;
import dev.distill.models.Precision;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EncoderTrainerTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @EnumSource(Precision.class)
    void learnsATaskOfThreeLabels(Precision precision) {
        TrainConfig config =
                Trainings.config()
                        .epochs(8)
                        .learningRate(3e-3)
                        .batch(16, 1)
                        .dropout(0.1)
                        .saveSteps(1000)
                        .precision(TrainConfig.Precision.valueOf(precision.name()))
                        .build();
        List<TrainingRow> rows = Trainings.rows(240, 3);
        TrainingJob job = Trainings.job(config, folder, rows, rows);
        List<TrainingEvent> events = new ArrayList<>();

        TrainingResult result = train(job, events);

        assertThat(result.validationAccuracy()).isGreaterThan(0.95);
        assertThat(result.steps()).isEqualTo(8 * 15);
        assertThat(result.truncatedShare()).isEqualTo(0);
        assertThat(events.getFirst()).isEqualTo(new TrainingEvent.Started(240, 120, 8, 0));
        assertThat(events).filteredOn(TrainingEvent.Epoch.class::isInstance).hasSize(8);
        assertThat(answers(job, result)).isEqualTo(result.validationAccuracy());
    }

    @Test
    void oneBatchOf32EqualsEightBatchesOf4() {
        List<TrainingRow> rows = Trainings.rows(64, 5);
        double[] losses = losses(Trainings.config().epochs(2).batch(32, 1), rows, "whole");
        double[] accumulated = losses(Trainings.config().epochs(2).batch(4, 8), rows, "parts");

        assertThat(accumulated).hasSameSizeAs(losses).containsExactly(losses, within(1e-5));
    }

    private double[] losses(Trainings config, List<TrainingRow> rows, String name) {
        List<TrainingEvent> events = new ArrayList<>();
        train(
                Trainings.job(config.learningRate(1e-3).build(), folder.resolve(name), rows, rows),
                events);
        return events.stream()
                .mapMultiToDouble(
                        (event, sink) -> {
                            if (event instanceof TrainingEvent.Step step) {
                                sink.accept(step.loss());
                                sink.accept(step.gradientNorm());
                            }
                        })
                .toArray();
    }

    @Test
    void theLearningRateRisesAndFallsAsScheduled() {
        List<TrainingEvent> events = new ArrayList<>();
        train(Trainings.job(Trainings.config().epochs(2).build(), folder), events);

        assertThat(events)
                .filteredOn(TrainingEvent.Step.class::isInstance)
                .extracting(event -> ((TrainingEvent.Step) event).learningRate())
                .startsWith(0.0, 1e-2) // ten steps, one of warm-up
                .endsWith(1e-2 / 9);
    }

    @Test
    void aLossThatIsNoNumberEndsTheTrainingAndNamesStepAndRows() {
        TrainingJob job =
                Trainings.job(
                        Trainings.config().learningRate(1e30).epochs(3).saveSteps(1).build(),
                        folder);

        assertThatThrownBy(() -> train(job, new ArrayList<>()))
                .isInstanceOfSatisfying(
                        UserError.class,
                        e -> assertThat(e.code()).isEqualTo(ExitCode.INVALID_INPUT))
                .hasMessageMatching(
                        "(?s)the (loss|gradient's norm) of step \\d is (NaN|Infinity); its rows are"
                                + " row-\\d+, .*\nhint: lower train.learning_rate \\(1.0E30\\).*");
        assertThat(job.work().resolve("checkpoints")).isNotEmptyDirectory();
    }

    @Test
    void textsLongerThanTheBaseCanReadAreAnErrorBeforeTraining() {
        TrainingJob fits = Trainings.job(Trainings.config().build(), folder);
        TrainingJob job =
                new TrainingJob(
                        fits.train(),
                        new StudentConfig(
                                StudentConfig.Kind.ENCODER,
                                "bert",
                                StudentConfig.Pooling.CLS,
                                65,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()),
                        fits.labels(),
                        fits.base(),
                        fits.training(),
                        fits.validation(),
                        fits.work(),
                        fits.output());

        assertThatThrownBy(() -> train(job, new ArrayList<>()))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        "max_length must be <= 64 for the base bert, got 65\n"
                                + "hint: lower student.max_length");
    }

    @Test
    void aStepLeavesNoArraysBehind() {
        TrainConfig config = Trainings.config().batch(4, 2).dropout(0.1).build();
        TrainingJob job = Trainings.job(config, folder);
        try (NDManager manager = Torch.newManager();
                Learner learner =
                        new Learner(
                                manager,
                                job.encoder(),
                                job.base().newStudent(manager, job.encoder(), 7),
                                Precision.BF16,
                                config)) {
            List<EncodedRow> rows = Rows.encode(job).training();
            learner.step(rows.subList(0, 8), 1, 1);
            learner.validate(rows);
            int before = live(manager);
            assertThat(before).isGreaterThan(100);
            for (int number = 2; number < 12; number++) {
                learner.step(rows.subList(0, 8), number, 1);
            }
            learner.validate(rows);

            assertThat(live(manager)).isEqualTo(before);
        }
    }

    /** Arrays that a manager and the managers below it own. */
    private static int live(NDManager manager) {
        return ((ai.djl.ndarray.BaseNDManager) manager).getManagedArrays().size();
    }

    private static double answers(TrainingJob job, TrainingResult result) {
        try (NDManager manager = Torch.newManager();
                Learner learner =
                        new Learner(
                                manager,
                                job.encoder(),
                                Weights.read(manager, result.weights()),
                                job.precision(),
                                job.train())) {
            return learner.validate(Rows.encode(job).validation()).accuracy();
        }
    }

    private static TrainingResult train(TrainingJob job, List<TrainingEvent> events) {
        return new EncoderTrainer(InstantSource.system()).train(job, events::add, () -> false);
    }

    @Test
    void aTrainingThatNoLongerGetsBetterEndsEarlyWithItsBestEpoch() {
        TrainConfig config = Trainings.config().epochs(30).learningRate(3e-2).patience(2).build();
        List<TrainingEvent.Epoch> epochs = new ArrayList<>();

        TrainingResult result =
                new EncoderTrainer(InstantSource.system())
                        .train(
                                Trainings.job(config, folder),
                                event -> {
                                    if (event instanceof TrainingEvent.Epoch epoch) {
                                        epochs.add(epoch);
                                    }
                                },
                                () -> false);

        assertThat(epochs.size()).isLessThan(30).isEqualTo(result.bestEpoch() + 2);
        assertThat(result.steps()).isEqualTo(5 * epochs.size());
    }
}
