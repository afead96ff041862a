import dev.distill.config.StudentConfig;
import dev.distill.config.TrainConfig;
import dev.distill.models.Base;
import dev.distill.models.Bases;
import dev.distill.models.EncoderClassifier;
import dev.distill.models.ModelCard;
import dev.distill.models.StudentPackage;
import dev.distill.trainer.CalibrationFit;
import dev.distill.trainer.EncoderTrainer;
import dev.distill.trainer.TrainingEvent;
import dev.distill.trainer.TrainingJob;
import dev.distill.trainer.TrainingResult;
import dev.distill.trainer.TrainingRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Trains the encoder student in a new JVM, as a job does. Arguments: DATA FOLDER, which keeps the base; system
 * properties change the settings.
 */
final class Encoder {
    private Encoder() {}

    public static void main(String[] arguments) throws IOException {
        Banking77 data = new Banking77(Path.of(arguments[0]));
        Path kept = Path.of(arguments[1]);
        Base base = new Bases(kept.resolve("bases")).resolve(Bases.MINILM);
        Path folder = Files.createTempDirectory(kept, "encoder-");
        TrainingJob job = job(base, data, folder);
        long begun = System.nanoTime();
        long[] epoch = {begun};
        TrainingResult result =
                new EncoderTrainer(InstantSource.system())
                        .train(
                                job,
                                event -> {
                                    if (event instanceof TrainingEvent.Epoch end) {
                                        long now = System.nanoTime();
                                        System.out.printf(
                                                Locale.ROOT,
                                                "epoch %d: %.1f s, validation accuracy %.4f, loss %.4f%n",
                                                end.epoch(),
                                                (now - epoch[0]) / 1e9,
                                                end.accuracy(),
                                                end.loss());
                                        epoch[0] = now;
                                    }
                                },
                                () -> false);
        Path model = folder.resolve("package");
        ModelCard card =
                new ModelCard(
                        "banking77", "Names an intent.", base.name(), base.licence(), Map.of(), List.of(), Map.of());
        StudentPackage.write(model, job.encoder(), result.weights(), base.tokenizerFile(), card);
        try (EncoderClassifier student = EncoderClassifier.load(model)) {
            CalibrationFit.of(student, job.validation()).write(model);
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "validation accuracy %.4f in epoch %d, %d steps in %s, %.0f rows/s, seed %d%n",
                result.validationAccuracy(),
                result.bestEpoch(),
                result.steps(),
                job.precision(),
                result.rowsPerSecond(),
                job.train().seed());
        try (EncoderClassifier student = EncoderClassifier.load(model)) {
            data.report("encoder", student, seconds, model);
        }
    }

    private static TrainingJob job(Base base, Banking77 data, Path folder) {
        TrainConfig train =
                new TrainConfig(
                        Integer.getInteger("epochs", 4),
                        number("rate", 2e-4),
                        number("head_rate", 1e-3),
                        Integer.getInteger("batch", 64),
                        1,
                        0.01,
                        0.1,
                        TrainConfig.LrSchedulerType.LINEAR,
                        1.0,
                        Optional.of(0.1),
                        number("smoothing", 0.1),
                        TrainConfig.Precision.valueOf(System.getProperty("precision", "AUTO")),
                        new TrainConfig.Kd(2, 0),
                        1_000_000,
                        Long.getLong("seed", 7),
                        Optional.empty(),
                        "auto");
        return new TrainingJob(
                train,
                new StudentConfig(
                        StudentConfig.Kind.ENCODER,
                        Bases.MINILM,
                        StudentConfig.Pooling.MEAN,
                        96,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                data.labels,
                base,
                data.training,
                data.validation,
                folder.resolve("work"),
                folder.resolve("best"));
    }

    private static double number(String name, double otherwise) {
        return Double.parseDouble(System.getProperty(name, String.valueOf(otherwise)));
    }
}
