import dev.distill.config.LinearConfig;
import dev.distill.models.Classifier;
import dev.distill.models.ModelCard;
import dev.distill.models.linear.LinearClassifier;
import dev.distill.models.linear.LinearPackage;
import dev.distill.trainer.linear.LinearJob;
import dev.distill.trainer.linear.LinearResult;
import dev.distill.trainer.linear.LinearTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Trains the linear student in a new JVM, as a job does. Arguments: DATA [key=value...]. */
final class Linear {
    public static void main(String[] arguments) throws IOException {
        Banking77 data = new Banking77(Path.of(arguments[0]));
        double[] s = {2, 2, 4, 1, 2, 200_000, 1};
        for (int i = 1; i < arguments.length; i++) {
            s[i - 1] = Double.parseDouble(arguments[i]);
        }
        LinearConfig config =
                new LinearConfig((int) s[0], (int) s[1], (int) s[2], (int) s[3], (int) s[4], (int) s[5], s[6], true);
        LinearResult result =
                new LinearTrainer(InstantSource.system())
                        .train(
                                new LinearJob(config, data.labels, data.training, data.validation),
                                _ -> {},
                                () -> false);
        Path folder = Files.createTempDirectory("linear");
        ModelCard card =
                new ModelCard("banking77", "Names an intent.", "none", "apache-2.0", Map.of(), List.of(), Map.of());
        LinearPackage.write(folder, result.model(), result.calibration(), card);
        long begun = System.nanoTime();
        try (Classifier student = LinearClassifier.load(folder)) {
            System.out.printf(
                    Locale.ROOT,
                    "validation accuracy %.4f, temperature %.3f, loaded in %.0f ms, %,d numbers%n",
                    result.validationAccuracy(),
                    result.calibration().temperature(),
                    (System.nanoTime() - begun) / 1e6,
                    student.parameterCount());
            data.report("linear", student, result.seconds(), folder);
        }
    }
}
