package dev.distill.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@link ProxyFile} finds beyond the shape of a file. */
class ProxyFileTest {
    private static final String HEAD =
            """
            version: 1
            providers: { a: { kind: openai }, b: { kind: openai } }
            routes:
              fast: [ { provider: a, model: m } ]
              slow: [ { provider: b, model: n } ]
            """;

    @Test
    void namesThatFitTogetherAreFine() {
        ProxyFile.of(
                Path.of("p.yaml"),
                HEAD
                        + """
                        keys: keys.yaml
                        budgets: [ { key: each, route: fast, provider: each, model: n, usd: 1 } ]
                        limits: [ { user: ada, route: each, rpm: 1 } ]
                        lots: [ { name: l, provider: b, models: [ n ], tokens: 1, usd: 1, from: 2027-01-01, expires: 2027-01-01 } ]
                        """);
    }

    @Test
    void everyNameOfABudgetIsOneThatIsThere() {
        assertThat(
                        problems(
                                """
                                budgets:
                                  - { route: fats, usd: 1 }
                                  - { provider: c, model: mm, usd: 1 }
                                """))
                .containsExactly(
                        "p.yaml:7:14: budgets[0].route names fats, which is no route\n"
                                + "hint: did you mean fast?",
                        "p.yaml:8:17: budgets[1].provider names c, which is no provider\n"
                                + "hint: did you mean a or b?",
                        "p.yaml:8:27: budgets[1].model names mm, which is no model of a route\n"
                                + "hint: did you mean m or n?");
    }

    @Test
    void whoCallsIsKnownWithKeysOnly() {
        assertThat(
                        problems(
                                """
                                budgets: [ { key: each, usd: 1 } ]
                                limits: [ { team: search, user: ada, rpm: 1 } ]
                                """))
                .containsExactly(
                        "p.yaml:6:19: budgets[0].key never matches: without keys, nobody has a"
                                + " name",
                        "p.yaml:7:33: limits[0].user never matches: without keys, nobody has a"
                                + " name",
                        "p.yaml:7:19: limits[0].team never matches: without keys, nobody has a"
                                + " name");
    }

    @Test
    void aLimitLimitsSomethingThatIsThere() {
        assertThat(problems("limits: [ { route: fast }, { route: no, tpm: 1 } ]\n"))
                .containsExactly(
                        "p.yaml:6:11: limits[0] has neither rpm nor tpm",
                        "p.yaml:6:37: limits[1].route names no, which is no route\n"
                                + "hint: known are fast, slow");
    }

    @Test
    void aLotIsOfOneProviderAndItsModels() {
        assertThat(
                        problems(
                                """
                                lots:
                                  - { name: l, provider: each, tokens: 1, usd: 1 }
                                  - { name: l, provider: a, models: [ m, x ], tokens: 1, usd: 1 }
                                  - { name: k, provider: a, tokens: 1, usd: 1, from: 2027-02-01, expires: 2027-01-31 }
                                """))
                .containsExactly(
                        "p.yaml:7:26: lots[0].provider names each, which is no provider\n"
                                + "hint: known are a, b",
                        "p.yaml:8:13: lots[1].name is l, as is another one's",
                        "p.yaml:8:42: lots[1].models[1] names x, which is no model of a route\n"
                                + "hint: did you mean m or n?",
                        "p.yaml:9:75: lots[2].expires is before its first day");
    }

    @Test
    void aModelHasOnePriceFromADayOn() {
        assertThat(
                        problems(
                                """
                                prices:
                                  m: [ { input: 1, output: 1 }, { input: 2, output: 2 } ]
                                  n: []
                                """))
                .containsExactly(
                        "p.yaml:7:33: prices.m[1] begins on the same day as another one",
                        "p.yaml:8:6: prices.n has no price");
    }

    @Test
    void aRouteLeadsSomewhere() {
        assertThat(
                        problemsOf(
                                """
                                version: 1
                                providers: { a: { kind: openai } }
                                routes:
                                  none: []
                                  both: { targets: [ { provider: a, model: m } ], groups: [ [ { provider: a, model: m } ] ] }
                                  hole: { groups: [ [ { provider: a, model: m } ], [] ] }
                                  typo: { groups: [ [ { provider: A, model: m } ] ] }
                                  each: [ { provider: a, model: m } ]
                                """))
                .containsExactly(
                        "p.yaml:4:9: routes.none leads nowhere: it has no targets",
                        "p.yaml:5:9: routes.both has both targets and groups",
                        "p.yaml:6:52: routes.hole.groups[1] is empty",
                        "p.yaml:7:35: routes.typo.groups[0][0].provider names A, which is no"
                                + " provider\nhint: did you mean a?",
                        "p.yaml:8:9: routes.each has a name that budgets and limits use for all"
                                + " of them");
    }

    @Test
    void aRetiredRouteEndsAtAnotherOne() {
        assertThat(
                        problemsOf(
                                """
                                version: 1
                                providers: { a: { kind: openai } }
                                routes:
                                  old: { targets: [ { provider: a, model: m } ], retirement: { successor: newr } }
                                  new: { targets: [ { provider: a, model: m } ], retirement: { successor: newer } }
                                  newer: { targets: [ { provider: a, model: m } ], retirement: { successor: new, deprecation: 2027-02-02, sunset: 2027-02-01 } }
                                """))
                .containsExactly(
                        "p.yaml:4:75: routes.old.retirement.successor names newr, which is no"
                                + " route\nhint: did you mean new or newer?",
                        "p.yaml:5:75: routes.new.retirement.successor leads back to new",
                        "p.yaml:6:77: routes.newer.retirement.successor leads back to newer",
                        "p.yaml:6:115: routes.newer.retirement.sunset is before its deprecation");
    }

    @Test
    void aProviderHasOneSetOfKeysWithNamesOfTheirOwn() {
        assertThat(
                        problemsOf(
                                """
                                version: 1
                                providers:
                                  a: { kind: openai, api_key: env:A, keys: [ { name: k, secret: env:A } ] }
                                  b: { kind: gemini, keys: [ { name: k, secret: env:A }, { name: k, secret: env:B } ] }
                                  each: { kind: anthropic }
                                routes: {}
                                """))
                .containsExactly(
                        "p.yaml:3:6: providers.a has both api_key and keys",
                        "p.yaml:4:66: providers.b.keys[1].name is k, as is another one's",
                        "p.yaml:5:9: providers.each has a name that budgets use for all of them");
    }

    @Test
    void aBodyFitsIntoTheSpaceForAll() {
        assertThat(problems("capacity: { largest_body_mib: 65, bodies_mib: 64 }\n"))
                .containsExactly(
                        "p.yaml:6:31: capacity.largest_body_mib is more than all bodies together"
                                + " may have (bodies_mib: 64)");
    }

    private static List<String> problems(String more) {
        return problemsOf(HEAD + more);
    }

    private static List<String> problemsOf(String text) {
        UserError error =
                catchThrowableOfType(UserError.class, () -> ProxyFile.of(Path.of("p.yaml"), text));
        assertThat(error.code()).isEqualTo(ExitCode.INVALID_INPUT);
        return error.problems().stream().map(Problem::toString).toList();
    }
}
