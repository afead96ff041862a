package dev.distill.trainer;

import dev.distill.config.StudentConfig;
import dev.distill.config.TrainConfig;
import dev.distill.models.Base;
import dev.distill.models.Tokenizer;
import dev.distill.models.Tokens;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;

/**
 * Small trainings of the tiny BERT among the test resources. An instance is a builder of the
 * configuration, whose defaults a test changes by name.
 */
public final class Trainings {
    private int epochs = 2;
    private double learningRate = 1e-2;
    private int batch = 8;
    private int accumulation = 1;
    private double maxGradNorm = 1;
    private Optional<Double> dropout = Optional.empty();
    private TrainConfig.Kd kd = new TrainConfig.Kd(2, 0.5);
    private int saveSteps = 4;
    private Optional<Integer> patience = Optional.empty();
    private TrainConfig.Precision precision = TrainConfig.Precision.FP32;

    private Trainings() {}

    /** The defaults. */
    public static Trainings config() {
        return new Trainings();
    }

    Trainings epochs(int value) {
        epochs = value;
        return this;
    }

    Trainings learningRate(double value) {
        learningRate = value;
        return this;
    }

    Trainings batch(int rows, int steps) {
        batch = rows;
        accumulation = steps;
        return this;
    }

    Trainings maxGradNorm(double value) {
        maxGradNorm = value;
        return this;
    }

    Trainings dropout(double value) {
        dropout = Optional.of(value);
        return this;
    }

    Trainings kd(double temperature, double alpha) {
        kd = new TrainConfig.Kd(temperature, alpha);
        return this;
    }

    Trainings saveSteps(int value) {
        saveSteps = value;
        return this;
    }

    Trainings precision(TrainConfig.Precision value) {
        precision = value;
        return this;
    }

    /** Ends after that many epochs without a better one. */
    public Trainings patience(int epochsWithoutABetterOne) {
        patience = Optional.of(epochsWithoutABetterOne);
        return this;
    }

    /** The configuration. */
    public TrainConfig build() {
        return new TrainConfig(
                epochs,
                learningRate,
                learningRate * 10,
                batch,
                accumulation,
                0.1,
                0.1,
                TrainConfig.LrSchedulerType.LINEAR,
                maxGradNorm,
                dropout,
                0,
                precision,
                kd,
                saveSteps,
                7,
                patience,
                "auto");
    }

    /** The labels of the rows. */
    public static final List<String> LABELS = List.of("order", "refund", "greeting");

    private static final List<List<String>> WORDS =
            List.of(
                    List.of("where", "order", "parcel", "late", "shipping", "track"),
                    List.of("refund", "broken", "money", "cracked", "return", "back"),
                    List.of("hi", "hello", "thanks", "morning", "good", "bye"));

    /** The folder of the tiny BERT. */
    public static Path base() {
        try {
            URL config = Objects.requireNonNull(Trainings.class.getResource("bert/config.json"));
            return Objects.requireNonNull(Path.of(config.toURI()).getParent());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("a resource has a place", e);
        }
    }

    /**
     * A task that a student can learn: each label has words of its own, of which a text has a few,
     * and the teacher is sure of most rows.
     */
    public static List<TrainingRow> rows(int count, long seed) {
        Random random = new Random(seed);
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int label = i % LABELS.size();
            List<String> words = new ArrayList<>();
            for (int w = 1 + random.nextInt(6); w > 0; w--) {
                words.add(WORDS.get(label).get(random.nextInt(6)));
            }
            words.addAll(Collections.nCopies(random.nextInt(4), "please"));
            float[] teacher = {0.1f, 0.1f, 0.1f};
            teacher[label] = 0.8f;
            rows.add(new TrainingRow("row-" + i, String.join(" ", words), label, teacher));
        }
        return rows;
    }

    /** A training of 40 rows in {@code folder}. */
    static TrainingJob job(TrainConfig config, Path folder) {
        return job(config, folder, rows(40, 1), rows(12, 2));
    }

    static TrainingJob job(
            TrainConfig config,
            Path folder,
            List<TrainingRow> training,
            List<TrainingRow> validation) {
        return new TrainingJob(
                config,
                new StudentConfig(
                        StudentConfig.Kind.ENCODER,
                        "bert",
                        StudentConfig.Pooling.MEAN,
                        32,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                LABELS,
                new Base("bert", base()),
                training,
                validation,
                folder.resolve("work"),
                folder.resolve("model"));
    }

    /** A row of that many tokens. */
    static EncodedRow encoded(String id, int tokens, int label, float... teacher) {
        return new EncodedRow(id, TOKENS.get(tokens), label, teacher);
    }

    /** Texts of 0 to 63 tokens, of which the shortest have the special tokens alone. */
    private static final List<Tokens> TOKENS = tokens();

    private static List<Tokens> tokens() {
        try (Tokenizer tokenizer = Tokenizer.load(base().resolve("tokenizer.json"))) {
            List<Tokens> tokens = new ArrayList<>();
            for (int length = 0; length < 64; length++) {
                String text = "a".repeat(length > 2 ? 1 : 0) + " a".repeat(Math.max(0, length - 3));
                tokens.add(tokenizer.encode(List.of(text), 64).getFirst());
            }
            return tokens;
        }
    }
}
