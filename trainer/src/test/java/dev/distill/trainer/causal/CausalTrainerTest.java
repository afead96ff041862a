package dev.distill.trainer.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.TrainConfig.Kd;
import dev.distill.config.TrainConfig.Loss;
import dev.distill.config.UserError;
import dev.distill.models.Tokenizer;
import dev.distill.trainer.ShortMemory;
import dev.distill.trainer.TrainingEvent;
import dev.distill.trainer.TrainingEvent.Piece;
import dev.distill.trainer.TrainingResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CausalTrainerTest {
    private static final Kd TOP_K = new Kd(Loss.TOPK_KL, 2, 0.5, 0.5, 0.1);

    @TempDir private Path folder;
    private final List<TrainingEvent> events = new ArrayList<>();

    @Test
    void aStudentLearnsTheAnswersAndIsWrittenAsAPackage() {
        TrainingResult result = train(CausalTrainings.config().epochs(12));

        assertThat(losses().getLast()).isLessThan(0.5 * losses().getFirst());
        assertThat(result.validationAccuracy()).isGreaterThan(0.8);
        assertThat(result.weights()).exists();
        for (String file : List.of("config.json", "tokenizer.json", "chat_template.jinja")) {
            assertThat(folder.resolve("model").resolve(file)).exists();
        }
    }

    @Test
    void adaptersAloneLearnTooAndTheWholeStudentIsWritten() {
        train(CausalTrainings.config().lora(0.05).epochs(10));

        assertThat(losses().getLast()).isLessThan(0.8 * losses().getFirst());
        assertThat(folder.resolve("model/adapter/adapter_config.json")).exists();
        assertThat(folder.resolve("model/model.safetensors")).exists();
        assertThat(folder.resolve("work/checkpoints/step-5/model.safetensors"))
                .satisfiesAnyOf(
                        file -> assertThat(file).doesNotExist(),
                        file ->
                                assertThat(Files.size(file))
                                        .isLessThan(
                                                Files.size(
                                                        CausalTrainings.LLAMA.resolve(
                                                                "model.safetensors"))));
    }

    @Test
    void whatTheStudentReadsIsShownBeforeItLearns() {
        train(CausalTrainings.config().epochs(1));

        TrainingEvent.Reading reading =
                events.stream()
                        .filter(TrainingEvent.Reading.class::isInstance)
                        .map(TrainingEvent.Reading.class::cast)
                        .findFirst()
                        .orElseThrow();
        assertThat(reading.rows()).isEqualTo(36);
        assertThat(reading.learned()).isGreaterThan(72).isLessThan(reading.tokens());
        assertThat(reading.first()).extracting(Piece::learned).containsExactly(false, true);
        assertThat(reading.first().getFirst().text()).endsWith("<|im_start|>assistant\n");
        assertThat(reading.first().getLast().text())
                .endsWith("<|im_end|>")
                .doesNotContain("<|im_start|>");
        assertThat(events.indexOf(reading)).isZero();
    }

    @Test
    void aTeacherInTheProcessIsFollowed() throws IOException {
        Path teacher = teacher();
        CausalTrainings distilled =
                CausalTrainings.config()
                        .teacher(teacher)
                        .kd(new Kd(Loss.FORWARD_KL, 1, 1, 0.5, 0.1))
                        .epochs(8);
        events.clear();

        train(distilled);

        assertThat(losses().getLast()).isLessThan(0.3 * losses().getFirst());
    }

    @Test
    void theStudentsOwnAnswersAreCorrectedByTheTeacher() throws IOException {
        Path teacher = teacher();
        events.clear();

        train(
                CausalTrainings.config()
                        .teacher(teacher)
                        .kd(new Kd(Loss.JSD, 1, 1, 0.5, 0.1))
                        .onPolicy(1)
                        .epochs(8));

        List<Double> onTheRows = // where it never learned
                events.stream()
                        .filter(TrainingEvent.Epoch.class::isInstance)
                        .map(event -> ((TrainingEvent.Epoch) event).loss())
                        .toList();
        assertThat(losses()).allMatch(loss -> loss >= 0);
        assertThat(onTheRows.getLast()).isLessThan(0.8 * onTheRows.getFirst());
    }

    @Test
    void aTeacherOfAnotherVocabularyIsRefused() throws IOException {
        Path other = folder.resolve("other");
        copy(CausalTrainings.LLAMA, other);
        Path tokenizer = other.resolve("tokenizer.json");
        Files.writeString(
                tokenizer, Files.readString(tokenizer).replace("<|im_end|>", "<|the_end|>"));

        assertThatThrownBy(() -> train(CausalTrainings.config().teacher(other)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("student and teacher have different vocabularies")
                .hasMessageContaining("uld");
    }

    @Test
    void onPolicyNeedsATeacher() {
        assertThatThrownBy(() -> train(CausalTrainings.config().onPolicy(0.5)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("on_policy.lambda needs a teacher in the process");
    }

    @Test
    void topKNeedsLogProbabilitiesOfWhatIsLearned() {
        assertThatThrownBy(() -> train(CausalTrainings.config().kd(TOP_K)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("none of the 36 training rows has them")
                .hasMessageContaining("set teacher.top_logprobs");

        List<ChatRow> foreign =
                CausalTrainings.rows(36, 1).stream()
                        .map(row -> told(row, List.of(token("", 0.5, 0))))
                        .toList();
        assertThatThrownBy(() -> train(CausalTrainings.config().kd(TOP_K).rows(foreign, foreign)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("none of the 141 trained tokens begins where");
    }

    /**
     * A student that is as unsure as its teacher has no divergence left; its cross-entropy would
     * be.
     */
    @Test
    void aStudentBecomesAsUnsureAsItsTeacherIs() {
        List<ChatRow> rows =
                CausalTrainings.rows(36, 1).stream()
                        .map(row -> told(row, tokens(row.answer(), 0.5, 0.45)))
                        .toList();

        train(
                CausalTrainings.config()
                        .kd(new Kd(Loss.TOPK_KL, 1, 1, 0.5, 0.1))
                        .rows(rows, rows)
                        .epochs(16));

        assertThat(losses().getFirst()).isGreaterThan(2);
        assertThat(losses().getLast()).isBetween(0., 0.5 * -Math.log(0.5));
    }

    /** Batches of which no row has log-probabilities learn the answers alone. */
    @Test
    void topKFollowsTheTeacherWhereItToldSomethingAndSaysHowMuchThatIs() {
        List<ChatRow> rows = new ArrayList<>(CausalTrainings.rows(36, 1));
        ChatRow first = rows.getFirst();
        rows.set(0, told(first, tokens(first.answer(), 0.5, 0)));

        train(CausalTrainings.config().kd(TOP_K).batch(1, 1).rows(rows, rows).epochs(1));

        assertThat(losses()).hasSize(36).allMatch(Double::isFinite);
        assertThat(
                        events.stream()
                                .filter(TrainingEvent.Note.class::isInstance)
                                .map(Object::toString))
                .anyMatch(note -> note.contains("hold 0.50 of its mass on average, less than 0.9"))
                .anyMatch(
                        note ->
                                note.contains(
                                        "belong to %d of 141 trained tokens"
                                                .formatted(rows.getFirst().teacher().size())));
    }

    private static ChatRow told(ChatRow row, List<TeacherToken> tokens) {
        return new ChatRow(row.id(), row.prompt(), row.answer(), tokens);
    }

    /** A teacher that happens to have the student's tokenizer. */
    private static List<TeacherToken> tokens(String text, double own, double other) {
        try (Tokenizer tokenizer =
                Tokenizer.load(CausalTrainings.LLAMA.resolve("tokenizer.json"))) {
            return Arrays.stream(tokenizer.plain(text))
                    .mapToObj(id -> token(tokenizer.text(new long[] {id}), own, other))
                    .toList();
        }
    }

    private static TeacherToken token(String text, double own, double other) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new TeacherToken(
                bytes,
                List.of(
                        new TeacherToken.Alternative(bytes, Math.log(own)),
                        new TeacherToken.Alternative(new byte[] {'?'}, Math.log(other))));
    }

    @Test
    void aLossThatIsNoNumberStopsTheTrainingNamingStepAndRows() {
        assertThatThrownBy(() -> train(CausalTrainings.config().learningRate(1e30)))
                .isInstanceOf(UserError.class)
                .hasMessageMatching(
                        "(?s)the (loss|gradient's norm) of step \\d+ is .*; its rows are row-.*")
                .hasMessageContaining("the checkpoints are kept");
    }

    @Test
    void epochsThatBringNothingEndTheTrainingEarly() {
        TrainingResult result =
                train(CausalTrainings.config().learningRate(1e-30).epochs(9).patience(2));

        assertThat(result.bestEpoch()).isEqualTo(1);
        assertThat(result.steps()).isEqualTo(3 * 5);
    }

    @Test
    void aFolderWithoutWeightsNeedsToBeAskedFor() throws IOException {
        Path empty = folder.resolve("empty");
        copy(CausalTrainings.LLAMA, empty);
        Files.delete(empty.resolve("model.safetensors"));

        assertThatThrownBy(() -> train(CausalTrainings.config().base(empty)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("there are no weights")
                .hasMessageContaining("from_scratch: true");
        train(CausalTrainings.config().base(empty).fromScratch().epochs(1));
        assertThat(losses().getFirst()).isBetween(6.0, 6.8); // log 600 = 6.4
    }

    @Test
    void aTrainingThatDoesNotFitIsRefusedWithItsFigures() {
        assertThatThrownBy(
                        () ->
                                new CausalTrainer(InstantSource.system(), ShortMemory.of(1L << 20))
                                        .train(
                                                CausalTrainings.config().job(folder),
                                                _ -> {},
                                                () -> false))
                .isInstanceOf(UserError.class)
                .hasMessageMatching(
                        "(?s)the training needs, even in batches of one row, about 0\\.\\d GiB"
                                + " \\(weights .*, a batch .*, the loss .*\\), 0\\.0 GiB are free"
                                + "\nhint: .*gradient_checkpointing: true.*");
        assertThat(folder.resolve("work/checkpoints")).doesNotExist();
    }

    /** A model that was trained on the rows. */
    private Path teacher() throws IOException {
        Path model = folder.resolve("teacher/model");
        new CausalTrainer(InstantSource.system())
                .train(
                        CausalTrainings.config().epochs(10).job(folder.resolve("teacher")),
                        events::add,
                        () -> false);
        return model;
    }

    private TrainingResult train(CausalTrainings config) {
        return new CausalTrainer(InstantSource.system())
                .train(config.job(folder), events::add, () -> false);
    }

    private List<Double> losses() {
        return events.stream()
                .filter(TrainingEvent.Step.class::isInstance)
                .map(event -> ((TrainingEvent.Step) event).loss())
                .toList();
    }

    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (var files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }
}
