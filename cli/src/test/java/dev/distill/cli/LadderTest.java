package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.ExitCode;
import dev.distill.files.Json;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs that name another kind of student than the encoder, or leave it to the run. */
@Tag("it")
class LadderTest {
    @TempDir private Path folder;
    private JobFixture job;

    @BeforeEach
    void setUp() {
        job = JobFixture.in(folder);
    }

    private void linear() {
        job.edit(
                "job.yaml",
                text ->
                        text.replaceAll("(?m)^student: .*$", "student: { kind: linear }")
                                .replaceAll("(?m)^train: .*\n", ""));
    }

    private void auto(String gate) {
        job.edit(
                "job.yaml",
                text ->
                        text.replace("student: {", "student: { kind: auto,")
                                + "gate: "
                                + gate
                                + "\n");
    }

    @Test
    void aLinearJobIsPublishedAndTheSecondRunComputesNothing() {
        linear();

        JobFixture.Outcome first = job.runJson();

        assertThat(first.code()).as(first.err()).isZero();
        Path run = job.lastRun();
        assertThat(run.resolve("model/vocabulary.txt")).exists();
        assertThat(run.resolve("metrics.jsonl")).doesNotExist();
        assertThat(job.file("registry/tiny/aliases/candidate")).exists();
        assertThat(job.read(relative(run, "model/README.md")))
                .contains("linear in the TF-IDF", "| accuracy | 1.0000 |");
        assertThat(job.read(relative(run, "report.html")))
                .contains("linear in word and character n-grams")
                .doesNotContain("Students tried", "How the student learnt");

        assertThat(job.runJson().events("stage_finished"))
                .allMatch(stage -> stage.path("reused").asBoolean());
    }

    @Test
    void theSmallestStudentThatPassesIsPublishedAndNoOtherIsTrained() {
        auto("{ min_accuracy: 0.8 }");

        JobFixture.Outcome outcome = job.runJson();

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(stages(outcome))
                .containsExactly("query", "curate", "train linear", "evaluate linear");
        assertThat(outcome.out()).contains("\"type\":\"student_judged\"");
        assertThat(job.file("registry/tiny/aliases/candidate")).exists();
        assertThat(job.read(relative(job.lastRun(), "summary.md")))
                .contains("The student of kind linear passes", "#### Students tried");
    }

    @Test
    void tooFewItemsAreNoPassSoItClimbsOnAndReportsEveryStudent() throws JsonProcessingException {
        // 40 items, all of them right, reach no further than 91.2 %.
        auto("{ min_accuracy: 0.95 }");

        JobFixture.Outcome outcome = job.runJson();

        assertThat(outcome.code()).isEqualTo(ExitCode.GATE_INCONCLUSIVE.code());
        assertThat(stages(outcome))
                .containsExactly(
                        "query",
                        "curate",
                        "train linear",
                        "evaluate linear",
                        "train head",
                        "evaluate head",
                        "train encoder",
                        "evaluate encoder");
        List<JsonNode> judged = outcome.events("student_judged");
        assertThat(judged).hasSize(3);
        assertThat(judged.getFirst().path("outcome").asText()).isEqualTo("INCONCLUSIVE");
        assertThat(judged.getFirst().path("next").asText()).isEqualTo("head");
        assertThat(judged.getFirst().path("items").asInt()).isEqualTo(JobFixture.GOLD);
        assertThat(job.file("registry")).doesNotExist();

        Path run = job.lastRun();
        JsonNode ladder =
                Json.parse(job.read(relative(run, "evaluation/results.json"))).path("ladder");
        assertThat(ladder).hasSize(3);
        assertThat(ladder.path(0).path("chosen").asBoolean()).isTrue();
        assertThat(ladder.path(0).path("front").asBoolean()).isTrue();
        assertThat(job.read(relative(run, "summary.md")))
                .contains("None of the 3 students tried passes, nearest is linear", "| encoder |");
        assertThat(job.read(relative(run, "evaluation/junit.xml")))
                .contains("name=\"encoder\"><skipped message=\"");
        assertThat(job.read(relative(run, "report.html")))
                .contains("Students tried", "Accuracy over the cost of 1,000 requests");
        assertThat(run.resolve("evaluation/encoder/predictions.parquet")).exists();
        assertThat(run.resolve("model/vocabulary.txt")).exists();

        JobFixture.Outcome again = job.runJson();
        assertThat(again.code()).isEqualTo(ExitCode.GATE_INCONCLUSIVE.code());
        assertThat(again.events("stage_finished"))
                .hasSize(8)
                .allMatch(stage -> stage.path("reused").asBoolean());
    }

    @Test
    void aStudentTriedByOneJobIsAtHandForAnotherThatNamesItsKind() {
        auto("{ min_accuracy: 0.8 }");
        assertThat(job.run().code()).isZero();
        linear();

        assertThat(job.runJson().events("stage_finished"))
                .hasSize(4)
                .allMatch(stage -> stage.path("reused").asBoolean());
    }

    @Test
    void thePlanShowsEveryStudentThatMayBeTried() {
        auto("{ min_accuracy: 0.95 }");

        assertThat(job.plan().out())
                .containsPattern("train linear +run +needs the output of query")
                .containsPattern("evaluate linear +run +needs the output of query")
                .containsPattern("train encoder +run +unless a smaller student passes the gate")
                .containsPattern("evaluate encoder +run +unless a smaller student");

        job.run();
        assertThat(job.plan().out())
                .containsPattern("train linear +reuse")
                .containsPattern("evaluate encoder +reuse");
    }

    @Test
    void aGateWithoutConditionsIsNoGateToClimbTo() {
        auto("{ }");

        JobFixture.Outcome outcome = job.run();

        assertThat(outcome.code()).isEqualTo(ExitCode.INVALID_INPUT.code());
        assertThat(outcome.err())
                .contains("until the gate passes, but the gate has no condition", "hint: ");
    }

    @Test
    void aKeyThatDoesNothingForTheKindIsRefusedWithTheKindsItIsFor() {
        job.edit("job.yaml", text -> text.replace("student: {", "student: { kind: linear,"));

        JobFixture.Outcome outcome = job.run();

        assertThat(outcome.code()).isEqualTo(ExitCode.INVALID_INPUT.code());
        assertThat(outcome.err())
                .contains(
                        "student.base does nothing for a student of kind linear",
                        "student.max_length does nothing",
                        "train.learning_rate does nothing",
                        "hint: remove it; it is for ");

        job.edit(
                "job.yaml",
                text -> text.replace("kind: linear,", "kind: encoder, linear: { c: 1.0 },"));
        assertThat(job.run().err())
                .contains("student.linear does nothing for a student of kind encoder");
    }

    private String relative(Path run, String name) {
        return folder.relativize(run.resolve(name)).toString();
    }

    private static List<String> stages(JobFixture.Outcome outcome) {
        return outcome.events("stage_finished").stream()
                .map(e -> (e.path("stage").asText() + " " + e.path("student").asText("")).strip())
                .toList();
    }
}
