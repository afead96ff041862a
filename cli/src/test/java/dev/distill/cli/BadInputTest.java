package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.config.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("it")
class BadInputTest {
    @TempDir private Path folder;

    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake(
                        "unknown key",
                        job ->
                                job.edit(
                                        "job.yaml",
                                        t -> t.replace("learning_rate", "learning_rat")),
                        "error: job.yaml:11:31: unknown key train.learning_rat\n\nhint: did you mean learning_rate?"),
                mistake(
                        "wrong type",
                        job ->
                                job.edit(
                                        "job.yaml",
                                        t ->
                                                t.replace(
                                                        "num_train_epochs: 2",
                                                        "num_train_epochs: two")),
                        "error: job.yaml:11:28: train.num_train_epochs must be a whole number, got \"two\""),
                mistake(
                        "no such GPU",
                        job ->
                                job.edit(
                                        "job.yaml",
                                        t ->
                                                t.replace(
                                                        "num_train_epochs: 2",
                                                        "device: cuda:99, num_train_epochs: 2")),
                        "error: job.yaml:11:18: train.device is cuda:99, but "),
                mistake(
                        "no such device",
                        job ->
                                job.edit(
                                        "job.yaml",
                                        t ->
                                                t.replace(
                                                        "num_train_epochs: 2",
                                                        "device: gpu, num_train_epochs: 2")),
                        "train.device must be auto, cpu or cuda:N, got gpu\n\nhint: for example device: cuda:0"),
                mistake(
                        "missing file",
                        job -> job.edit("job.yaml", t -> t.replace("gold.jsonl", "golden.jsonl")),
                        "data.gold names golden.jsonl, which does not exist"),
                mistake(
                        "label not in the list",
                        job ->
                                job.edit(
                                        "gold.jsonl",
                                        t ->
                                                t.replaceFirst(
                                                        "\"label\":\"refund\"",
                                                        "\"label\":\"refunds\"")),
                        "gold.jsonl:2: label is not one of the labels: refunds\n\nhint: did you mean refund?"),
                mistake("empty data", job -> job.write("requests.jsonl", ""), "requests.jsonl: "),
                mistake(
                        "duplicate ids",
                        job -> job.edit("requests.jsonl", t -> t.replace("\"r5\"", "\"r2\"")),
                        "requests.jsonl:6: id r2 is already on line 3"),
                mistake(
                        "malformed line 7",
                        job ->
                                job.edit(
                                        "requests.jsonl",
                                        t -> t.replace("{\"id\":\"r6\",", "{\"id\":r6,")),
                        "requests.jsonl:7:"),
                mistake(
                        "unknown route",
                        job ->
                                job.edit(
                                        "job.yaml",
                                        t -> t.replace("teacher: {", "teacher: { route: techer,")),
                        "teacher.route names techer, which is no route of proxy.yaml\n\nhint: did you mean teacher?"),
                mistake(
                        "a route to nobody",
                        job ->
                                job.edit(
                                        "proxy.yaml",
                                        t -> t.replace("provider: recorded", "provider: recordd")),
                        "proxy.yaml:6:26: routes.teacher.targets[0].provider names recordd, which is no provider\n\nhint: did you mean recorded?"),
                mistake(
                        "a misspelt base of the hub",
                        job ->
                                job.edit(
                                        "job.yaml",
                                        t ->
                                                t.replaceFirst(
                                                        "base: [^,]*,", "base: \"hf://bert\",")),
                        "hf://bert is no name of a repository on the hub\n\nhint: write hf://org/name@revision"),
                mistake(
                        "a base that is not there",
                        job ->
                                job.edit(
                                        "job.yaml",
                                        t -> t.replaceFirst("base: [^,]*,", "base: nowhere,")),
                        "nowhere"),
                mistake(
                        "broken yaml",
                        job -> job.write("job.yaml", "version: 1\nname: [tiny\n"),
                        "job.yaml:3:1: not yaml"),
                mistake(
                        "a teacher that may not train",
                        job ->
                                job.edit(
                                        "proxy.yaml",
                                        t ->
                                                t.replace(
                                                        "teacher: [ { provider: recorded, model: big } ]",
                                                        "teacher: { targets: [ { provider: recorded, model: big } ], may_train_student: false }")),
                        "proxy.yaml:6:82: the answers of route teacher may not train a student"),
                mistake(
                        "a name for a path",
                        job -> job.edit("job.yaml", t -> t.replace("name: tiny", "name: ../tiny")),
                        "job.yaml:2:7: name must be lower-case letters"));
    }

    private static Arguments mistake(String name, Consumer<JobFixture> change, String message) {
        return Arguments.of(name, change, message);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void aMistakeIsNamedAtItsPlaceAndNothingIsWritten(
            String name, Consumer<JobFixture> change, String message) {
        JobFixture job = JobFixture.in(folder);
        change.accept(job);

        JobFixture.Outcome outcome = job.run();

        assertThat(outcome.code()).as(outcome.err()).isEqualTo(ExitCode.INVALID_INPUT.code());
        assertThat(job.withoutFolder(outcome.err()))
                .contains(message.toLowerCase(java.util.Locale.ROOT));
        assertThat(job.file("runs")).doesNotExist();
        assertThat(job.file("home/cache")).doesNotExist();
        assertThat(job.file("registry")).doesNotExist();
    }

    @Test
    void anUnknownOptionIsAUsageError() {
        JobFixture.Outcome outcome = JobFixture.distill("run", "job.yaml", "--jsn");

        assertThat(outcome.code()).isEqualTo(ExitCode.USAGE.code());
        assertThat(outcome.err()).contains("--jsn");
    }

    @Test
    void aPortThatIsTakenIsNamed() throws IOException {
        JobFixture job = JobFixture.in(folder);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            job.edit(
                    "proxy.yaml",
                    t -> t.replace("127.0.0.1:0", "127.0.0.1:" + taken.getLocalPort()));

            JobFixture.Outcome outcome =
                    JobFixture.distill(
                            "proxy",
                            job.file("proxy.yaml").toString(),
                            "--home",
                            job.file("home").toString());

            assertThat(outcome.code()).isEqualTo(ExitCode.INVALID_INPUT.code());
            assertThat(outcome.err()).contains(":" + taken.getLocalPort()).contains("hint:");
        }
    }

    @Test
    void aPlanAsksNothingAndWritesNothing() {
        JobFixture job = JobFixture.in(folder);
        try (FakeTeacher teacher = new FakeTeacher(FakeTeacher::right)) {
            teacher.teach(job, ", api_key: env:DISTILL_TEST_NO_SUCH_KEY");

            JobFixture.Outcome outcome = job.plan();

            assertThat(outcome.code()).as(outcome.err()).isZero();
            assertThat(outcome.out())
                    .containsPattern("query +run +no output for these inputs yet")
                    .contains(
                            "teacher: 100 requests, 0 of them answered already, 100 calls to make")
                    .contains("cost: at most $");
            assertThat(teacher.asked()).isEmpty();
            assertThat(job.file("home")).doesNotExist();
        }
    }

    @Test
    void aPlanAfterARunReusesEverything() {
        JobFixture job = JobFixture.in(folder);
        assertThat(job.run().code()).isZero();

        assertThat(job.plan().out())
                .containsPattern("query +reuse")
                .containsPattern("evaluate encoder +reuse")
                .contains("0 calls to make", "cost: nothing");
    }
}
