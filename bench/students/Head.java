import dev.distill.config.HeadConfig;
import dev.distill.config.TrainConfig;
import dev.distill.models.Base;
import dev.distill.models.Bases;
import dev.distill.models.Calibration;
import dev.distill.models.Classifier;
import dev.distill.models.ModelCard;
import dev.distill.models.Precision;
import dev.distill.models.head.HeadClassifier;
import dev.distill.models.head.HeadPackage;
import dev.distill.trainer.TrainingEvent;
import dev.distill.trainer.TrainingResult;
import dev.distill.trainer.TrainingRow;
import dev.distill.trainer.head.HeadCalibration;
import dev.distill.trainer.head.HeadJob;
import dev.distill.trainer.head.HeadTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Trains the head student in a new JVM, as a job does. Arguments: DATA FOLDER, which keeps the base. */
final class Head {
    /** Enough for every text of the data set. */
    static final int MAX_LENGTH = 96;

    private final Base base;
    private final Path embeddings;

    Head(Path folder) throws IOException {
        base = new Bases(folder.resolve("bases")).resolve(Bases.MINILM);
        embeddings = folder.resolve("embeddings");
    }

    public static void main(String[] arguments) throws IOException {
        Banking77 data = new Banking77(Path.of(arguments[0]));
        Path kept = Path.of(arguments[1]);
        Head bench = new Head(kept);
        Path folder = Files.createTempDirectory(kept, "head-");
        HeadJob job =
                bench.job(data, data.training, data.validation, 0, folder, folder.resolve("embeddings"));
        long begun = System.nanoTime();
        long[] embedded = {begun};
        TrainingResult result =
                new HeadTrainer(InstantSource.system())
                        .train(
                                job,
                                event -> {
                                    if (event instanceof TrainingEvent.Started) {
                                        embedded[0] = System.nanoTime();
                                    }
                                },
                                () -> false);
        long trained = System.nanoTime();
        Path model = folder.resolve("package");
        try (Classifier student = bench.student(job, result, model, Precision.FP32)) {
            System.out.printf(
                    Locale.ROOT,
                    "validation accuracy %.4f in epoch %d, %d steps; %.1f s embedding in %s, %.1f s network, %.1f s package and"
                            + " calibration, %,d numbers%n",
                    result.validationAccuracy(),
                    result.bestEpoch(),
                    result.steps(),
                    (embedded[0] - begun) / 1e9,
                    job.precision(),
                    (trained - embedded[0]) / 1e9,
                    (System.nanoTime() - trained) / 1e9,
                    student.parameterCount());
            data.report("head", student, (System.nanoTime() - begun) / 1e9, model);
        }
    }

    /** A training with the settings that a job has by itself, but for alpha. */
    HeadJob job(
            Banking77 data,
            List<TrainingRow> training,
            List<TrainingRow> validation,
            double alpha,
            Path folder,
            Path embeddings) {
        TrainConfig train =
                new TrainConfig(
                        5,
                        1e-4,
                        1e-3,
                        32,
                        1,
                        0.01,
                        0.1,
                        TrainConfig.LrSchedulerType.LINEAR,
                        1.0,
                        Optional.empty(),
                        0,
                        TrainConfig.Precision.AUTO,
                        new TrainConfig.Kd(2, alpha),
                        50,
                        7,
                        Optional.empty(),
                        "auto");
        return new HeadJob(
                new HeadConfig(List.of(512), 0.5, 30, 6, 1e-3, 128, 0),
                train,
                MAX_LENGTH,
                data.labels,
                base,
                training,
                validation,
                embeddings,
                folder.resolve("work"),
                folder.resolve("best"));
    }

    /** The finished student, calibrated; its encoder computes in that precision. */
    Classifier student(HeadJob job, TrainingResult result, Path model, Precision precision) {
        ModelCard card =
                new ModelCard(
                        "banking77", "Names an intent.", base.name(), base.licence(), Map.of(), List.of(), Map.of());
        Calibration calibration = HeadCalibration.of(job, result);
        HeadPackage.write(model, job.shape(), result.weights(), base, calibration, card);
        return HeadClassifier.load(model, precision);
    }
}
