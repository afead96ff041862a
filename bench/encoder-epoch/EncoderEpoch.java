import dev.distill.config.StudentConfig;
import dev.distill.config.TrainConfig;
import dev.distill.models.Bases;
import dev.distill.trainer.EncoderTrainer;
import dev.distill.trainer.TrainingEvent;
import dev.distill.trainer.TrainingJob;
import dev.distill.trainer.TrainingRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;

/**
 * Rows a second in an epoch of real messages of real lengths, through the trainer's public door.
 * README.md says how to run it.
 */
final class EncoderEpoch {
    private static final int WARM_UP = 10;

    private EncoderEpoch() {}

    public static void main(String[] args) throws Exception {
        Path csv = Path.of(args[0]);
        TrainConfig.Precision precision =
                TrainConfig.Precision.valueOf(args[1].toUpperCase(Locale.ROOT));
        int count = Integer.parseInt(args[2]);
        List<TrainingRow> rows = rows(csv).subList(0, count);
        Path folder = Files.createTempDirectory("encoder-epoch");
        List<Double> seconds = new ArrayList<>();
        TrainConfig config =
                new TrainConfig(
                        Integer.getInteger("epochs", 1),
                        1e-4,
                        1e-3,
                        32,
                        1,
                        0.01,
                        0.1,
                        TrainConfig.LrSchedulerType.LINEAR,
                        1,
                        Optional.of(0.1),
                        0,
                        precision,
                        new TrainConfig.Kd(2, 0),
                        100_000,
                        7,
                        Optional.empty(),
                        "auto");
        new EncoderTrainer(InstantSource.system())
                .train(
                        new TrainingJob(
                                config,
                                new StudentConfig(
                                        StudentConfig.Kind.ENCODER,
                                        Bases.MINILM,
                                        StudentConfig.Pooling.MEAN,
                                        128,
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty()),
                                labels,
                                new Bases(folder).resolve(Bases.MINILM),
                                rows,
                                rows.subList(0, 32),
                                folder.resolve("work"),
                                folder.resolve("model")),
                        event -> {
                            if (event instanceof TrainingEvent.Step step) {
                                seconds.add(32 / step.rowsPerSecond());
                            }
                        },
                        () -> false);
        List<Double> measured = seconds.subList(Math.max(WARM_UP, seconds.size() - seconds.size() / Integer.getInteger("epochs", 1)), seconds.size() - 1);
        double sum = measured.stream().mapToDouble(Double::doubleValue).sum();
        System.out.printf(
                "distill %s: %.0f rows/s, %.0f ms a step%n",
                args[1], 32 * measured.size() / sum, sum / measured.size() * 1e3);
    }

    private static final List<String> labels = new ArrayList<>();

    /** The messages in an order that the seed gives; texts hold commas and quotes, labels do not. */
    private static List<TrainingRow> rows(Path csv) throws Exception {
        List<String> lines = records(Files.readString(csv));
        for (String line : lines) {
            String label = line.substring(line.lastIndexOf(',') + 1);
            if (!labels.contains(label)) {
                labels.add(label);
            }
        }
        List<TrainingRow> rows = new ArrayList<>();
        for (String line : lines) {
            int comma = line.lastIndexOf(',');
            int label = labels.indexOf(line.substring(comma + 1));
            float[] teacher = new float[labels.size()];
            teacher[label] = 1;
            String text = line.substring(0, comma).replaceAll("^\"|\"$", "").replace("\"\"", "\"");
            rows.add(new TrainingRow("row-" + rows.size(), text.strip(), label, teacher));
        }
        Collections.shuffle(rows, new Random(1));
        return rows;
    }

    /** Lines of the file but the first; a text in quotes may have several. */
    private static List<String> records(String csv) {
        List<String> records = new ArrayList<>();
        StringBuilder record = new StringBuilder();
        for (String line : csv.lines().skip(1).toList()) {
            record.append(record.isEmpty() ? "" : "\n").append(line);
            if (record.chars().filter(c -> c == '"').count() % 2 == 0) {
                records.add(record.toString());
                record.setLength(0);
            }
        }
        return records;
    }
}
