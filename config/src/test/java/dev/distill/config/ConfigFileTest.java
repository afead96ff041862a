package dev.distill.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.list;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
    private static final String MINIMAL =
            """
            version: 1
            name: intents
            task: { labels: labels.txt, prompt: prompt.md }
            data: { source: requests.jsonl, gold: gold.jsonl }
            """;

    @TempDir private Path folder;

    @BeforeEach
    void writeTheFilesThatJobsName() throws IOException {
        for (String name : List.of("labels.txt", "prompt.md", "requests.jsonl", "gold.jsonl")) {
            Files.writeString(folder.resolve(name), "x");
        }
    }

    @Test
    void everyKeyThatIsNotWrittenHasItsDefault() throws IOException {
        JobConfig job = read(MINIMAL).value();

        assertThat(job.task().type()).isEqualTo(TaskConfig.Type.CLASSIFICATION);
        assertThat(job.data().columns())
                .isEqualTo(
                        new DataConfig.Columns(
                                Optional.empty(), "text", "label", "answer", Optional.empty()));
        assertThat(job.data().split()).isEqualTo(new DataConfig.Split(0.1, 7));
        assertThat(job.teacher())
                .isEqualTo(new TeacherConfig("teacher", 0, 32, 5, 16, Optional.empty(), 0.2));
        assertThat(job.curate())
                .isEqualTo(
                        new CurateConfig(
                                CurateConfig.Dedup.EXACT, CurateConfig.GoldOverlap.REJECT, 0.2));
        assertThat(job.student())
                .isEqualTo(
                        new StudentConfig(
                                StudentConfig.Kind.ENCODER,
                                "minilm-l6",
                                StudentConfig.Pooling.MEAN,
                                128,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()));
        assertThat(job.student().linearSettings())
                .isEqualTo(new LinearConfig(2, 2, 4, 1, 2, 200_000, 1, true));
        assertThat(job.train())
                .isEqualTo(
                        new TrainConfig(
                                5,
                                1e-4,
                                1e-3,
                                32,
                                1,
                                0.01,
                                0.1,
                                TrainConfig.LrSchedulerType.LINEAR,
                                1.0,
                                Optional.empty(),
                                0,
                                TrainConfig.Precision.AUTO,
                                new TrainConfig.Kd(2.0, 0.5),
                                50,
                                7,
                                Optional.empty(),
                                "auto"));
        assertThat(job.evaluate())
                .isEqualTo(
                        new EvaluateConfig(
                                0.95, new EvaluateConfig.Latency(200, List.of(1, 8)), 0.10));
        assertThat(job.gate())
                .isEqualTo(
                        new GateConfig(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()));
        assertThat(job.publish())
                .isEqualTo(new PublishConfig(folder.resolve("registry"), "candidate"));
        assertThat(job.proxy()).isEmpty();
    }

    @Test
    void everyKeyCanBeSet() throws IOException {
        String text =
                """
                version: 1
                name: intents
                task: { type: classification, labels: labels.txt, prompt: prompt.md }
                data:
                  source: requests.jsonl
                  gold: gold.jsonl
                  columns: { id: key, text: question, label: intent, group: customer }
                  split: { validation: 0.2, seed: 1 }
                teacher: { route: big, temperature: 0.5, max_tokens: 8, top_logprobs: 3, concurrency: 4, max_usd: 2.5, max_failure_share: 0.1 }
                curate: { dedup: none, gold_overlap: keep, max_rejected_share: 0.3 }
                student: { kind: encoder, base: ./base, pooling: cls, max_length: 64 }
                train:
                  num_train_epochs: 2
                  learning_rate: 2e-5
                  head_learning_rate: 3e-4
                  per_device_train_batch_size: 16
                  gradient_accumulation_steps: 2
                  weight_decay: 0.1
                  warmup_ratio: 0.2
                  lr_scheduler_type: cosine
                  max_grad_norm: 0.5
                  dropout: 0.2
                  precision: fp32
                  kd: { temperature: 3, alpha: 0.9 }
                  save_steps: 10
                  early_stopping_patience: 4
                  device: cuda:1
                  seed: 3
                evaluate: { confidence: 0.9, latency: { requests: 50, concurrency: [2] }, student_usd_per_hour: 1 }
                gate: { non_inferior: { metric: accuracy, margin: 0.03 }, min_accuracy: 0.9, max_p95_ms: 50, min_cost_ratio: 3 }
                publish: { to: out, alias: best }
                proxy: http://127.0.0.1:9
                """;

        JobConfig job = read(text).value();

        assertThat(job.data().columns())
                .isEqualTo(
                        new DataConfig.Columns(
                                Optional.of("key"),
                                "question",
                                "intent",
                                "answer",
                                Optional.of("customer")));
        assertThat(job.teacher())
                .isEqualTo(new TeacherConfig("big", 0.5, 8, 3, 4, Optional.of(2.5), 0.1));
        assertThat(job.curate())
                .isEqualTo(
                        new CurateConfig(
                                CurateConfig.Dedup.NONE, CurateConfig.GoldOverlap.KEEP, 0.3));
        assertThat(job.train())
                .isEqualTo(
                        new TrainConfig(
                                2,
                                2e-5,
                                3e-4,
                                16,
                                2,
                                0.1,
                                0.2,
                                TrainConfig.LrSchedulerType.COSINE,
                                0.5,
                                Optional.of(0.2),
                                0,
                                TrainConfig.Precision.FP32,
                                new TrainConfig.Kd(3, 0.9),
                                10,
                                3,
                                Optional.of(4),
                                "cuda:1"));
        assertThat(job.gate().nonInferior())
                .contains(
                        new GateConfig.NonInferior(Optional.of(GateConfig.Metric.ACCURACY), 0.03));
        assertThat(job.proxy()).contains("http://127.0.0.1:9");
    }

    @Test
    void everyKeyOfALinearStudentCanBeSet() throws IOException {
        String student =
                """
                student:
                  kind: linear
                  linear: { max_word_ngram: 3, min_char_ngram: 1, max_char_ngram: 6, min_word_texts: 2, min_char_texts: 3, max_features: 50, c: 0.25, weigh_by_confidence: false }
                """;

        assertThat(read(MINIMAL + student).value().student().linearSettings())
                .isEqualTo(new LinearConfig(3, 1, 6, 2, 3, 50, 0.25, false));
    }

    @Test
    void whatIsWrittenBackReadsAsTheSame() throws IOException {
        JobConfig job = read(MINIMAL + "gate: { min_accuracy: 0.5 }\n").value();
        Path again = folder.resolve("again.yaml");
        Files.writeString(again, ConfigText.yaml(job));

        assertThat(ConfigFile.read(again, JobConfig.class).value()).isEqualTo(job);
    }

    @Test
    void anUnknownKeyIsNamedWithItsPlaceAndTheNearestKnownOne() {
        assertThatThrownBy(() -> read(MINIMAL + "train:\n  learning_rat: 1\n"))
                .hasMessage(
                        folder.resolve("job.yaml")
                                + ":6:3: unknown key train.learning_rat\n"
                                + "hint: did you mean learning_rate?");
    }

    @Test
    void allProblemsAreSaidAtOnce() {
        UserError error =
                catchThrowableOfType(
                        UserError.class,
                        () ->
                                read(
                                        """
                                        version: 2
                                        task: { labels: nowhere.txt, prompt: prompt.md }
                                        data: { source: requests.jsonl, gold: [gold.jsonl] }
                                        teacher: { temperature: warm, max_usd: 0 }
                                        student: { kind: tree }
                                        """));

        assertThat(error.code()).isEqualTo(ExitCode.INVALID_INPUT);
        assertThat(error.problems().stream().map(Problem::message))
                .containsExactlyInAnyOrder(
                        "version must be <= 1, got 2",
                        "name is missing",
                        "task.labels names "
                                + folder.resolve("nowhere.txt")
                                + ", which does not exist",
                        "data.gold must be a path, got a list",
                        "teacher.temperature must be a number, got \"warm\"",
                        "teacher.max_usd must be > 0, got 0.0",
                        "student.kind must be one of linear, head, encoder, causal-lm, auto, got \"tree\"");
    }

    @Test
    void aKeyWrittenTwiceIsAProblem() {
        assertThatThrownBy(() -> read(MINIMAL + "name: again\n"))
                .hasMessageContaining(":5:1: name is written twice");
    }

    @Test
    void aKeyThatIsNotAPlainWordIsAProblemSaidOnce() throws IOException {
        assertThatThrownBy(() -> read(MINIMAL + "train: {{ x }}\n"))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        folder.resolve("job.yaml")
                                + ":5:9: train has a key that is not a plain word");

        Path proxy = folder.resolve("proxy.yaml");
        Files.writeString(
                proxy,
                """
                version: 1
                providers:
                  a: { kind: openai, base_url: "http://127.0.0.1:9", [x]: 1 }
                  b: { kind: openai, base_url: "http://127.0.0.1:9", kind: openai }
                routes: {}
                """);

        assertThatThrownBy(() -> ConfigFile.read(proxy, ProxyConfig.class))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        proxy
                                + ":3:54: providers.a has a key that is not a plain word\n"
                                + proxy
                                + ":4:54: providers.b.kind is written twice");
    }

    @Test
    void brokenYamlIsNamedWithItsPlace() {
        assertThatThrownBy(() -> read("version: 1\nname: [a\n"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("job.yaml:3:1: not YAML");
    }

    @Test
    void anEmptyFileAndAMissingOneAreSaidSo() {
        assertThatThrownBy(() -> read("")).hasMessageContaining("job.yaml: the file is empty");
        assertThatThrownBy(() -> ConfigFile.read(folder.resolve("no.yaml"), JobConfig.class))
                .hasMessage(folder.resolve("no.yaml") + ": there is no such file");
        assertThatThrownBy(() -> ConfigFile.read(folder, JobConfig.class))
                .hasMessageContaining("is a folder");
    }

    @Test
    void everyValueRemembersItsPlace() throws IOException {
        ConfigFile<JobConfig> file = read(MINIMAL + "teacher:\n  route: big\n");

        assertThat(file.at("teacher.route"))
                .isEqualTo(new Location(folder.resolve("job.yaml"), 6, 10));
        assertThat(file.at("gate.min_accuracy")).isEqualTo(Location.of(folder.resolve("job.yaml")));
    }

    @Test
    void aProxyFileReadsItsProvidersByKind() throws IOException {
        Path file = folder.resolve("proxy.yaml");
        Files.writeString(
                file,
                """
                version: 1
                listen: 127.0.0.1:0
                providers:
                  a: { kind: openai, base_url: "http://127.0.0.1:9/v1", api_key: env:KEY, responses: true }
                  b: { kind: replay, cassette: labels.txt, replay_latency: true }
                routes: { teacher: [ { provider: a, model: m }, { provider: b, model: n } ] }
                prices: { m: { input: 1, cached_input: 0.5, output: 2 }, n: { input: 0, output: 0 } }
                timeouts: { connect: 500ms, total: 2m }
                retry: { attempts: 2 }
                """);

        ProxyConfig proxy = ConfigFile.read(file, ProxyConfig.class).value();

        assertThat(proxy.providers().get("a"))
                .isEqualTo(
                        new ProxyConfig.OpenAi(
                                java.net.URI.create("http://127.0.0.1:9/v1"),
                                Optional.of(new Secret.FromEnvironment("KEY")),
                                List.of(),
                                ProxyConfig.KeyHeader.BEARER,
                                Optional.of(true),
                                Map.of(),
                                ProxyConfig.ClientGone.CANCEL));
        assertThat(proxy.providers().get("b"))
                .isEqualTo(new ProxyConfig.Replay(folder.resolve("labels.txt"), true));
        assertThat(proxy.routes().values())
                .singleElement()
                .extracting(ProxyConfig.Route::ordered, list(List.class))
                .containsExactly(
                        List.of(new ProxyConfig.Target("a", "m", 1)),
                        List.of(new ProxyConfig.Target("b", "n", 1)));
        assertThat(proxy.prices().get("m"))
                .singleElement()
                .extracting(ProxyConfig.Price::cachedInput)
                .isEqualTo(Optional.of(0.5));
        assertThat(proxy.timeouts().connect()).isEqualTo(Duration.ofMillis(500));
        assertThat(proxy.timeouts().total()).isEqualTo(Duration.ofMinutes(2));
        assertThat(proxy.retry().attempts()).isEqualTo(2);
    }

    @Test
    void aKeyItselfDoesNotBelongInAFile() throws IOException {
        Path file = folder.resolve("proxy.yaml");
        Files.writeString(
                file,
                """
                version: 1
                providers: { a: { kind: openai, api_key: hunter2 } }
                routes: {}
                """);

        assertThatThrownBy(() -> ConfigFile.read(file, ProxyConfig.class))
                .hasMessageContaining(":2:42: providers.a.api_key must be env:NAME or file:PATH");
    }

    @Test
    void aSecretThatIsNotThereSaysWhereItShouldBe() {
        assertThatThrownBy(() -> new Secret.FromEnvironment("KEY").resolve(Map.of()))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.code()).isEqualTo(ExitCode.CREDENTIALS))
                .hasMessage("the environment variable KEY is not set\nhint: export KEY=...");
        assertThat(new Secret.FromEnvironment("KEY").resolve(Map.of("KEY", " k "))).isEqualTo("k");
    }

    @Test
    void aKeyFileThatCannotBeReadAsTextIsTheSameErrorAsOneThatIsNotThere() throws IOException {
        Path binary = folder.resolve("binary");
        Files.write(binary, new byte[] {(byte) 0xff, (byte) 0xfe, '\n'});

        for (Path file : List.of(binary, folder.resolve("absent"))) {
            assertThatThrownBy(() -> new Secret.FromFile(file).resolve(Map.of()))
                    .isInstanceOfSatisfying(
                            UserError.class,
                            e -> assertThat(e.code()).isEqualTo(ExitCode.CREDENTIALS))
                    .hasMessage(
                            "the key file "
                                    + file
                                    + " cannot be read\nhint: put the key on its first line");
        }
    }

    private ConfigFile<JobConfig> read(String text) throws IOException {
        Path file = folder.resolve("job.yaml");
        Files.writeString(file, text);
        return ConfigFile.read(file, JobConfig.class);
    }
}
