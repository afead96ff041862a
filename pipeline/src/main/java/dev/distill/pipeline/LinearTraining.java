package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.StudentConfig;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.models.linear.LinearPackage;
import dev.distill.trainer.linear.LinearJob;
import dev.distill.trainer.linear.LinearResult;
import dev.distill.trainer.linear.LinearTrainer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** Trains a student of kind {@code linear}. It takes seconds: one that was killed begins anew. */
final class LinearTraining implements Training {
    private final RunContext context;
    private final StageOutput curate;
    private final LinearJob job;

    LinearTraining(RunContext context, StageOutput curate) {
        this.context = context;
        this.curate = curate;
        TrainingRows rows = TrainingRows.of(curate, context.job().labels());
        this.job =
                new LinearJob(
                        context.job().config().student().linearSettings(),
                        context.job().labels().names(),
                        rows.training(),
                        rows.validation());
    }

    @Override
    public Digest digest() {
        return job.digest();
    }

    @Override
    public ObjectNode run(Path model, Path scratch) {
        LinearResult result =
                Watched.train(
                        context,
                        StudentConfig.Kind.LINEAR,
                        scratch,
                        listener ->
                                new LinearTrainer(InstantSource.system())
                                        .train(job, listener, context.stop()));
        LinearPackage.write(
                model,
                result.model(),
                result.calibration(),
                StudentCard.of(context, StudentConfig.Kind.LINEAR, curate, List.of()));
        return Json.object()
                .put("nature", "linear in word and character n-grams")
                .put("validation_accuracy", result.validationAccuracy())
                .put("validation_loss", result.validationLoss())
                .put("temperature", result.calibration().temperature())
                .put("seconds", result.seconds())
                .put("rows_per_second", result.rowsPerSecond())
                .put("parameters", result.model().parameterCount());
    }
}
