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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;

/**
 * Chats a second in an epoch of chats of differing lengths whose prompts are not trained on, through
 * the trainer's public door. README.md says how to run it.
 *
 * <p>usage: CausalEpoch BASE CHATS full|lora bf16|fp32; CHATS is made by rows.py
 */
final class CausalEpoch {
    private static final int ROWS = 8;
    private static final int TOKENS = 256;
    private static final String END = "<|im_end|>";

    private CausalEpoch() {}

    public static void main(String[] args) throws Exception {
        Path base = Path.of(args[0]);
        List<ChatRow> rows = rows(base, Files.readAllLines(Path.of(args[1])));
        Path work = Files.createTempDirectory("causal-epoch");
        int steps = rows.size() / ROWS;
        List<Double> seconds = new ArrayList<>();
        long[] trained = {0};
        new CausalTrainer(InstantSource.system())
                .train(
                        job(base, args[2], args[3], rows, work),
                        event -> {
                            if (event instanceof TrainingEvent.Reading reading) {
                                trained[0] = reading.learned();
                            }
                            if (event instanceof TrainingEvent.Step step) {
                                seconds.add(ROWS / step.rowsPerSecond());
                                if (seconds.size() == 2 * steps) {
                                    report(args, seconds, (double) trained[0] / rows.size());
                                    Runtime.getRuntime().halt(0); // no checkpoint of 1.6 GB
                                }
                            }
                        },
                        () -> false);
    }

    private static void report(String[] args, List<Double> seconds, double trainedTokens) {
        List<Double> measured = seconds.subList(seconds.size() / 2, seconds.size());
        double rate =
                ROWS
                        * measured.size()
                        / measured.stream().mapToDouble(Double::doubleValue).sum();
        System.out.printf(
                Locale.ROOT,
                "distill %s %s: %.2f rows/s, %.0f trained tokens/s, peak RSS %.2f GB%n",
                args[2],
                args[3],
                rate,
                rate * trainedTokens,
                peakGigabytes());
    }

    private static double peakGigabytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                            .filter(line -> line.startsWith("VmHWM:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .findFirst()
                            .orElse(0)
                    / 1e6;
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    private static CausalJob job(
            Path base, String method, String precision, List<ChatRow> rows, Path work) {
        return new CausalJob(
                new TrainConfig(
                        2,
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
                        TrainConfig.Precision.valueOf(precision.toUpperCase(Locale.ROOT)),
                        new TrainConfig.Kd(1, 0),
                        10_000,
                        7,
                        Optional.empty(),
                        "auto"),
                new CausalTrainConfig(
                        Method.valueOf(method.toUpperCase(Locale.ROOT)),
                        new Lora(16, 32, 0, List.of("all-linear")),
                        false,
                        true,
                        false,
                        Optional.empty(),
                        new OnPolicy(0, 1, 1),
                        Optional.empty()),
                TOKENS,
                new CausalBase(base),
                new Bare(),
                Optional.empty(),
                rows,
                rows.subList(0, 1),
                work,
                work.resolve("model"));
    }

    private static final class Bare implements ChatFormat {
        @Override
        public String prompt(List<Message> messages) {
            return messages.getFirst().content();
        }

        @Override
        public String conversation(List<Message> messages) {
            return messages.getFirst().content() + messages.getLast().content() + END;
        }
    }

    /** A chat for each line: tokens of the prompt, tokens of the answer with its end. */
    private static List<ChatRow> rows(Path base, List<String> lines) {
        Random random = new Random(1);
        List<ChatRow> rows = new ArrayList<>();
        try (Tokenizer tokenizer = Tokenizer.load(base.resolve("tokenizer.json"))) {
            for (String line : lines) {
                String[] tokens = line.split(" ");
                String prompt = text(tokenizer, random, Integer.parseInt(tokens[0]));
                String answer = text(tokenizer, random, Integer.parseInt(tokens[1]) - 1);
                rows.add(
                        new ChatRow(
                                "row-" + rows.size(),
                                List.of(new Message("user", prompt)),
                                answer));
            }
        }
        return rows;
    }

    /** Letters of as many tokens, or of one more where a letter takes two. */
    private static String text(Tokenizer tokenizer, Random random, int tokens) {
        StringBuilder text = new StringBuilder();
        while (tokenizer.plain(text.toString()).length < tokens) {
            text.append(' ').append((char) ('b' + random.nextInt(20)));
        }
        return text.toString();
    }
}
