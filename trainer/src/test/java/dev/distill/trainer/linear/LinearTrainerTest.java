package dev.distill.trainer.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.ExitCode;
import dev.distill.config.LinearConfig;
import dev.distill.config.UserError;
import dev.distill.models.ModelCard;
import dev.distill.models.Prediction;
import dev.distill.models.linear.LinearClassifier;
import dev.distill.models.linear.LinearPackage;
import dev.distill.trainer.KilledProcess;
import dev.distill.trainer.TrainingRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinearTrainerTest {
    private static final LinearConfig CONFIG = new LinearConfig(2, 2, 4, 1, 2, 200_000, 1.0, true);

    @TempDir private Path folder;

    /**
     * Rows of {@code labels} labels that each have words of their own, with common words between.
     */
    private static List<TrainingRow> rows(int labels, int each, long seed) {
        Random random = new Random(seed);
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < labels * each; i++) {
            int label = i % labels;
            String text =
                    "please topic%d aspect%d word%d"
                            .formatted(label, label * 7 + random.nextInt(3), random.nextInt(50));
            rows.add(row("r" + i, text, label, labels));
        }
        return rows;
    }

    private static TrainingRow row(String id, String text, int label, int labels) {
        float[] teacher = new float[labels];
        teacher[Math.clamp(label, 0, labels - 1)] = 1;
        return new TrainingRow(id, text, label, teacher);
    }

    private static List<String> names(int labels) {
        return IntStream.range(0, labels).mapToObj(i -> "label " + i).toList();
    }

    private static LinearJob job(int labels, int each) {
        return new LinearJob(CONFIG, names(labels), rows(labels, each, 1), rows(labels, 2, 2));
    }

    private static LinearResult train(LinearJob job) {
        return new LinearTrainer(InstantSource.system()).train(job, _ -> {}, () -> false);
    }

    private static List<Prediction> ask(LinearResult result, String... texts) {
        try (LinearClassifier student =
                new LinearClassifier(result.model(), result.calibration())) {
            return student.classify(List.of(texts));
        }
    }

    private static void write(Path to, LinearResult result) {
        ModelCard card = new ModelCard("s", "Sorts.", "none", "mit", Map.of(), List.of(), Map.of());
        LinearPackage.write(to, result.model(), result.calibration(), card);
    }

    @Test
    void learnsTwoLabelsWithProbabilitiesThatAddUpToOne() {
        Prediction said = ask(train(job(2, 20)), "topic1 at once").getFirst();

        assertThat(said.label()).isEqualTo("label 1");
        assertThat(said.probabilities().get(0) + said.probabilities().get(1))
                .isBetween(1 - 1e-12, 1 + 1e-12);
    }

    @Test
    void learnsAThousandLabels() {
        LinearResult result = train(job(1000, 3));

        assertThat(result.validationAccuracy()).isGreaterThan(0.95);
        assertThat(ask(result, "please topic999").getFirst().label()).isEqualTo("label 999");
    }

    @Test
    void aLabelWithoutTrainingRowsIsNeverTheAnswerToTheTextsOfOthers() {
        LinearJob job =
                new LinearJob(
                        CONFIG,
                        names(3),
                        rows(2, 20, 1).stream()
                                .map(r -> row(r.id(), r.text(), r.label(), 3))
                                .toList(),
                        rows(2, 5, 2).stream()
                                .map(r -> row(r.id(), r.text(), r.label(), 3))
                                .toList());

        assertThat(ask(train(job), "topic0", "topic1"))
                .extracting(Prediction::label)
                .containsExactly("label 0", "label 1");
    }

    @Test
    void refusesRowsOfOneLabelOnly() {
        LinearJob job =
                new LinearJob(
                        CONFIG,
                        names(2),
                        List.of(row("a", "one", 0, 2), row("b", "two", 0, 2)),
                        rows(2, 1, 2));

        assertThatThrownBy(() -> train(job))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("all 2 training rows have the label label 0");
    }

    @Test
    void refusesLabelsBeyondTheListAndEmptyTexts() {
        LinearJob job =
                new LinearJob(
                        CONFIG,
                        names(2),
                        List.of(row("a", "one", 0, 2), row("b", "two", 2, 2), row("c", " ", 1, 2)),
                        rows(2, 1, 2));

        assertThatThrownBy(() -> train(job))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("training row b: label must be 0 to 1, got 2")
                .hasMessageContaining("training row c: the text is empty");
    }

    @Test
    void refusesSettingsThatLeaveNoNgrams() {
        LinearConfig none = new LinearConfig(0, 2, 0, 1, 1, 10, 1.0, true);
        LinearConfig crossed = new LinearConfig(1, 4, 3, 1, 1, 10, 1.0, true);
        LinearJob job = job(2, 3);

        assertThatThrownBy(
                        () ->
                                train(
                                        new LinearJob(
                                                none,
                                                job.labels(),
                                                job.training(),
                                                job.validation())))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("max_word_ngram and max_char_ngram are both 0");
        assertThatThrownBy(
                        () ->
                                train(
                                        new LinearJob(
                                                crossed,
                                                job.labels(),
                                                job.training(),
                                                job.validation())))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("min_char_ngram must be <= max_char_ngram 3, got 4");
    }

    @Test
    void keepsTheNgramsThatAreInTheMostTexts() {
        LinearConfig few = new LinearConfig(1, 2, 0, 1, 1, 3, 1.0, true);
        LinearJob job = job(2, 20);
        LinearResult result =
                train(new LinearJob(few, job.labels(), job.training(), job.validation()));

        assertThat(result.model().vectorizer().words().terms())
                .containsExactly("please", "topic0", "topic1");
    }

    @Test
    void answersTextsWithoutAnythingKnown() {
        List<Prediction> said = ask(train(job(3, 20)), "", "???", "\u6f22\u5b57");

        assertThat(said).hasSize(3).extracting(Prediction::tokens).containsExactly(0, 0, 1);
        assertThat(said.get(0).probabilities()).isEqualTo(said.get(2).probabilities());
    }

    @Test
    void equalRowsGiveEqualBytesAlsoAfterATrainingThatWasStopped() throws IOException {
        LinearJob job = job(60, 4);
        AtomicInteger asked = new AtomicInteger();
        assertThatThrownBy(
                        () ->
                                new LinearTrainer(InstantSource.system())
                                        .train(job, _ -> {}, () -> asked.getAndIncrement() > 0))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.code()).isEqualTo(ExitCode.INTERRUPTED))
                .hasMessageContaining("training was stopped after 1 of 2 parts of the labels");
        write(folder.resolve("one"), train(job));
        write(folder.resolve("two"), train(job(60, 4)));

        assertSame("one", "two");
    }

    /** While it fits the labels' scores, and in the midst of writing the package. */
    @ParameterizedTest
    @ValueSource(strings = {"fits", "writes"})
    void aProcessKilledAnywhereIsRunAgainToTheSameBytes(String where) throws Exception {
        write(folder.resolve("whole"), train(job(60, 4)));

        KilledProcess.at(where, LinearTrainerTest.class, where, folder.toString());
        assertThat(Files.exists(folder.resolve("killed"))).isEqualTo(where.equals("writes"));

        write(folder.resolve("killed"), train(job(60, 4)));
        assertSame("whole", "killed");
    }

    /** Trains, or writes what it has trained again and again, until it is killed. */
    public static void main(String[] arguments) {
        boolean fits = arguments[0].equals("fits");
        AtomicInteger asked = new AtomicInteger();
        LinearResult result =
                new LinearTrainer(InstantSource.system())
                        .train(
                                job(60, 4),
                                _ -> {},
                                () -> {
                                    if (fits && asked.getAndIncrement() == 1) {
                                        KilledProcess.await("fits");
                                    }
                                    return false;
                                });
        for (int i = 0; ; i++) {
            write(Path.of(arguments[1]).resolve("killed"), result);
            if (i == 2) {
                System.out.println("writes");
            }
        }
    }

    private void assertSame(String expected, String actual) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(expected))) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(5);
            for (Path file : all) {
                assertThat(folder.resolve(actual).resolve(file.getFileName()))
                        .hasSameBinaryContentAs(file);
            }
        }
    }

    @Test
    void aRowThatTheTeacherDoubtsCountsForLess() {
        List<TrainingRow> rows = new ArrayList<>(rows(2, 10, 1));
        for (int i = 0; i < 5; i++) {
            rows.add(new TrainingRow("yes" + i, "maybe", 0, new float[] {1, 0}));
            rows.add(new TrainingRow("no" + i, "maybe", 1, new float[] {0.45f, 0.55f}));
        }
        double weighed = ask(train(with(CONFIG, rows)), "maybe").getFirst().probabilities().get(0);
        LinearConfig alike = new LinearConfig(2, 2, 4, 1, 2, 200_000, 1.0, false);
        double even = ask(train(with(alike, rows)), "maybe").getFirst().probabilities().get(0);

        assertThat(weighed).isGreaterThan(even + 0.05);
    }

    private static LinearJob with(LinearConfig config, List<TrainingRow> rows) {
        return new LinearJob(config, names(2), rows, rows(2, 10, 2));
    }

    @Test
    void theDigestNamesEverythingThatDecidesAboutTheStudent() {
        LinearJob job = job(2, 3);
        List<TrainingRow> relabelled = new ArrayList<>(job.training());
        relabelled.set(0, row("r0", job.training().getFirst().text(), 1, 2));

        assertThat(job(2, 3).digest()).isEqualTo(job.digest());
        assertThat(new LinearJob(CONFIG, job.labels(), relabelled, job.validation()).digest())
                .isNotEqualTo(job.digest());
        assertThat(
                        new LinearJob(
                                        new LinearConfig(2, 2, 4, 1, 2, 200_000, 2.0, true),
                                        job.labels(),
                                        job.training(),
                                        job.validation())
                                .digest())
                .isNotEqualTo(job.digest());
    }
}
