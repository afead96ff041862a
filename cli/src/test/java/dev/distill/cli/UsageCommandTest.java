package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.ExitCode;
import dev.distill.files.Json;
import dev.distill.pipeline.StateFolder;
import dev.distill.proxy.ledger.Attempt;
import dev.distill.proxy.ledger.Ledger;
import dev.distill.proxy.ledger.RequestRow;
import dev.distill.proxy.ledger.Served;
import dev.distill.proxy.ledger.Who;
import dev.distill.proxy.wire.Usage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("it")
final class UsageCommandTest {
    @TempDir private Path home;

    @Test
    void showsWhoUsedMostAndReconcilesLostCalls() throws Exception {
        Instant now = Instant.now();
        Ledger.Settings settings =
                new Ledger.Settings(
                        new StateFolder(home).store(), Optional.empty(), Duration.ofDays(1));
        try (Ledger ledger = Ledger.open(settings, InstantSource.system())) {
            ledger.append(row("1", "ann", now));
            ledger.append(row("2", "bob", now));
            ledger.append(row("3", "bob", now));
            ledger.reserved(
                    RequestRow.lost(now, "4", who("cy"), "r", "openai", "p", "m", 2_000_000_000));
        }
        Ledger.open(settings, InstantSource.system()).close();

        JobFixture.Outcome text = usage("--top", "2");
        assertThat(text.code()).isZero();
        assertThat(text.out().lines().map(line -> line.split(" ", 2)[0]))
                .containsExactly("user", "cy", "bob", "1"); // call of unknown cost
        assertThat(text.out()).contains("$2.0000", "$0.5000");
        JsonNode json = Json.parse(usage("--by", "session", "--sort", "tokens", "--json").out());
        assertThat(json.path("lines").path(0).path("name").textValue()).isEqualTo("s-bob");
        assertThat(json.path("lines").path(0).path("tokens").path("output_text").longValue())
                .isEqualTo(14);

        assertThat(usage("--lost").out())
                .startsWith("4  ")
                .endsWith("p/m  -  lost  at most $2.0000\n");
        assertThat(usage("reconcile", "4", "--usd", "0.25").out())
                .isEqualTo("4: $0.2500 instead of $2.0000\n");
        assertThat(usage("--lost").out()).isEmpty();
        JobFixture.Outcome again = usage("reconcile", "4", "--usd", "0.25");
        assertThat(again.code()).isEqualTo(ExitCode.INVALID_INPUT.code());
        assertThat(again.err()).contains("no lost call is named 4");
        assertThat(usage("--since", "soon").err())
                .contains("--since must be a number of hours or days, got soon");
    }

    @Test
    void doesNotShowAsFreeWhatHasNoPrice() {
        Ledger.Settings settings =
                new Ledger.Settings(
                        new StateFolder(home).store(), Optional.empty(), Duration.ofDays(1));
        Instant now = Instant.now();
        Attempt unpriced = Attempt.of(now, "p", "m", "good", 200, 9, OptionalLong.empty(), 0);
        try (Ledger ledger = Ledger.open(settings, InstantSource.system())) {
            ledger.append(RequestRow.lost(now, "1", who("ann"), "r", "openai", List.of(unpriced)));
            ledger.append(row("2", "bob", now));
        }

        String text = usage().out();
        assertThat(text.lines().filter(line -> line.startsWith("ann")).findFirst().orElseThrow())
                .endsWith(" unknown");
        assertThat(text)
                .endsWith(
                        "1 call of unknown cost: of models without a price, which count as nothing, or charged at their worst (--lost)\n");
        assertThat(usage("--lost").out()).isEmpty();
    }

    private JobFixture.Outcome usage(String... more) {
        List<String> arguments = new java.util.ArrayList<>(List.of("usage"));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of("--home", home.toString()));
        return JobFixture.distill(arguments.toArray(String[]::new));
    }

    private static Who who(String user) {
        return new Who(
                Optional.empty(),
                Optional.empty(),
                Optional.of(user),
                Optional.empty(),
                Optional.of("s-" + user));
    }

    private static RequestRow row(String id, String user, Instant at) {
        Usage usage = Usage.of(5, 7);
        Attempt attempt =
                new Attempt(
                        at,
                        "p",
                        Optional.empty(),
                        "m",
                        "good",
                        200,
                        10,
                        OptionalLong.empty(),
                        Optional.of(usage),
                        false,
                        OptionalLong.of(250_000_000),
                        250_000_000,
                        Optional.empty(),
                        List.of(),
                        false,
                        Optional.empty(),
                        Optional.empty());
        return new RequestRow(
                at,
                id,
                who(user),
                "r",
                "openai",
                false,
                RequestRow.ANSWERED,
                200,
                10,
                OptionalLong.empty(),
                Optional.of(new Served("p", "m", Optional.of(usage), false, false)),
                "off",
                List.of(attempt));
    }
}
