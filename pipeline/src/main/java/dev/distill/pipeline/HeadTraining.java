package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.StudentConfig;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.models.Calibration;
import dev.distill.models.ModelCard;
import dev.distill.models.Torch;
import dev.distill.models.head.HeadPackage;
import dev.distill.trainer.TrainingResult;
import dev.distill.trainer.head.HeadCalibration;
import dev.distill.trainer.head.HeadJob;
import dev.distill.trainer.head.HeadTrainer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;

/**
 * Trains a student of kind {@code head}. The texts' vectors are kept for all jobs, so that another
 * network over the same encoder does not embed them again.
 */
final class HeadTraining implements Training {
    private final RunContext context;
    private final StageOutput curate;
    private final TrainingRows rows;

    HeadTraining(RunContext context, StageOutput curate) {
        this.context = context;
        this.curate = curate;
        this.rows = TrainingRows.of(curate, context.job().labels());
    }

    @Override
    public Digest digest() {
        return job(Path.of("")).digest();
    }

    /** The training; {@code scratch} decides nothing about its result. */
    private HeadJob job(Path scratch) {
        StudentConfig student = context.job().config().student();
        return new HeadJob(
                student.headSettings(),
                context.job().config().train(),
                student.maxLength(),
                context.job().labels().names(),
                context.base(),
                rows.training(),
                rows.validation(),
                context.state().embeddings(),
                scratch,
                scratch.resolve("best"));
    }

    @Override
    public ObjectNode run(Path model, Path scratch) {
        HeadJob job = job(scratch);
        TrainingResult result =
                Watched.train(
                        context,
                        StudentConfig.Kind.HEAD,
                        scratch,
                        listener ->
                                new HeadTrainer(InstantSource.system())
                                        .train(job, listener, context.stop()));
        ModelCard card = StudentCard.of(context, StudentConfig.Kind.HEAD, curate, List.of());
        Calibration calibration = HeadCalibration.of(job, result);
        HeadPackage.write(model, job.shape(), result.weights(), job.base(), calibration, card);
        return Json.object()
                .put("nature", "network over frozen embeddings of " + job.base().name())
                .put("best_epoch", result.bestEpoch())
                .put("validation_accuracy", result.validationAccuracy())
                .put("validation_loss", result.validationLoss())
                .put("temperature", calibration.temperature())
                .put("steps", result.steps())
                .put("seconds", result.seconds())
                .put("rows_per_second", result.rowsPerSecond())
                .put("parameters", job.shape().parameterCount())
                .put("libtorch", Torch.version())
                .put("truncated_share", result.truncatedShare())
                .put("precision", job.precision().name().toLowerCase(Locale.ROOT));
    }
}
