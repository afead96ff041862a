package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.ExitCode;
import dev.distill.config.ProxyConfig;
import dev.distill.config.ProxyFile;
import dev.distill.files.Json;
import dev.distill.proxy.ProxyServer;
import dev.distill.proxy.ledger.Spend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("it")
class RunCommandTest {
    @TempDir private Path folder;
    private JobFixture job;

    @BeforeEach
    void makeAJob() {
        job = JobFixture.in(folder);
    }

    @Test
    void aJobRunsToItsReportAndTheSecondRunComputesNothing() throws IOException {
        JobFixture.Outcome first = job.runJson();

        assertThat(first.code()).as(first.err()).isZero();
        assertThat(reused(first)).containsExactly("query -", "curate -", "train -", "evaluate -");
        Path run = job.lastRun();
        assertThat(files(run))
                .contains(
                        "dataset/README.md",
                        "dataset/data/train-00000-of-00001.parquet",
                        "dataset/data/validation-00000-of-00001.parquet",
                        "dataset/failed.parquet",
                        "dataset/rejected.parquet",
                        "evaluation/junit.xml",
                        "evaluation/latency.json",
                        "evaluation/predictions.parquet",
                        "evaluation/results.json",
                        "events.jsonl",
                        "job.lock.yaml",
                        "manifest.json",
                        "metrics.jsonl",
                        "model/README.md",
                        "model/config.json",
                        "model/model.safetensors",
                        "model/tokenizer.json",
                        "report.html",
                        "summary.md");
        assertThat(Files.readString(run.resolve("report.html"))).contains("simulated");
        assertThat(job.file("registry/tiny/aliases/candidate")).exists();

        JobFixture.Outcome second = job.runJson();

        assertThat(second.code()).isZero();
        assertThat(reused(second))
                .containsExactly(
                        "query reused", "curate reused", "train reused", "evaluate reused");
        assertThat(Files.readAllBytes(job.lastRun().resolve("model/model.safetensors")))
                .isEqualTo(Files.readAllBytes(run.resolve("model/model.safetensors")));
    }

    @Test
    void aChangedTrainingParameterRunsFromTheTrainingOn() {
        try (FakeTeacher teacher = new FakeTeacher(FakeTeacher::right)) {
            teacher.teach(job, "");
            assertThat(job.runJson().code()).isZero();
            job.edit("job.yaml", text -> text.replace("1e-3", "2e-3"));

            JobFixture.Outcome second = job.runJson();

            assertThat(reused(second))
                    .containsExactly("query reused", "curate reused", "train -", "evaluate -");
            assertThat(teacher.asked()).hasSize(JobFixture.REQUESTS + JobFixture.GOLD);
            assertThat(teacher.asked().values()).containsOnly(1);
        }
    }

    @Test
    void oneMoreRowAsksOnlyForThatRow() {
        try (FakeTeacher teacher = new FakeTeacher(FakeTeacher::right)) {
            teacher.teach(job, "");
            assertThat(job.runJson().code()).isZero();
            job.edit(
                    "requests.jsonl", text -> text + "{\"id\":\"r99\",\"text\":\"where is it\"}\n");

            JobFixture.Outcome second = job.runJson();

            assertThat(second.code()).isZero();
            assertThat(teacher.asked()).hasSize(JobFixture.REQUESTS + JobFixture.GOLD + 1);
            assertThat(teacher.asked().values()).containsOnly(1);
        }
    }

    @Test
    void rowsWithoutAnAnswerAreSetAsideAndAskedAgainByTheNextRun() {
        try (FakeTeacher teacher = new FakeTeacher(FakeTeacher::right)) {
            teacher.teach(job, "");
            teacher.answer(
                    text ->
                            text.endsWith("1007")
                                    ? new FakeTeacher.Answer(500, "{}")
                                    : text.endsWith("1009")
                                            ? FakeTeacher.Answer.label("no idea")
                                            : FakeTeacher.right(text));

            JobFixture.Outcome first = job.runJson();

            assertThat(first.code()).as(first.err()).isZero();
            JsonNode query = first.events("stage_finished").getFirst().path("facts");
            assertThat(query.path("failed").asInt()).isEqualTo(1);
            assertThat(query.path("parsed").asInt()).isEqualTo(JobFixture.REQUESTS - 2);

            teacher.answer(FakeTeacher::right);
            JobFixture.Outcome second = job.runJson();

            assertThat(second.code()).isZero();
            assertThat(
                            second.events("stage_finished")
                                    .getFirst()
                                    .path("facts")
                                    .path("calls")
                                    .asInt())
                    .isEqualTo(1);
        }
    }

    @Test
    void aTeacherThatAlwaysFailsEndsTheRunAfterAFewRequests() {
        try (FakeTeacher teacher = new FakeTeacher(_ -> new FakeTeacher.Answer(500, "{}"))) {
            teacher.teach(job, "");

            JobFixture.Outcome outcome = job.run();

            assertThat(outcome.code()).isEqualTo(ExitCode.REMOTE_FAILED.code());
            assertThat(outcome.err()).contains("5 of the 5 requests sent to the teacher failed");
            assertThat(teacher.asked()).hasSize(5);
            assertThat(job.lastRun().resolve("manifest.json")).doesNotExist();
        }
    }

    @Test
    void aBudgetEndsTheRunAndAHigherOneGoesOn() {
        try (FakeTeacher teacher = new FakeTeacher(FakeTeacher::right)) {
            teacher.teach(job, "");
            job.edit(
                    "job.yaml",
                    text -> text.replace("concurrency: 4", "concurrency: 4, max_usd: 0.01"));

            JobFixture.Outcome first = job.run();

            assertThat(first.code()).isEqualTo(ExitCode.BUDGET_REACHED.code());
            assertThat(first.err()).contains("job.yaml:", "hint: everything paid for is stored");
            int paid = teacher.asked().size();
            assertThat(paid).isBetween(1, JobFixture.REQUESTS - 1);

            job.edit("job.yaml", text -> text.replace("max_usd: 0.01", "max_usd: 5"));
            JobFixture.Outcome second = job.run();

            assertThat(second.code()).as(second.err()).isZero();
            assertThat(teacher.asked()).hasSize(JobFixture.REQUESTS + JobFixture.GOLD);
            assertThat(teacher.asked().values()).containsOnly(1);
        }
    }

    @Test
    void aMissingKeyIsNamed() {
        try (FakeTeacher teacher = new FakeTeacher(FakeTeacher::right)) {
            teacher.teach(job, ", api_key: env:DISTILL_TEST_NO_SUCH_KEY");

            JobFixture.Outcome outcome = job.run();

            assertThat(outcome.code()).isEqualTo(ExitCode.CREDENTIALS.code());
            assertThat(outcome.err()).contains("DISTILL_TEST_NO_SUCH_KEY").contains("hint:");
            assertThat(teacher.asked()).isEmpty();
        }
    }

    @Test
    void aRefusedKeyEndsTheRun() {
        FakeTeacher.Answer refused =
                new FakeTeacher.Answer(
                        401, "{\"error\":{\"message\":\"bad key\",\"code\":\"invalid_api_key\"}}");
        try (FakeTeacher teacher = new FakeTeacher(_ -> refused)) {
            teacher.teach(job, "");

            JobFixture.Outcome outcome = job.run();

            assertThat(outcome.code()).isEqualTo(ExitCode.CREDENTIALS.code());
            assertThat(outcome.err()).contains("check api_key of the route's providers");
        }
    }

    @Test
    void theGateDecidesTheExitStatus() {
        job.edit("job.yaml", text -> text + "gate: { min_cost_ratio: 1e9 }\n");
        assertThat(job.run().code()).isEqualTo(ExitCode.GATE_FAILED.code());
        assertThat(job.file("registry")).doesNotExist();

        job.edit(
                "job.yaml",
                text ->
                        text.replace(
                                "{ min_cost_ratio: 1e9 }", "{ non_inferior: { margin: 0.0001 } }"));
        assertThat(job.run().code())
                .isIn(ExitCode.GATE_INCONCLUSIVE.code(), ExitCode.GATE_FAILED.code());
        assertThat(job.file("registry")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 700})
    void aRecordedTeacherTakesAsLongAsItTookThen(int millis) throws IOException {
        job.edit("teacher.jsonl", t -> t.replace("\"latency_ms\":500", "\"latency_ms\":" + millis));

        JobFixture.Outcome outcome = job.run();

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(Files.readString(job.lastRun().resolve("summary.md")))
                .containsPattern(
                        "p50 latency, 1 caller \\|[^|]*\\| \\*{0,2}%1$d ms\\*{0,2} \\(simulated\\)<br>%1$d to %1$d ms"
                                .formatted(millis));
    }

    @Test
    void aTeacherThatIsAskedForNoLogprobsIsGoodEnough() {
        job.edit("job.yaml", t -> t.replace("concurrency: 4", "concurrency: 4, top_logprobs: 0"));

        assertThat(job.run().code()).isZero();
        assertThat(job.file("registry/tiny/aliases/candidate")).exists();
    }

    @Test
    void aRemoteProxyIsAskedAndItsStoreKeepsTheAnswers() {
        Path store = job.file("remote/proxy.db");
        ProxyConfig config = ProxyFile.read(job.file("proxy.yaml")).value();
        try (ProxyServer remote = ProxyServer.start(config, store, Map.of(), List.of())) {
            job.edit("job.yaml", t -> t + "proxy: %s\n".formatted(remote.uri()));

            JobFixture.Outcome outcome = job.runJson();

            assertThat(outcome.code()).as(outcome.err()).isZero();
        }
        assertThat(Spend.of(store, "tiny").orElseThrow().requests())
                .isEqualTo(JobFixture.REQUESTS + JobFixture.GOLD);
    }

    @Test
    void aRemoteProxyThatIsNotThereEndsTheRun() {
        job.edit("job.yaml", t -> t + "proxy: http://127.0.0.1:9\n");

        JobFixture.Outcome outcome = job.run();

        assertThat(outcome.code()).isEqualTo(ExitCode.REMOTE_FAILED.code());
        assertThat(outcome.err())
                .contains("no proxy at http://127.0.0.1:9", "is the proxy running?");
    }

    @Test
    void aDamagedOutputIsMadeAnew() throws IOException {
        assertThat(job.run().code()).isZero();
        try (Stream<Path> files = Files.walk(job.file("home/cache/train"))) {
            Path weights =
                    files.filter(f -> f.endsWith("model.safetensors")).findFirst().orElseThrow();
            assertThat(weights.toFile().setWritable(true)).isTrue();
            Files.write(weights, new byte[] {1, 2, 3});
        }

        JobFixture.Outcome second = job.runJson();

        assertThat(second.code()).isZero();
        assertThat(reused(second)).contains("curate reused", "train -");
    }

    @Test
    void theEventsFileHoldsWhatHappened() throws IOException {
        JobFixture.Outcome outcome = job.runJson();

        List<String> types = new ArrayList<>();
        for (String line : Files.readAllLines(job.lastRun().resolve("events.jsonl"))) {
            types.add(Json.parse(line).path("type").asText());
        }
        assertThat(types)
                .startsWith("run_started", "stage_started")
                .contains("progress", "stage_finished")
                .endsWith("run_finished");
        assertThat(types).hasSize(outcome.out().lines().toList().size());
    }

    /** Each finished stage with whether it was reused. */
    private static List<String> reused(JobFixture.Outcome outcome) {
        return outcome.events("stage_finished").stream()
                .map(
                        e ->
                                e.path("stage").asText()
                                        + (e.path("reused").asBoolean() ? " reused" : " -"))
                .toList();
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(f -> folder.relativize(f).toString())
                    .sorted()
                    .toList();
        }
    }
}
