package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.ExitCode;
import dev.distill.files.Json;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job whose task is to write JSON: a recorded teacher, a tiny Llama as the student. */
@Tag("it")
class GenerationTest {
    private static final Path TINY_LLAMA =
            Path.of("../models/src/test/resources/golden/llama").toAbsolutePath().normalize();

    @TempDir private Path folder;
    private JobFixture job;

    @BeforeEach
    void setUp() {
        job = JobFixture.in(folder);
        StringBuilder gold = new StringBuilder();
        StringBuilder cassette = new StringBuilder();
        for (int i = 0; i < JobFixture.REQUESTS + JobFixture.GOLD; i++) {
            boolean refund = JobFixture.label(i).equals("refund");
            if (i >= JobFixture.REQUESTS) {
                gold.append(
                        "{\"id\":\"g%d\",\"text\":\"%s\",\"answer\":{\"urgent\":%s,\"n\":1}}%n"
                                .formatted(i, JobFixture.text(i), refund));
            }
            // Another order and another spelling of the same value, in a fence now and then.
            String json = "{ \"n\": 1.0, \"urgent\": %s }".formatted(refund);
            String said = i % 5 == 0 ? "```json\n" + json + "\n```" : json;
            cassette.append(JobFixture.recording(JobFixture.text(i), said)).append('\n');
        }
        job.write("gold.jsonl", gold.toString());
        job.write("teacher.jsonl", cassette.toString());
        job.write("prompt.md", "JSON\n");
        job.edit(
                "job.yaml",
                text ->
                        text.replaceAll(
                                                "(?m)^task: .*$",
                                                "task: { type: generation, json: true, prompt: prompt.md }")
                                        .replaceAll(
                                                "(?m)^student: .*$",
                                                "student: { kind: causal-lm, base: %s, max_length: 96, causal_lm: { method: full } }"
                                                        .formatted(TINY_LLAMA))
                                        .replaceAll(
                                                "(?m)^train: .*$",
                                                "train: { num_train_epochs: 12, learning_rate: 1e-2, per_device_train_batch_size: 4 }")
                                + "gate: { min_exact_match: 0.8, non_inferior: { margin: 0.2 } }\n");
    }

    @Test
    void aTinyLanguageModelLearnsToWriteWhatTheTeacherMeansAndIsPublished() throws Exception {
        JobFixture.Outcome outcome = job.runJson();

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err())
                .containsPattern(
                        "tokens of \\d+ rows are learned; of the first row what is in brackets: \"<.*\" \\[\".*<\\|im_end\\|>\"\\]");
        Path run = job.lastRun();
        JsonNode results = Json.parse(job.read(relative(run, "evaluation/results.json")));
        assertThat(results.path("metric").asText()).isEqualTo("exact_match");
        assertThat(results.at("/teacher/exact_match/value").asDouble()).isEqualTo(1);
        assertThat(results.at("/student/exact_match/value").asDouble()).isGreaterThan(0.9);
        assertThat(results.has("macro_f1_difference")).isFalse();
        assertThat(results.at("/verdict/conditions/0/name").asText())
                .isEqualTo("non_inferior.exact_match");
        assertThat(job.read(relative(run, "report.html")))
                .contains("Student minus teacher, in points of exact match")
                .doesNotContain("Most confused labels", "Macro-F1");
        assertThat(job.read(relative(run, "summary.md"))).contains("| Exact match |");
        assertThat(job.read(relative(run, "model/README.md")))
                .contains("pipeline_tag: text-generation", "| exact match | ", "```\nJSON\n```");
        assertThat(job.read(relative(run, "dataset/README.md"))).contains("text-generation");
        assertThat(job.file("registry/tiny/aliases/candidate")).exists();
        assertThat(run.resolve("model/chat_template.jinja")).exists();
        assertThat(run.resolve("model/calibration.json")).doesNotExist();

        assertThat(job.runJson().events("stage_finished"))
                .hasSize(4)
                .allMatch(stage -> stage.path("reused").asBoolean());
    }

    @Test
    void aLanguageModelAlsoNamesLabels() {
        job = JobFixture.in(folder);
        job.edit(
                "job.yaml",
                text ->
                        text.replaceAll(
                                        "(?m)^student: .*$",
                                        "student: { kind: causal-lm, base: %s, max_length: 96, causal_lm: { method: full } }"
                                                .formatted(TINY_LLAMA))
                                .replaceAll(
                                        "(?m)^train: .*$",
                                        "train: { num_train_epochs: 6, learning_rate: 1e-2, per_device_train_batch_size: 4 }"));

        JobFixture.Outcome outcome = job.runJson();

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(job.read(relative(job.lastRun(), "model/config.json")))
                .contains("\"labels\"", "Name one of: shipping, refund");
        assertThat(job.read(relative(job.lastRun(), "model/calibration.json")))
                .contains("\"temperature\"", "\"nll_after\"");
        assertThat(outcome.events("stage_finished").get(2).at("/facts/temperature").asDouble())
                .isPositive()
                .isNotEqualTo(1);
        assertThat(job.read(relative(job.lastRun(), "report.html")))
                .contains("The first training row", "<mark>");
        assertThat(job.read(relative(job.lastRun(), "model/README.md")))
                .contains("A classifier of 2 labels", "| macro F1 |");
        assertThat(job.file("registry/tiny/aliases/candidate")).exists();
    }

    @Test
    void answersThatAreNotJsonAreRejectedAndNothingIsLearntFromThem() {
        job.edit(
                "teacher.jsonl",
                text ->
                        text.lines()
                                .map(
                                        line ->
                                                line.contains("order 1007\"")
                                                        ? JobFixture.recording(
                                                                JobFixture.text(7), "I cannot say")
                                                        : line)
                                .reduce("", (a, b) -> a + b + "\n"));

        JobFixture.Outcome outcome = job.runJson();

        assertThat(outcome.code()).as(outcome.err()).isIn(0, 1, 7);
        JsonNode curate = outcome.events("stage_finished").get(1).path("facts");
        assertThat(curate.path("rejected").asInt()).isEqualTo(1);
        assertThat(curate.at("/steps/0/rejected").asInt()).isEqualTo(1);
    }

    @Test
    void aGoldAnswerThatIsNotJsonIsNamedBeforeAnythingIsAsked() {
        job.edit(
                "gold.jsonl", text -> text.replaceFirst("\\{\"urgent\":[a-z]+,\"n\":1}", "\"no\""));

        JobFixture.Outcome outcome = job.run();

        assertThat(outcome.code()).isEqualTo(ExitCode.INVALID_INPUT.code());
        assertThat(outcome.err()).contains("gold.jsonl:1: answer is not JSON: no");
    }

    @Test
    void whatBelongsToAnotherKindOfTaskIsRefused() {
        job.edit(
                "job.yaml",
                text ->
                        text.replace("json: true,", "json: true, labels: labels.txt,")
                                .replace("min_exact_match", "min_accuracy")
                                .replace("margin: 0.2", "metric: accuracy")
                                .replaceAll("(?m)^student: .*$", "student: { kind: linear }")
                                .replaceAll("(?m)^train: .*$", ""));

        JobFixture.Outcome outcome = job.run();

        assertThat(outcome.code()).isEqualTo(ExitCode.INVALID_INPUT.code());
        assertThat(outcome.err())
                .contains(
                        "task.labels does nothing for a task of type generation",
                        "gate.min_accuracy does nothing for a task of type generation",
                        "hint: use min_exact_match",
                        "gate.non_inferior.metric is accuracy, which a task of type generation does not have",
                        "student.kind is linear, which only names labels");
    }

    private String relative(Path run, String name) {
        return folder.relativize(run.resolve(name)).toString();
    }
}
