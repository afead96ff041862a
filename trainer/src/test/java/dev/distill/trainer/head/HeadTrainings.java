package dev.distill.trainer.head;

import dev.distill.config.HeadConfig;
import dev.distill.config.TrainConfig;
import dev.distill.config.UserError;
import dev.distill.models.Base;
import dev.distill.trainer.TrainingEvent;
import dev.distill.trainer.TrainingResult;
import dev.distill.trainer.TrainingRow;
import dev.distill.trainer.Trainings;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Small trainings of a head over the tiny BERT among the test resources. */
final class HeadTrainings {
    static final int MAX_LENGTH = 32;

    private HeadTrainings() {}

    /** One hidden layer of 16 with dropout, steps of 8 rows. */
    static HeadConfig config(int epochs, int patience, double learningRate) {
        return new HeadConfig(List.of(16), 0.3, epochs, patience, learningRate, 8, 0.01);
    }

    static TrainConfig train() {
        return Trainings.config().build();
    }

    static Base base() {
        return new Base("bert", Trainings.base());
    }

    /** A training of 40 rows: 5 steps an epoch. */
    static HeadJob job(HeadConfig config, Path folder) {
        return job(config, folder, Trainings.rows(40, 1), Trainings.rows(12, 2));
    }

    static HeadJob job(
            HeadConfig config,
            Path folder,
            List<TrainingRow> training,
            List<TrainingRow> validation) {
        return new HeadJob(
                config,
                train(),
                MAX_LENGTH,
                Trainings.LABELS,
                base(),
                training,
                validation,
                folder.resolve("embeddings"),
                folder.resolve("work"),
                folder.resolve("model"));
    }

    static TrainingResult train(HeadJob job) {
        return train(job, _ -> {}, () -> false);
    }

    static TrainingResult train(
            HeadJob job, Consumer<TrainingEvent> listener, BooleanSupplier stop) {
        return new HeadTrainer(InstantSource.system()).train(job, listener, stop);
    }

    /** Stops a training after so many steps of this run, or lets it end. */
    static void stopAfter(HeadJob job, int steps) {
        int[] done = {0};
        try {
            train(
                    job,
                    event -> done[0] += event instanceof TrainingEvent.Step ? 1 : 0,
                    () -> done[0] >= steps);
        } catch (UserError e) {
            if (!String.valueOf(e.getMessage()).startsWith("training was stopped")) {
                throw e;
            }
        }
    }
}
