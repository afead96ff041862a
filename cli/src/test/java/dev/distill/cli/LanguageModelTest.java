package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.ExitCode;
import dev.distill.datasets.ParquetFile;
import dev.distill.datasets.PredictionRow;
import dev.distill.files.Json;
import dev.distill.models.Classifier;
import dev.distill.models.Prediction;
import dev.distill.models.students.Students;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Language models of several families that name labels, also as the ladder's last rung. */
@Tag("it")
class LanguageModelTest {
    private static final Path GOLDEN =
            Path.of("../models/src/test/resources/golden").toAbsolutePath().normalize();

    @TempDir private Path folder;
    private JobFixture job;

    @BeforeEach
    void setUp() {
        job = JobFixture.in(folder);
        job.write("prompt.md", "Label it.\n");
    }

    private void student(String student) {
        job.edit("job.yaml", text -> text.replaceAll("(?m)^student: .*$", "student: " + student));
    }

    @Test
    void theLadderClimbsToALanguageModelWithAdapters() throws JsonProcessingException {
        student(
                "{ kind: auto, base: %1$s/bert, causal_base: %1$s/llama, max_length: 64, causal_lm: { lora: { r: 4, lora_alpha: 8, lora_dropout: 0.1 } } }"
                        .formatted(GOLDEN));
        // 40 items never show that.
        job.edit("job.yaml", text -> text + "gate: { min_accuracy: 0.95 }\n");

        JobFixture.Outcome outcome = job.runJson();

        assertThat(outcome.code()).as(outcome.err()).isEqualTo(ExitCode.GATE_INCONCLUSIVE.code());
        List<JsonNode> stages = outcome.events("stage_finished");
        assertThat(stages)
                .filteredOn(stage -> stage.path("stage").asText().equals("train"))
                .extracting(stage -> stage.path("student").asText())
                .containsExactly("linear", "head", "encoder", "causal-lm");
        JsonNode facts = stages.get(stages.size() - 2).path("facts");
        assertThat(facts.path("method").asText()).isEqualTo("lora");
        assertThat(facts.path("nature").asText()).isEqualTo("causal-lm (llama) on llama, lora");
        JsonNode ladder =
                Json.parse(job.read(relative(job.lastRun(), "evaluation/results.json")))
                        .path("ladder");
        assertThat(ladder.path(3).path("kind").asText()).isEqualTo("causal-lm");
        assertThat(job.lastRun().resolve("evaluation/causal-lm/predictions.parquet")).exists();

        assertThat(job.runJson().events("stage_finished"))
                .hasSameSizeAs(stages)
                .allMatch(stage -> stage.path("reused").asBoolean());
    }

    @ParameterizedTest
    @CsvSource({"qwen3_5, lora", "gemma3, full"})
    void otherFamiliesAreTrainedEvaluatedPublishedAndLoadedAgain(String family, String method) {
        student(
                "{ kind: causal-lm, base: %s/%s, max_length: 96, causal_lm: { method: %s } }"
                        .formatted(GOLDEN, family, method));
        job.edit(
                "job.yaml",
                text ->
                        text.replace(
                                "epochs: 2, learning_rate: 1e-3",
                                "epochs: 4, learning_rate: 1e-2"));

        JobFixture.Outcome outcome = job.runJson();

        assertThat(outcome.code()).as(outcome.err()).isZero();
        Path run = job.lastRun();
        assertThat(job.file("registry/tiny/aliases/candidate")).exists();
        assertThat(run.resolve("model/adapter/adapter_model.safetensors").toFile().exists())
                .isEqualTo(method.equals("lora"));
        List<PredictionRow> said =
                ParquetFile.read(
                        run.resolve("evaluation/predictions.parquet"), PredictionRow.class);
        assertThat(said.stream().filter(PredictionRow::studentCorrect).count()).isGreaterThan(30);
        try (Classifier student = Students.load(run.resolve("model"))) {
            assertThat(student.classify(said.stream().map(PredictionRow::text).toList()))
                    .extracting(Prediction::label)
                    .isEqualTo(said.stream().map(PredictionRow::studentLabel).toList());
        }
    }

    private String relative(Path run, String name) {
        return folder.relativize(run.resolve(name)).toString();
    }
}
