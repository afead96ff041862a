package dev.distill.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.ProxyConfig.Balance;
import dev.distill.config.ProxyConfig.Band;
import dev.distill.config.ProxyConfig.Breaker;
import dev.distill.config.ProxyConfig.Budget;
import dev.distill.config.ProxyConfig.Capacity;
import dev.distill.config.ProxyConfig.ClientGone;
import dev.distill.config.ProxyConfig.KeyHeader;
import dev.distill.config.ProxyConfig.KeyRung;
import dev.distill.config.ProxyConfig.KeyRungs;
import dev.distill.config.ProxyConfig.Ledger;
import dev.distill.config.ProxyConfig.Limit;
import dev.distill.config.ProxyConfig.Lot;
import dev.distill.config.ProxyConfig.Period;
import dev.distill.config.ProxyConfig.Price;
import dev.distill.config.ProxyConfig.ProviderKey;
import dev.distill.config.ProxyConfig.Recording;
import dev.distill.config.ProxyConfig.Redaction;
import dev.distill.config.ProxyConfig.Retirement;
import dev.distill.config.ProxyConfig.Retry;
import dev.distill.config.ProxyConfig.Route;
import dev.distill.config.ProxyConfig.RouteTimeouts;
import dev.distill.config.ProxyConfig.Runaway;
import dev.distill.config.ProxyConfig.Rung;
import dev.distill.config.ProxyConfig.Target;
import dev.distill.config.ProxyConfig.Telemetry;
import dev.distill.config.ProxyConfig.Timeouts;
import dev.distill.config.ProxyConfig.Tls;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProxyConfigTest {
    private static final String MINIMAL =
            """
            version: 1
            providers: { a: { kind: openai } }
            routes: { fast: [ { provider: a, model: m } ] }
            """;

    private static final String EVERYTHING =
            """
            version: 1
            listen: 0.0.0.0:443
            tls: { certificate: cert.pem, private_key: key.pem }
            providers:
              azure:
                kind: openai
                base_url: https://x.openai.azure.com/openai/v1
                keys: [ { name: one, secret: env:ONE, weight: 2, rpm: 10, tpm: 1000 } ]
                key_header: api_key
                responses: false
                query: { api-version: preview }
                on_client_gone: drain
              claude: { kind: anthropic, base_url: "http://a:1", api_key: env:A, on_client_gone: drain }
              google: { kind: gemini, base_url: "http://g:1", keys: [ { name: g, secret: file:g.key } ], on_client_gone: drain }
              aws:
                kind: bedrock
                region: eu-central-1
                base_url: http://b:1
                access_key_id: env:ID
                secret_access_key: env:SECRET
                session_token: env:TOKEN
                on_client_gone: cancel
              taped: { kind: replay, cassette: tape.jsonl, replay_latency: true }
              own: { kind: student, folder: . }
            routes:
              big:
                groups: [ [ { provider: azure, model: m, weight: 3 }, { provider: claude, model: n } ], [ { provider: aws, model: o } ] ]
                balance: pending
                timeouts: { connect: 1s, headers: 2s, first_token: 3s, idle: 4s, total: 5s }
                store: true
                buffer: true
                hedge_after: 800ms
                record: true
                may_train_student: false
                retirement: { successor: small, deprecation: 2027-01-01, sunset: 2027-03-01 }
              small: { targets: [ { provider: taped, model: p } ] }
            prices:
              m:
                - input: 1
                  cached_input: 0.1
                  output: 2
                  cache_write: 1.5
                  cache_write_hour: 2.5
                  reasoning: 3
                  audio_input: 4
                  audio_output: 5
                  web_search: 10
                  max_input_tokens: 200000
                  max_output_tokens: 8192
                  bands: [ { above_input_tokens: 200000, input: 2, cached_input: 0.2, output: 4 } ]
                  tiers: { batch: 0.5 }
                  from: 2027-01-01
                - { input: 3, output: 4 }
              n: { input: 5, output: 6 }
            price_file: prices.json
            unknown_price: { input: 20, output: 100 }
            timeouts: { connect: 6s, headers: 7s, first_token: 8s, idle: 9s, total: 10s }
            retry: { attempts: 4, attempts_in_all: 7, budget: 0.2, longest_wait: 11s }
            breaker: { window: 12s, calls: 6, failures: 0.6, open: 13s, longest_open: 14s }
            keys: keys.yaml
            budgets: [ { key: each, user: ada, team: search, route: big, provider: azure, model: m, usd: 5.5, per: week, warn: 0.5 } ]
            limits: [ { key: ci, user: each, team: search, route: big, rpm: 60, tpm: 90000 } ]
            lots: [ { name: spring, provider: azure, models: [ m ], tokens: 5_000_000_000, usd: 900, from: 2027-01-02, expires: 2027-12-31 } ]
            runaway:
              session_idle: 20m
              webhook: https://hooks.example/distill
              webhook_secret: env:HOOK
              ping: { usd: 1, usd_per_minute: 0.5, age: 1h, same_call: 20 }
              stop: { usd: 2 }
              stop_unacknowledged_after: 30m
              key: { ping: { usd_per_minute: 3 }, stop: { usd: 500, usd_per_minute: 9, same_call: 50 } }
            ledger: { url: "jdbc:postgresql://db/distill", user: distill, password: env:DB, keep: 24h }
            recording: { folder: recorded, redact: [ email, secret, phone, card ] }
            capacity: { requests: 100, largest_body_mib: 8, bodies_mib: 32 }
            telemetry: { otlp: "http://localhost:4318", sample: 0.25 }
            """;

    private static final KeyRung NO_LIMIT =
            new KeyRung(Optional.empty(), Optional.empty(), Optional.empty());

    @TempDir private Path folder;

    @BeforeEach
    void writeTheFilesThatProxiesName() throws IOException {
        for (String name : List.of("cert.pem", "key.pem", "tape.jsonl", "prices.json")) {
            Files.writeString(folder.resolve(name), "x");
        }
    }

    @Test
    void everyKeyThatIsNotWrittenHasItsDefault() {
        ProxyConfig proxy = read(MINIMAL);

        assertThat(proxy)
                .isEqualTo(
                        new ProxyConfig(
                                1,
                                "127.0.0.1:8080",
                                Optional.empty(),
                                Map.of(
                                        "a",
                                        new ProxyConfig.OpenAi(
                                                URI.create("https://api.openai.com/v1"),
                                                Optional.empty(),
                                                List.of(),
                                                KeyHeader.BEARER,
                                                Optional.empty(),
                                                Map.of(),
                                                ClientGone.CANCEL)),
                                Map.of("fast", Route.of(List.of(new Target("a", "m", 1)))),
                                Map.of(),
                                Optional.empty(),
                                Optional.empty(),
                                new Timeouts(
                                        Duration.ofSeconds(2),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Duration.ofSeconds(30),
                                        Duration.ofMinutes(10)),
                                new Retry(3, 6, 0.1, Duration.ofSeconds(10)),
                                new Breaker(
                                        Duration.ofSeconds(30),
                                        5,
                                        0.5,
                                        Duration.ofSeconds(5),
                                        Duration.ofSeconds(30)),
                                Optional.empty(),
                                List.of(),
                                List.of(),
                                List.of(),
                                new Runaway(
                                        Duration.ofMinutes(30),
                                        Optional.empty(),
                                        Optional.empty(),
                                        rung(25, Duration.ofHours(2)),
                                        rung(100, Duration.ofHours(10)),
                                        Optional.empty(),
                                        new KeyRungs(NO_LIMIT, NO_LIMIT)),
                                new Ledger(
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Duration.ofDays(90)),
                                Optional.empty(),
                                new Capacity(4096, 64, 128),
                                new Telemetry(Optional.empty(), 1)));
    }

    @Test
    void everyProviderHasItsDefaults() {
        ProxyConfig proxy =
                read(
                        """
                        version: 1
                        providers:
                          claude: { kind: anthropic }
                          google: { kind: gemini }
                          aws: { kind: bedrock, region: us-east-1 }
                          taped: { kind: replay, cassette: tape.jsonl }
                        routes: {}
                        """);

        assertThat(proxy.providers().values())
                .containsExactlyInAnyOrder(
                        new ProxyConfig.Anthropic(
                                URI.create("https://api.anthropic.com"),
                                Optional.empty(),
                                List.of(),
                                ClientGone.CANCEL),
                        new ProxyConfig.Gemini(
                                URI.create("https://generativelanguage.googleapis.com/v1beta"),
                                Optional.empty(),
                                List.of(),
                                ClientGone.CANCEL),
                        new ProxyConfig.Bedrock(
                                "us-east-1",
                                Optional.empty(),
                                new Secret.FromEnvironment("AWS_ACCESS_KEY_ID"),
                                new Secret.FromEnvironment("AWS_SECRET_ACCESS_KEY"),
                                Optional.empty(),
                                ClientGone.DRAIN),
                        new ProxyConfig.Replay(folder.resolve("tape.jsonl"), false));
    }

    @Test
    void whatIsWrittenInsideHasItsDefaultsToo() {
        ProxyConfig proxy =
                read(
                        MINIMAL
                                + """
                                budgets: [ { usd: 5 } ]
                                limits: [ { rpm: 1 } ]
                                lots: [ { name: l, provider: a, tokens: 1, usd: 0 } ]
                                recording: { folder: r }
                                prices: { m: { input: 1, output: 2 } }
                                """);

        Optional<String> all = Optional.empty();
        assertThat(proxy.budgets())
                .containsExactly(new Budget(all, all, all, all, all, all, 5, Period.MONTH, 0.8));
        assertThat(proxy.limits())
                .containsExactly(new Limit(all, all, all, all, Optional.of(1), Optional.empty()));
        assertThat(proxy.lots())
                .containsExactly(
                        new Lot("l", "a", List.of(), 1, 0, Optional.empty(), Optional.empty()));
        assertThat(proxy.recording())
                .contains(
                        new Recording(
                                folder.resolve("r"), List.of(Redaction.EMAIL, Redaction.SECRET)));
        assertThat(proxy.prices()).containsEntry("m", List.of(Price.of(1, 2)));
    }

    @Test
    void everyKeyCanBeSet() {
        ProxyConfig proxy = read(EVERYTHING);

        assertThat(proxy.listen()).isEqualTo("0.0.0.0:443");
        assertThat(proxy.tls())
                .contains(new Tls(folder.resolve("cert.pem"), folder.resolve("key.pem")));
        assertThat(proxy.routes()).isEqualTo(routes());
        assertThat(proxy.prices()).isEqualTo(prices());
        assertThat(proxy.priceFile()).contains(folder.resolve("prices.json"));
        assertThat(proxy.unknownPrice()).contains(Price.of(20, 100));
        assertThat(proxy.timeouts()).isEqualTo(timeouts(6, 7, 8, 9, 10));
        assertThat(proxy.retry()).isEqualTo(new Retry(4, 7, 0.2, Duration.ofSeconds(11)));
        assertThat(proxy.breaker())
                .isEqualTo(
                        new Breaker(
                                Duration.ofSeconds(12),
                                6,
                                0.6,
                                Duration.ofSeconds(13),
                                Duration.ofSeconds(14)));
        assertThat(proxy.keys()).contains(folder.resolve("keys.yaml"));
        assertThat(proxy.ledger())
                .isEqualTo(
                        new Ledger(
                                Optional.of("jdbc:postgresql://db/distill"),
                                Optional.of("distill"),
                                Optional.of(new Secret.FromEnvironment("DB")),
                                Duration.ofHours(24)));
        assertThat(proxy.recording())
                .contains(new Recording(folder.resolve("recorded"), List.of(Redaction.values())));
        assertThat(proxy.capacity()).isEqualTo(new Capacity(100, 8, 32));
        assertThat(proxy.telemetry())
                .isEqualTo(new Telemetry(Optional.of(URI.create("http://localhost:4318")), 0.25));
    }

    @Test
    void everyKeyOfAProviderCanBeSet() {
        assertThat(read(EVERYTHING).providers())
                .isEqualTo(
                        Map.of(
                                "azure",
                                new ProxyConfig.OpenAi(
                                        URI.create("https://x.openai.azure.com/openai/v1"),
                                        Optional.empty(),
                                        List.of(
                                                new ProviderKey(
                                                        "one",
                                                        new Secret.FromEnvironment("ONE"),
                                                        2,
                                                        Optional.of(10),
                                                        Optional.of(1000))),
                                        KeyHeader.API_KEY,
                                        Optional.of(false),
                                        Map.of("api-version", "preview"),
                                        ClientGone.DRAIN),
                                "claude",
                                new ProxyConfig.Anthropic(
                                        URI.create("http://a:1"),
                                        Optional.of(new Secret.FromEnvironment("A")),
                                        List.of(),
                                        ClientGone.DRAIN),
                                "google",
                                new ProxyConfig.Gemini(
                                        URI.create("http://g:1"),
                                        Optional.empty(),
                                        List.of(
                                                new ProviderKey(
                                                        "g",
                                                        new Secret.FromFile(
                                                                folder.resolve("g.key")),
                                                        1,
                                                        Optional.empty(),
                                                        Optional.empty())),
                                        ClientGone.DRAIN),
                                "aws",
                                new ProxyConfig.Bedrock(
                                        "eu-central-1",
                                        Optional.of(URI.create("http://b:1")),
                                        new Secret.FromEnvironment("ID"),
                                        new Secret.FromEnvironment("SECRET"),
                                        Optional.of(new Secret.FromEnvironment("TOKEN")),
                                        ClientGone.CANCEL),
                                "taped",
                                new ProxyConfig.Replay(folder.resolve("tape.jsonl"), true),
                                "own",
                                new ProxyConfig.Student(folder)));
    }

    @Test
    void everyKeyOfBudgetsLimitsLotsAndRunawayCanBeSet() {
        ProxyConfig proxy = read(EVERYTHING);

        assertThat(proxy.budgets())
                .containsExactly(
                        new Budget(
                                Optional.of("each"),
                                Optional.of("ada"),
                                Optional.of("search"),
                                Optional.of("big"),
                                Optional.of("azure"),
                                Optional.of("m"),
                                5.5,
                                Period.WEEK,
                                0.5));
        assertThat(proxy.limits())
                .containsExactly(
                        new Limit(
                                Optional.of("ci"),
                                Optional.of("each"),
                                Optional.of("search"),
                                Optional.of("big"),
                                Optional.of(60),
                                Optional.of(90_000)));
        assertThat(proxy.lots())
                .containsExactly(
                        new Lot(
                                "spring",
                                "azure",
                                List.of("m"),
                                5_000_000_000L,
                                900,
                                Optional.of(LocalDate.of(2027, 1, 2)),
                                Optional.of(LocalDate.of(2027, 12, 31))));
        assertThat(proxy.runaway())
                .isEqualTo(
                        new Runaway(
                                Duration.ofMinutes(20),
                                Optional.of(URI.create("https://hooks.example/distill")),
                                Optional.of(new Secret.FromEnvironment("HOOK")),
                                new Rung(
                                        Optional.of(1.0),
                                        Optional.of(0.5),
                                        Optional.of(Duration.ofHours(1)),
                                        Optional.of(20)),
                                new Rung(
                                        Optional.of(2.0),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty()),
                                Optional.of(Duration.ofMinutes(30)),
                                new KeyRungs(
                                        new KeyRung(
                                                Optional.empty(),
                                                Optional.of(3.0),
                                                Optional.empty()),
                                        new KeyRung(
                                                Optional.of(500.0),
                                                Optional.of(9.0),
                                                Optional.of(50)))));
    }

    @Test
    void whatIsWrittenBackReadsAsTheSame() {
        ProxyConfig proxy = read(EVERYTHING);

        assertThat(read(ConfigText.yaml(proxy))).isEqualTo(proxy);
    }

    @Test
    void aListStandsForARouteOfThoseTargets() {
        String longer = "routes: { fast: { targets: [ { provider: a, model: m } ] } }\n";

        assertThat(read(MINIMAL.replaceAll("routes: .*\n", longer))).isEqualTo(read(MINIMAL));
    }

    @Test
    void whatIsWrongInAShortRouteIsNamedAtItsPlaceInTheLongOne() {
        assertThatThrownBy(() -> read(MINIMAL.replace("model: m", "modell: m")))
                .hasMessage(
                        "%1$s:3:34: unknown key routes.fast.targets[0].modell\n".formatted(file())
                                + "hint: did you mean model?\n"
                                + "%1$s:3:19: routes.fast.targets[0].model is missing"
                                        .formatted(file()));
        assertThatThrownBy(() -> read(MINIMAL.replaceAll("routes: .*", "routes: { fast: 3 }")))
                .hasMessage(
                        file()
                                + ":3:17: routes.fast must be a list of targets or a mapping of"
                                + " keys to values, got \"3\"");
    }

    @Test
    void onePriceStandsForAListOfIt() {
        assertThat(read(MINIMAL + "prices: { m: { input: 1, output: 2 } }\n"))
                .isEqualTo(read(MINIMAL + "prices: { m: [ { input: 1, output: 2 } ] }\n"));
    }

    @Test
    void aDayThatIsNoneIsAProblem() {
        assertThatThrownBy(
                        () ->
                                read(
                                        MINIMAL
                                                + "prices: { m: { input: 1, output: 2, from:"
                                                + " 2027-02-30 } }\n"))
                .hasMessage(
                        file()
                                + ":4:43: prices.m.from must be a date such as 2027-03-01, got"
                                + " \"2027-02-30\"");
    }

    @Test
    void anOptionalTruthValueIsTrueFalseOrNotThere() {
        for (String word : List.of("true", "false")) {
            ProxyConfig proxy =
                    read(MINIMAL.replace("kind: openai", "kind: openai, responses: " + word));
            assertThat(proxy.providers().get("a"))
                    .extracting(p -> ((ProxyConfig.OpenAi) p).responses())
                    .isEqualTo(Optional.of(Boolean.valueOf(word)));
        }
        assertThatThrownBy(
                        () -> read(MINIMAL.replace("kind: openai", "kind: openai, responses: yes")))
                .hasMessage(
                        file()
                                + ":2:44: providers.a.responses must be true or false, got"
                                + " \"yes\"");
    }

    private static Map<String, Route> routes() {
        return Map.of(
                "big",
                new Route(
                        List.of(),
                        List.of(
                                List.of(new Target("azure", "m", 3), new Target("claude", "n", 1)),
                                List.of(new Target("aws", "o", 1))),
                        Balance.PENDING,
                        new RouteTimeouts(
                                Optional.of(Duration.ofSeconds(1)),
                                Optional.of(Duration.ofSeconds(2)),
                                Optional.of(Duration.ofSeconds(3)),
                                Optional.of(Duration.ofSeconds(4)),
                                Optional.of(Duration.ofSeconds(5))),
                        true,
                        true,
                        Optional.of(Duration.ofMillis(800)),
                        true,
                        false,
                        Optional.of(
                                new Retirement(
                                        "small",
                                        Optional.of(LocalDate.of(2027, 1, 1)),
                                        Optional.of(LocalDate.of(2027, 3, 1))))),
                "small",
                Route.of(List.of(new Target("taped", "p", 1))));
    }

    private static Map<String, List<Price>> prices() {
        Price dated =
                new Price(
                        1,
                        Optional.of(0.1),
                        2,
                        Optional.of(1.5),
                        Optional.of(2.5),
                        Optional.of(3.0),
                        Optional.of(4.0),
                        Optional.of(5.0),
                        Optional.of(10.0),
                        Optional.of(200_000),
                        Optional.of(8192),
                        List.of(new Band(200_000, 2, Optional.of(0.2), 4)),
                        Map.of("batch", 0.5),
                        Optional.of(LocalDate.of(2027, 1, 1)));
        return Map.of("m", List.of(dated, Price.of(3, 4)), "n", List.of(Price.of(5, 6)));
    }

    @Test
    void aRouteTakesTheTimeLimitsOfTheFileWhereItHasNoneOfItsOwn() {
        RouteTimeouts route =
                new RouteTimeouts(
                        Optional.empty(),
                        Optional.of(Duration.ofSeconds(90)),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty());

        assertThat(route.over(timeouts(1, 2, 3, 4, 5))).isEqualTo(timeouts(1, 90, 3, 4, 5));
    }

    private static Timeouts timeouts(
            int connect, int headers, int firstToken, int idle, int total) {
        return new Timeouts(
                Duration.ofSeconds(connect),
                Optional.of(Duration.ofSeconds(headers)),
                Optional.of(Duration.ofSeconds(firstToken)),
                Duration.ofSeconds(idle),
                Duration.ofSeconds(total));
    }

    private static Rung rung(double usd, Duration age) {
        return new Rung(Optional.of(usd), Optional.empty(), Optional.of(age), Optional.empty());
    }

    private Path file() {
        return folder.resolve("proxy.yaml");
    }

    /** Through the door that checks names too. */
    private ProxyConfig read(String text) {
        return ProxyFile.of(file(), text).value();
    }
}
