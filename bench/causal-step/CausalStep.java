import dev.distill.config.CausalTrainConfig;
import dev.distill.config.CausalTrainConfig.Lora;
import dev.distill.config.CausalTrainConfig.Method;
import dev.distill.config.CausalTrainConfig.OnPolicy;
import dev.distill.config.TrainConfig;
import dev.distill.models.Tokenizer;
import dev.distill.models.causal.CausalBase;
import dev.distill.trainer.TrainingEvent;
import dev.distill.trainer.causal.CausalJob;
import dev.distill.trainer.causal.CausalTrainer;
import dev.distill.trainer.causal.ChatFormat;
import dev.distill.trainer.causal.ChatRow;
import dev.distill.trainer.causal.ChatRow.Message;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;

/**
 * Times the training step of a Llama of 135 M weights through the trainer's public door: 4 rows of
 * 256 tokens, all of them trained on. README.md says how to run it.
 *
 * <p>usage: CausalStep FOLDER [full|lora] [bf16|fp32] [steps]; FOLDER is made by base.py
 */
final class CausalStep {
    private static final int ROWS = 4;
    private static final int TOKENS = 256;
    private static final int WARM_UP = 2;

    private CausalStep() {}

    public static void main(String[] args) throws Exception {
        Path base = Path.of(args[0]);
        Method method = Method.valueOf(args[1].toUpperCase(Locale.ROOT));
        TrainConfig.Precision precision =
                TrainConfig.Precision.valueOf(args[2].toUpperCase(Locale.ROOT));
        int steps = args.length > 3 ? Integer.parseInt(args[3]) : 8;
        boolean checkpointing = args.length > 4 && args[4].equals("checkpointing");
        Path work = Files.createTempDirectory("causal-step");
        List<Double> seconds = new ArrayList<>();
        double[] loss = {0};
        new CausalTrainer(InstantSource.system())
                .train(
                        job(base, method, precision, steps, checkpointing, work),
                        event -> {
                            if (event instanceof TrainingEvent.Step step) {
                                seconds.add(ROWS / step.rowsPerSecond());
                                loss[0] = step.loss();
                                if (seconds.size() == steps) {
                                    report(args, seconds, loss[0]);
                                    Runtime.getRuntime().halt(0); // no checkpoint of 1.6 GB
                                }
                            }
                        },
                        () -> false);
    }

    private static void report(String[] args, List<Double> seconds, double loss) {
        List<Double> sorted = seconds.subList(WARM_UP, seconds.size()).stream().sorted().toList();
        double median = sorted.get(sorted.size() / 2);
        System.out.printf(
                Locale.ROOT,
                "distill %s %s: %.0f tokens/s, median %.2f s a step, peak RSS %.2f GB, loss %.3f%n",
                args[1],
                args[2],
                ROWS * TOKENS / median,
                median,
                peakGigabytes(),
                loss);
    }

    private static double peakGigabytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                            .filter(line -> line.startsWith("VmHWM:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .findFirst()
                            .orElse(0)
                    / 1e6;
        } catch (java.io.IOException e) {
            return Double.NaN;
        }
    }

    private static CausalJob job(
            Path base,
            Method method,
            TrainConfig.Precision precision,
            int steps,
            boolean checkpointing,
            Path work) {
        List<ChatRow> rows = rows(base, steps * ROWS);
        return new CausalJob(
                new TrainConfig(
                        1,
                        1e-4,
                        1e-4,
                        ROWS,
                        1,
                        0.01,
                        0.1,
                        TrainConfig.LrSchedulerType.LINEAR,
                        1,
                        Optional.empty(),
                        0,
                        precision,
                        new TrainConfig.Kd(1, 0),
                        10_000,
                        7,
                        Optional.empty(),
                        "auto"),
                new CausalTrainConfig(
                        method,
                        new Lora(16, 32, 0, List.of("all-linear")),
                        false,
                        false,
                        checkpointing,
                        Optional.empty(),
                        new OnPolicy(0, 1, 1),
                        Optional.empty()),
                TOKENS + 1,
                new CausalBase(base),
                new Bare(),
                Optional.empty(),
                rows,
                rows.subList(0, 1),
                work,
                work.resolve("model"));
    }

    /** One token of prompt, the answer and its end. */
    private static final class Bare implements ChatFormat {
        @Override
        public String prompt(List<Message> messages) {
            return messages.getFirst().content();
        }

        @Override
        public String conversation(List<Message> messages) {
            return messages.getFirst().content() + messages.getLast().content() + "<|im_end|>";
        }
    }

    /** Rows of exactly 256 tokens behind the first. */
    private static List<ChatRow> rows(Path base, int count) {
        Random random = new Random(1);
        List<ChatRow> rows = new ArrayList<>();
        try (Tokenizer tokenizer = Tokenizer.load(base.resolve("tokenizer.json"))) {
            while (rows.size() < count) {
                StringBuilder text = new StringBuilder();
                while (tokenizer.plain("a" + text).length < TOKENS) {
                    text.append(' ').append((char) ('b' + random.nextInt(20)));
                }
                if (tokenizer.plain("a" + text).length == TOKENS) {
                    rows.add(
                            new ChatRow(
                                    "row-" + rows.size(),
                                    List.of(new Message("user", "a")),
                                    text.toString()));
                }
            }
        }
        return rows;
    }
}
