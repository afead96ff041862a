import com.sun.management.OperatingSystemMXBean;

import dev.distill.config.StudentConfig;
import dev.distill.config.TrainConfig;
import dev.distill.models.Bases;
import dev.distill.trainer.EncoderTrainer;
import dev.distill.trainer.TrainingEvent;
import dev.distill.trainer.TrainingJob;
import dev.distill.trainer.TrainingRow;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Times the training step of the 22 M MiniLM student through the trainer's public door: 32 rows of
 * 32 tokens, 77 labels, distillation, dropout 0.1. README.md says how to run it.
 */
final class EncoderStep {
    private static final int ROWS = 32;
    private static final int WORDS = 30; // one token each, and [CLS] and [SEP]
    private static final int CLASSES = 77;
    private static final int WARM_UP = 5;

    private EncoderStep() {}

    public static void main(String[] args) throws Exception {
        TrainConfig.Precision precision =
                TrainConfig.Precision.valueOf(
                        (args.length > 0 ? args[0] : "bf16").toUpperCase(Locale.ROOT));
        int steps = args.length > 1 ? Integer.parseInt(args[1]) : 25;
        Path folder = Files.createTempDirectory("encoder-step");
        OperatingSystemMXBean process =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        List<Double> millis = new ArrayList<>();
        List<Long> cpu = new ArrayList<>();
        new EncoderTrainer(InstantSource.system())
                .train(
                        job(precision, steps, folder),
                        event -> {
                            if (event instanceof TrainingEvent.Step step) {
                                millis.add(ROWS / step.rowsPerSecond() * 1e3);
                                cpu.add(process.getProcessCpuTime());
                            }
                        },
                        () -> false);
        System.out.printf(
                "distill %s: median %.0f ms a step, %.0f ms of processor time%n",
                precision.name().toLowerCase(Locale.ROOT),
                median(millis.subList(WARM_UP, steps)),
                median(
                        IntStream.range(WARM_UP, steps)
                                .mapToObj(i -> (cpu.get(i) - cpu.get(i - 1)) / 1e6)
                                .toList()));
    }

    private static TrainingJob job(TrainConfig.Precision precision, int steps, Path folder) {
        List<TrainingRow> rows = rows(steps * ROWS);
        return new TrainingJob(
                new TrainConfig(
                        1,
                        1e-4,
                        1e-3,
                        ROWS,
                        1,
                        0.01,
                        0.1,
                        TrainConfig.LrSchedulerType.LINEAR,
                        1,
                        Optional.of(0.1),
                        0,
                        precision,
                        new TrainConfig.Kd(2, 0.5),
                        steps,
                        7,
                        Optional.empty(),
                        "auto"),
                new StudentConfig(
                        StudentConfig.Kind.ENCODER,
                        Bases.MINILM,
                        StudentConfig.Pooling.MEAN,
                        128,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                IntStream.range(0, CLASSES).mapToObj(i -> "label-" + i).toList(),
                new Bases(folder).resolve(Bases.MINILM),
                rows,
                rows.subList(0, ROWS),
                folder.resolve("work"),
                folder.resolve("model"));
    }

    private static List<TrainingRow> rows(int count) {
        Random random = new Random(1);
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder();
            for (int word = 0; word < WORDS; word++) {
                text.append((char) ('a' + random.nextInt(26))).append(' ');
            }
            float[] teacher = new float[CLASSES];
            java.util.Arrays.fill(teacher, 1f / CLASSES);
            rows.add(new TrainingRow("row-" + i, text.toString(), i % CLASSES, teacher));
        }
        return rows;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
