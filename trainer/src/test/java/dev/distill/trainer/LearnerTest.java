package dev.distill.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.distill.config.TrainConfig;
import dev.distill.config.TrainConfig.LrSchedulerType;
import dev.distill.models.Precision;
import dev.distill.models.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearnerTest {
    /**
     * Loss and gradient norm of each step, by torch 2.13 and transformers 5.18 from the same
     * weights: BertModel with mean pooling, cross_entropy and kl_div at T 2 and alpha 0.5,
     * clip_grad_norm_ at 1, AdamW in four groups, LambdaLR with one step of warm-up.
     */
    private static final double[][] REFERENCE = {
        {0.6868497, 0.526903},
        {0.6868497, 0.526903},
        {0.4767261, 3.343570},
        {0.4032869, 4.156258},
        {0.2791190, 2.757659},
        {0.2180930, 1.180373}
    };

    @TempDir private Path folder;

    @Tag("golden")
    @Test
    void sixStepsHaveTheLossesAndGradientNormsOfTransformers() {
        TrainConfig config = Trainings.config().learningRate(1e-2).maxGradNorm(1).build();
        List<TrainingRow> texts =
                List.of(
                        new TrainingRow("0", "Where is my order?", 0, new float[] {.7f, .2f, .1f}),
                        new TrainingRow(
                                "1",
                                "Refund the broken mug, please, it arrived cracked",
                                1,
                                new float[] {.1f, .8f, .1f}),
                        new TrainingRow("2", "hi", 2, new float[] {.25f, .25f, .5f}));
        TrainingJob job = Trainings.job(config, folder, texts, texts);
        Schedule schedule = new Schedule(LrSchedulerType.LINEAR, 6, 1);
        try (NDManager manager = Torch.newManager();
                Learner learner = learner(manager, job)) {
            List<EncodedRow> rows = Rows.encode(job).training();
            for (int step = 0; step < REFERENCE.length; step++) {
                StepOutcome outcome = learner.step(rows, step + 1, schedule.factor(step));

                assertThat(outcome.loss()).isCloseTo(REFERENCE[step][0], within(1e-4));
                assertThat(outcome.gradientNorm()).isCloseTo(REFERENCE[step][1], within(1e-3));
            }
        }
    }

    @Test
    void aStepThatFailsInItsSecondBatchHasChangedNothing() {
        TrainConfig config = Trainings.config().batch(4, 2).dropout(0.1).build();
        TrainingJob job = Trainings.job(config, folder);
        List<EncodedRow> rows = Rows.encode(job).training().subList(0, 8);
        EncodedRow broken =
                new EncodedRow(
                        "broken",
                        rows.getLast().tokens().mapped(_ -> 1 << 20), // no such token
                        rows.getLast().label(),
                        rows.getLast().teacher());
        List<EncodedRow> half = new ArrayList<>(rows.subList(0, 7));
        half.add(broken);
        try (NDManager manager = Torch.newManager();
                Learner calm = learner(manager, job);
                Learner disturbed = learner(manager, job)) {
            calm.step(rows, 1, 1);
            assertThatThrownBy(() -> disturbed.step(half, 1, 1)).hasMessageContaining("range");
            disturbed.step(rows, 1, 1);

            for (String name : calm.weights().names()) {
                assertThat(disturbed.weights().get(name).toFloatArray())
                        .as(name)
                        .isEqualTo(calm.weights().get(name).toFloatArray());
            }
        }
    }

    private static Learner learner(NDManager manager, TrainingJob job) {
        return new Learner(
                manager,
                job.encoder(),
                job.base().newStudent(manager, job.encoder(), 7),
                Precision.FP32,
                job.train());
    }
}
