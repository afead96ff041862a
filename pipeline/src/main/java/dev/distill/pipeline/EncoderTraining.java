package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.StudentConfig;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.models.Calibration;
import dev.distill.models.EncoderClassifier;
import dev.distill.models.StudentPackage;
import dev.distill.models.Torch;
import dev.distill.trainer.CalibrationFit;
import dev.distill.trainer.EncoderTrainer;
import dev.distill.trainer.TrainingJob;
import dev.distill.trainer.TrainingResult;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;

/** Trains a student of kind {@code encoder}. */
final class EncoderTraining implements Training {
    private final RunContext context;
    private final StageOutput curate;
    private final TrainingRows rows;

    EncoderTraining(RunContext context, StageOutput curate) {
        this.context = context;
        this.curate = curate;
        this.rows = TrainingRows.of(curate, context.job().labels());
    }

    @Override
    public Digest digest() {
        return job(Path.of("")).digest();
    }

    /** The training; {@code scratch} decides nothing about its result. */
    private TrainingJob job(Path scratch) {
        return new TrainingJob(
                context.job().config().train(),
                context.job().config().student(),
                context.job().labels().names(),
                context.base(),
                rows.training(),
                rows.validation(),
                scratch,
                scratch.resolve("best"));
    }

    @Override
    public ObjectNode run(Path model, Path scratch) {
        TrainingJob job = job(scratch);
        TrainingResult result =
                Watched.train(
                        context,
                        StudentConfig.Kind.ENCODER,
                        scratch,
                        listener ->
                                new EncoderTrainer(InstantSource.system())
                                        .train(job, listener, context.stop()));
        StudentPackage.write(
                model,
                job.encoder(),
                result.weights(),
                job.base().tokenizerFile(),
                StudentCard.of(context, StudentConfig.Kind.ENCODER, curate, List.of()));
        Calibration calibration;
        try (EncoderClassifier student = EncoderClassifier.load(model)) {
            calibration = CalibrationFit.of(student, job.validation());
        }
        calibration.write(model);
        return Json.object()
                .put("nature", "encoder on " + job.base().name())
                .put("best_epoch", result.bestEpoch())
                .put("validation_accuracy", result.validationAccuracy())
                .put("validation_loss", result.validationLoss())
                .put("temperature", calibration.temperature())
                .put("steps", result.steps())
                .put("seconds", result.seconds())
                .put("rows_per_second", result.rowsPerSecond())
                .put("parameters", job.encoder().parameterCount())
                .put("libtorch", Torch.version())
                .put("truncated_share", result.truncatedShare())
                .put("precision", job.precision().name().toLowerCase(Locale.ROOT));
    }
}
