package dev.distill.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mistakes of all kinds in one file come out together, each once, in the order of its lines. */
class EveryProblemAtOnceTest {
    @TempDir private Path folder;

    @Test
    void theShapeOfAProxyFileAndItsNamesAreCheckedTogether() {
        assertThat(
                        problems(
                                """
                                version: 2
                                listen_on: here
                                providers:
                                  a: { kind: openai, api_key: sk-live-1 }
                                  b: { kind: opneai }
                                routes:
                                  fast: [ { provider: a, model: m, weight: 0 }, { provider: c, model: m } ]
                                  slow: [ { provider: b, model: n } ]
                                  none: []
                                  groups: { groups: [ [] ] }
                                prices:
                                  m: { input: 1 }
                                limits:
                                  - { route: fats, rpm: many }
                                  - { route: fast }
                                """))
                .containsExactly(
                        "1: version must be <= 1, got 2",
                        "2: unknown key listen_on",
                        "4: providers.a.api_key must be env:NAME or file:PATH, got a text, not shown"
                                + " because it may be a secret: a key itself does not belong in a file",
                        "5: unknown providers.b.kind opneai",
                        "7: routes.fast.targets[0].weight must be > 0, got 0.0",
                        "7: routes.fast.targets[1].provider names c, which is no provider",
                        "9: routes.none leads nowhere: it has no targets",
                        "10: routes.groups.groups[0] is empty",
                        "12: prices.m.output is missing",
                        "14: limits[0].rpm must be a whole number, got \"many\"",
                        "14: limits[0].route names fats, which is no route",
                        "15: limits[1] has neither rpm nor tpm");
    }

    @Test
    void aMistakeIsNotReportedAgainAsWhatComesOfIt() {
        assertThat(
                        problems(
                                """
                                version: 1
                                providers: [ a ]
                                routes:
                                  fast: [ { provider: a } ]
                                  slow: { tragets: [ { provider: a, model: m } ] }
                                key: keys.yaml
                                budgets: [ { key: each, model: m, usd: 1 } ]
                                limits: [ { tmp: 5 } ]
                                """))
                .containsExactly(
                        "2: providers must be a mapping of names to values, got a list",
                        "4: routes.fast.targets[0].model is missing",
                        "5: unknown key routes.slow.tragets",
                        "6: unknown key key",
                        "8: unknown key limits[0].tmp");
    }

    @Test
    void allMissingSecretsAreNamedWithTheirLines() throws IOException {
        Files.writeString(folder.resolve("empty"), "\n");
        String yaml =
                """
                version: 1
                providers:
                  a: { kind: openai, api_key: env:A }
                  b:
                    kind: openai
                    keys:
                      - { name: one, secret: env:B }
                      - { name: two, secret: file:empty }
                      - { name: three, secret: file:none }
                  aws: { kind: bedrock, region: r }
                  unused: { kind: openai, api_key: env:C }
                routes:
                  r: [ { provider: a, model: m }, { provider: b, model: m }, { provider: aws, model: m } ]
                ledger: { url: "jdbc:postgresql://h/d", password: env:D }
                runaway: { webhook_secret: env:NOT_NEEDED }
                """;
        Path path = folder.resolve("p.yaml");
        ConfigFile<ProxyConfig> file = ProxyFile.of(path, yaml);
        UserError error =
                catchThrowableOfType(UserError.class, () -> Secrets.check(file, Map.of("B", "b")));
        assertThat(error.code()).isEqualTo(ExitCode.CREDENTIALS);
        assertThat(brief(error))
                .containsExactly(
                        "3: providers.a.api_key: the environment variable A is not set",
                        "8: providers.b.keys[1].secret: the key file "
                                + folder.resolve("empty")
                                + " is empty",
                        "9: providers.b.keys[2].secret: the key file "
                                + folder.resolve("none")
                                + " cannot be read",
                        "10: providers.aws.access_key_id: the environment variable AWS_ACCESS_KEY_ID is not set",
                        "10: providers.aws.secret_access_key: the environment variable AWS_SECRET_ACCESS_KEY is not set",
                        "14: ledger.password: the environment variable D is not set");
        assertThat(Secrets.files(file.value()))
                .containsExactlyInAnyOrder(folder.resolve("empty"), folder.resolve("none"));
    }

    @Test
    void aJobFileToo() throws IOException {
        Path file = folder.resolve("job.yaml");
        Files.writeString(
                file,
                """
                version: 1
                name: My Job
                task: { labels: nowhere.txt, prompt: job.yaml }
                data: { source: job.yaml }
                train: { seed: x }
                publish: { to: "hub://models", alias: Best }
                proxy: "http://me:pw@host"
                """);
        UserError error = catchThrowableOfType(UserError.class, () -> JobFile.read(file));
        assertThat(brief(error))
                .containsExactly(
                        "2: name must be lower-case letters, digits, dots and dashes, got \"My Job\"",
                        "3: task.labels names "
                                + folder.resolve("nowhere.txt")
                                + ", which does not exist",
                        "4: data.gold is missing",
                        "5: train.seed must be a whole number, got \"x\"",
                        "6: publish.alias must be lower-case letters, digits, dots and dashes, got \"Best\"",
                        "6: publish.to must be a folder, got " + folder.resolve("hub:/models"),
                        "7: proxy must not name a user, got http://...@host");
    }

    @Test
    void aFileOfKeysToo() {
        String hash = "sha256:" + "0".repeat(64);
        UserError error =
                catchThrowableOfType(
                        UserError.class,
                        () ->
                                ConfigFile.of(
                                        Path.of("keys.yaml"),
                                        """
                                        keys:
                                          - { name: a b, hash: sk-mine, team: "?" }
                                          - { name: ada, hash: "%s" }
                                          - { hash: "%s", expires: soon }
                                          - { name: ada, hash: "%s" }
                                        """
                                                .formatted(hash, hash, hash.replace("00", "01")),
                                        KeysConfig.class));
        assertThat(brief(error))
                .containsExactly(
                        "2: keys[0].name must be 1 to 64 of A-Z a-z 0-9 . _ @ - and not each, got a b",
                        "2: keys[0].team must be 1 to 64 of A-Z a-z 0-9 . _ @ - and not each, got ?",
                        "2: keys[0].hash must be sha256: and 64 hexadecimal digits, as distill keys"
                                + " writes it",
                        "2: keys has two keys named ada",
                        "4: keys[2].name is missing",
                        "4: keys[2].expires must be a date such as 2027-03-01, got \"soon\"");
    }

    private static List<String> problems(String yaml) {
        return brief(
                catchThrowableOfType(UserError.class, () -> ProxyFile.of(Path.of("p.yaml"), yaml)));
    }

    private static List<String> brief(UserError error) {
        return error.problems().stream()
                .map(p -> p.location().orElseThrow().line() + ": " + p.message())
                .toList();
    }
}
