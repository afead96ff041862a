package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.distill.config.ExitCode;
import dev.distill.datasets.AnswerRow;
import dev.distill.datasets.DatasetFolder;
import dev.distill.files.Json;
import dev.distill.models.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A language model that learns from an API's log-probabilities: {@code kd.loss: topk_kl}. */
@Tag("it")
class TopKTest {
    private static final Path TINY_LLAMA =
            Path.of("../models/src/test/resources/golden/llama").toAbsolutePath().normalize();

    @TempDir private Path folder;
    private JobFixture job;

    @BeforeEach
    void setUp() {
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
                                        "train: { num_train_epochs: 3, learning_rate: 1e-2, per_device_train_batch_size: 4, kd: { loss: topk_kl, alpha: 1 } }"));
    }

    @Test
    void aStudentThatWritesJsonFollowsWhatARecordedTeacherThoughtOfEachToken()
            throws JsonProcessingException {
        generate();
        teacher(_ -> "{ \"urgent\": true }", 0.6, 0.35);

        JobFixture.Outcome outcome = job.runJson();

        assertThat(outcome.code()).as(outcome.err()).isIn(0, 1, 7);
        assertThat(notes(outcome))
                .anyMatch(
                        note ->
                                note.matches(
                                        "the teacher's log-probabilities belong to [\\d,]+ of .*"))
                .noneMatch(note -> note.contains("of its mass on average"));
        AnswerRow row = new DatasetFolder(job.lastRun().resolve("dataset")).train().getFirst();
        assertThat(row.logprobs()).hasSizeGreaterThan(5);
        assertThat(row.logprobs().getFirst().topLogprobs()).hasSize(2);
        double divergence = firstLoss();

        job.edit("job.yaml", text -> text.replace("alpha: 1 }", "alpha: 0 }"));
        JobFixture.Outcome hard = job.runJson();

        assertThat(hard.events("stage_finished"))
                .extracting(stage -> stage.path("reused").asBoolean())
                .containsExactly(true, true, false, false);
        // A cross-entropy of two likely tokens is not what a divergence from them is.
        assertThat(divergence).isLessThan(firstLoss() - 0.5);
    }

    @Test
    void aStudentThatNamesLabelsFollowsTheLabelsTokens() {
        teacher(JobFixture::label, 0.6, 0.2);

        JobFixture.Outcome outcome = job.runJson();

        assertThat(outcome.code()).as(outcome.err()).isIn(0, 1, 7);
        assertThat(notes(outcome))
                .anyMatch(
                        note ->
                                note.contains(
                                        "hold 0.80 of its mass on average, less than 0.9: raise teacher.top_logprobs"));
    }

    @Test
    void aTeacherThatTellsNoLogProbabilitiesIsNamedBeforeAnythingIsTrained() {
        JobFixture.Outcome outcome = job.run();

        assertThat(outcome.code()).isEqualTo(ExitCode.INVALID_INPUT.code());
        assertThat(outcome.err())
                .contains(
                        "train.kd.loss: topk_kl needs the teacher's log-probabilities",
                        "hint: set teacher.top_logprobs");
    }

    private void generate() {
        job.edit(
                "job.yaml",
                text ->
                        text.replaceAll(
                                "(?m)^task: .*$",
                                "task: { type: generation, json: true, prompt: prompt.md }"));
        job.write("prompt.md", "JSON\n");
        StringBuilder gold = new StringBuilder();
        for (int i = JobFixture.REQUESTS; i < JobFixture.REQUESTS + JobFixture.GOLD; i++) {
            gold.append(
                    "{\"id\":\"g%d\",\"text\":\"%s\",\"answer\":{\"urgent\":true}}%n"
                            .formatted(i, JobFixture.text(i)));
        }
        job.write("gold.jsonl", gold.toString());
    }

    /** A teacher with the student's tokenizer, as sure of each of its tokens as is said here. */
    private void teacher(IntFunction<String> answer, double own, double other) {
        StringBuilder cassette = new StringBuilder();
        try (Tokenizer tokenizer = Tokenizer.load(TINY_LLAMA.resolve("tokenizer.json"))) {
            for (int i = 0; i < JobFixture.REQUESTS + JobFixture.GOLD; i++) {
                String said = answer.apply(i);
                String tokens =
                        Arrays.stream(tokenizer.plain(said))
                                .mapToObj(id -> tokenizer.text(new long[] {id}))
                                .map(token -> token(token, own, other))
                                .collect(Collectors.joining(","));
                String line = JobFixture.recording(JobFixture.text(i), said);
                cassette.append(
                                line.replace(
                                        "\"finish_reason\"",
                                        "\"logprobs\":{\"content\":["
                                                + tokens
                                                + "]},\"finish_reason\""))
                        .append('\n');
            }
        }
        job.write("teacher.jsonl", cassette.toString());
    }

    private static String token(String text, double own, double other) {
        return """
               {%1$s,"top_logprobs":[{%1$s},{"token":"x","logprob":%2$s}]}"""
                .formatted(
                        "\"token\":%s,\"logprob\":%s"
                                .formatted(Json.line(TextNode.valueOf(text)), Math.log(own)),
                        Math.log(other));
    }

    private static List<String> notes(JobFixture.Outcome outcome) {
        return outcome.events("note").stream().map(note -> note.path("message").asText()).toList();
    }

    private double firstLoss() throws JsonProcessingException {
        String metrics = folder.relativize(job.lastRun().resolve("metrics.jsonl")).toString();
        return Json.parse(job.read(metrics).lines().findFirst().orElseThrow())
                .path("loss")
                .asDouble();
    }
}
