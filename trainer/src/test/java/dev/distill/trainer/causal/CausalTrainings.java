package dev.distill.trainer.causal;

import dev.distill.config.CausalTrainConfig;
import dev.distill.config.CausalTrainConfig.Lora;
import dev.distill.config.CausalTrainConfig.Method;
import dev.distill.config.CausalTrainConfig.OnPolicy;
import dev.distill.config.TrainConfig;
import dev.distill.config.TrainConfig.Kd;
import dev.distill.models.causal.CausalBase;
import dev.distill.trainer.causal.CausalJob.LocalTeacherFolder;
import dev.distill.trainer.causal.ChatRow.Message;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;

/** Small trainings of the tiny Llama among the test resources; a builder with defaults. */
final class CausalTrainings {
    static final Path LLAMA = Path.of("src/test/resources/golden/llama");

    /** The template of the golden checkpoints. */
    static final ChatFormat CHAT_ML =
            new ChatFormat() {
                @Override
                public String prompt(List<Message> messages) {
                    return conversation(messages) + "<|im_start|>assistant\n";
                }

                @Override
                public String conversation(List<Message> messages) {
                    return messages.stream()
                            .map(
                                    m ->
                                            "<|im_start|>%s\n%s<|im_end|>\n"
                                                    .formatted(m.role(), m.content()))
                            .collect(Collectors.joining());
                }
            };

    private int epochs = 3;
    private double learningRate = 1e-2;
    private int batch = 4;
    private int accumulation = 2;
    private TrainConfig.Precision precision = TrainConfig.Precision.FP32;
    private Kd kd = new Kd(1, 0.5);
    private Method method = Method.FULL;
    private double loraDropout = 0;
    private boolean fromScratch;
    private boolean packing = true;
    private boolean checkpointing;
    private Optional<Path> teacher = Optional.empty();
    private double lambda;
    private Optional<Integer> patience = Optional.empty();
    private int maxLength = 64;
    private Path base = LLAMA;
    private List<ChatRow> training = rows(36, 1);
    private List<ChatRow> validation = rows(8, 2);

    static CausalTrainings config() {
        return new CausalTrainings();
    }

    CausalTrainings epochs(int value) {
        epochs = value;
        return this;
    }

    CausalTrainings learningRate(double value) {
        learningRate = value;
        return this;
    }

    CausalTrainings batch(int rows, int steps) {
        batch = rows;
        accumulation = steps;
        return this;
    }

    CausalTrainings precision(TrainConfig.Precision value) {
        precision = value;
        return this;
    }

    CausalTrainings kd(Kd value) {
        kd = value;
        return this;
    }

    CausalTrainings lora(double dropout) {
        method = Method.LORA;
        loraDropout = dropout;
        return this;
    }

    CausalTrainings fromScratch() {
        fromScratch = true;
        return this;
    }

    CausalTrainings unpacked() {
        packing = false;
        return this;
    }

    CausalTrainings checkpointing() {
        checkpointing = true;
        return this;
    }

    CausalTrainings teacher(Path folder) {
        teacher = Optional.of(folder);
        return this;
    }

    CausalTrainings onPolicy(double share) {
        lambda = share;
        return this;
    }

    CausalTrainings patience(int value) {
        patience = Optional.of(value);
        return this;
    }

    CausalTrainings maxLength(int value) {
        maxLength = value;
        return this;
    }

    CausalTrainings base(Path folder) {
        base = folder;
        return this;
    }

    CausalTrainings rows(List<ChatRow> trainingRows, List<ChatRow> validationRows) {
        training = trainingRows;
        validation = validationRows;
        return this;
    }

    TrainConfig train() {
        return new TrainConfig(
                epochs,
                learningRate,
                learningRate,
                batch,
                accumulation,
                0.1,
                0.1,
                TrainConfig.LrSchedulerType.LINEAR,
                1,
                Optional.empty(),
                0,
                precision,
                kd,
                4,
                7,
                Optional.empty(),
                "auto");
    }

    CausalJob job(Path folder) {
        return new CausalJob(
                train(),
                new CausalTrainConfig(
                        method,
                        new Lora(4, 8, loraDropout, List.of("all-linear")),
                        fromScratch,
                        packing,
                        checkpointing,
                        teacher.map(Path::toString),
                        new OnPolicy(lambda, 6, 0.9),
                        patience),
                maxLength,
                new CausalBase(base),
                CHAT_ML,
                teacher.map(t -> new LocalTeacherFolder(new CausalBase(t), CHAT_ML)),
                training,
                validation,
                folder.resolve("work"),
                folder.resolve("model"));
    }

    /** Rows of different lengths whose answer is a word of the question. */
    static List<ChatRow> rows(int count, long seed) {
        Random random = new Random(seed);
        List<String> words = List.of("order", "refund", "mug", "late", "parcel");
        List<ChatRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String word = words.get(random.nextInt(words.size()));
            String filler = "please ".repeat(random.nextInt(4));
            List<Message> prompt = new ArrayList<>();
            if (random.nextBoolean()) {
                prompt.add(new Message("system", "Name it."));
            }
            prompt.add(new Message("user", filler + "my " + word));
            rows.add(new ChatRow("row-" + i, prompt, word));
        }
        return rows;
    }
}
