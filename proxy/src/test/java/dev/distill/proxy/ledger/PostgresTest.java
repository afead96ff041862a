package dev.distill.proxy.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.distill.config.UserError;
import dev.distill.files.Digest;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ledger on a real server; skipped where PostgreSQL is not installed. */
@Tag("it")
final class PostgresTest {
    private static @Nullable PostgresServer server;

    @TempDir private Path folder;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> binaries = PostgresServer.installed();
        assumeTrue(binaries.isPresent(), "PostgreSQL is not installed");
        server = PostgresServer.start(binaries.get());
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void keepsTheLedgerOnAServerThroughAnOutageAndPaidAnswersInTheirFile() throws Exception {
        PostgresServer postgres = java.util.Objects.requireNonNull(server);
        Who job =
                new Who(
                        Optional.of("j"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty());
        RequestRow plain = Samples.row("job", job, Samples.NOON, 5);
        Digest key = Digest.of("key");
        RequestRow paid = paid(plain, key);
        Ledger.Settings settings =
                new Ledger.Settings(
                        folder.resolve("proxy.db"), Optional.of(postgres.database()), Samples.KEEP);
        try (Ledger ledger = Ledger.open(settings, () -> Samples.NOON)) {
            ledger.append(Samples.row("before \0"));
        }
        postgres.down();
        try (Ledger ledger = Ledger.open(settings, () -> Samples.NOON)) {
            ledger.append(Samples.row("meanwhile"));
            ledger.reserved(Samples.reservation("lost", Samples.who("bob"), 100));
            ledger.commit(paid);
        }
        assertThatThrownBy(() -> UsageReader.open(postgres.database()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("cannot use the ledger at " + postgres.url());
        try (StoreReader store = StoreReader.open(folder.resolve("proxy.db"))) {
            assertThat(store.find(key)).isPresent();
            assertThat(store.charged("j")).isEqualTo(4);
        }
        postgres.up();
        for (int start = 0; start < 2; start++) {
            Ledger.open(settings, () -> Samples.NOON).close();
        }
        try (UsageReader reader = UsageReader.open(postgres.database())) {
            assertThat(
                            reader.report(
                                            Dimension.USER,
                                            UsageReport.Sort.COST,
                                            Samples.NOON,
                                            Samples.NOON,
                                            10)
                                    .lines())
                    .extracting(
                            UsageReport.Line::name,
                            UsageReport.Line::requests,
                            UsageReport.Line::chargedNanoUsd)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple("ann", 2L, 1_998L),
                            org.assertj.core.groups.Tuple.tuple("bob", 1L, 100L),
                            org.assertj.core.groups.Tuple.tuple("", 1L, 4L));
            assertThat(reader.lots()).containsKey("spring");
            assertThat(reader.charged(Samples.NOON, Samples.NOON)).hasSize(3);
            assertThat(reader.reconcile("lost", 40)).contains(100L);
            assertThat(reader.lost()).isEmpty();
        }
        assertThat(Samples.number(folder, "SELECT COUNT(*) FROM outbox")).isZero();
        assertThat(folder.resolve("ledger")).isEmptyDirectory();
    }

    @Test
    void takesNoOtherKindOfServer() {
        assertThatThrownBy(
                        () ->
                                Database.server(
                                        "jdbc:mysql://h/d?password=x",
                                        Optional.empty(),
                                        Optional.empty()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("ledger.url must start with jdbc:postgresql:")
                .hasMessageNotContaining("password=x");
    }

    private static RequestRow paid(RequestRow row, Digest key) {
        Attempt made = row.attempts().getFirst();
        Attempt stored =
                new Attempt(
                        made.at(),
                        made.provider(),
                        made.providerKey(),
                        made.model(),
                        made.outcome(),
                        made.status(),
                        made.latencyMillis(),
                        OptionalLong.empty(),
                        made.usage(),
                        false,
                        made.costNanoUsd(),
                        made.chargedNanoUsd(),
                        made.tier(),
                        made.draws(),
                        false,
                        made.upstreamId(),
                        Optional.of(new Attempt.Content(key, "{}", "{}", "gpt-1", true)));
        return new RequestRow(
                row.at(),
                row.requestId(),
                row.who(),
                row.route(),
                row.dialect(),
                row.stream(),
                row.outcome(),
                row.status(),
                row.latencyMillis(),
                row.firstTokenMillis(),
                row.served(),
                "miss",
                List.of(stored));
    }
}
