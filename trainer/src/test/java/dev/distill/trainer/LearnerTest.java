package dev.distill.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.distill.config.TrainConfig;
import dev.distill.config.TrainConfig.LrSchedulerType;
import dev.distill.models.Precision;
import dev.distill.models.Torch;
import java.nio.file.Path;
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
                Learner learner =
                        new Learner(
                                manager,
                                job.encoder(),
                                job.base().newStudent(manager, job.encoder(), 7),
                                Precision.FP32,
                                config)) {
            List<EncodedRow> rows = Rows.encode(job).training();
            for (int step = 0; step < REFERENCE.length; step++) {
                StepOutcome outcome = learner.step(rows, step + 1, schedule.factor(step));

                assertThat(outcome.loss()).isCloseTo(REFERENCE[step][0], within(1e-4));
                assertThat(outcome.gradientNorm()).isCloseTo(REFERENCE[step][1], within(1e-3));
            }
        }
    }
}
