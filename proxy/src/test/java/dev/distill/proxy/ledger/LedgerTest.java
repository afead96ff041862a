package dev.distill.proxy.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.proxy.wire.Usage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("it")
final class LedgerTest {
    @TempDir private Path folder;

    @Test
    void bothLanesWriteTheSameColumns() throws Exception {
        try (Ledger ledger = Samples.open(folder)) {
            ledger.append(Samples.row("appended"));
            ledger.commit(Samples.row("committed"));
        }
        for (String id : List.of("appended", "committed")) {
            String where = " WHERE request_id = '" + id + "'";
            assertThat(
                            number(
                                    "SELECT COUNT(*) FROM requests"
                                            + where
                                            + " AND key_id = 'key-ann'"
                                            + " AND user_name = 'ann' AND team = 'search' AND session ="
                                            + " 'session-ann' AND dialect = 'anthropic' AND stream = 1 AND status"
                                            + " = 200 AND first_token_ms = 310 AND estimated = 1 AND cost_nano_usd"
                                            + " = 1000 AND charged_nano_usd = 999 AND tier = 'flex' AND lot ="
                                            + " 'spring' AND tries = 1 AND latency_ms = 2100 AND store = 'off'"))
                    .isEqualTo(1);
            assertThat(
                            number(
                                    "SELECT COUNT(*) FROM attempts"
                                            + where
                                            + " AND provider_key = 'k1'"
                                            + " AND input_fresh = 1 AND input_cached = 2 AND cache_write = 3 AND"
                                            + " cache_write_hour = 4 AND input_audio = 5 AND output_text = 6 AND"
                                            + " output_reasoning = 7 AND output_audio = 8 AND web_searches = 9 AND"
                                            + " first_token_ms = 300 AND charged_nano_usd = 999"))
                    .isEqualTo(1);
        }
        assertThat(folder.resolve("ledger")).isEmptyDirectory();
    }

    @Test
    void sumsUpByEveryDimensionAndOverDaysAndHours() {
        Instant lastWeek = Samples.NOON.minus(Duration.ofDays(6));
        try (Ledger ledger = Samples.open(folder)) {
            ledger.append(Samples.row("1", Samples.who("ann"), lastWeek, 10_000));
            ledger.append(Samples.row("2", Samples.who("ann"), Samples.NOON, 1_000));
            ledger.append(Samples.row("3", Samples.who("bob"), Samples.NOON, 5_000));
            ledger.append(Samples.row("4", Samples.who("bob"), lastWeek.minusSeconds(86_400), 1));
        }
        try (UsageReader reader = Samples.reader(folder)) {
            for (Dimension by : List.of(Dimension.USER, Dimension.KEY, Dimension.SESSION)) {
                UsageReport week =
                        reader.report(
                                by,
                                UsageReport.Sort.COST,
                                lastWeek,
                                Samples.NOON.plusSeconds(1),
                                10);
                assertThat(week.lines())
                        .extracting(line -> line.name().replaceFirst(".*-", ""))
                        .containsExactly("ann", "bob");
                assertThat(week.lines())
                        .extracting(UsageReport.Line::chargedNanoUsd)
                        .containsExactly(10_998L, 4_999L);
            }
            for (Dimension by :
                    List.of(Dimension.TEAM, Dimension.ROUTE, Dimension.PROVIDER, Dimension.MODEL)) {
                UsageReport today =
                        reader.report(
                                by, UsageReport.Sort.REASONING, Samples.NOON, Samples.NOON, 10);
                assertThat(today.lines())
                        .singleElement()
                        .satisfies(
                                line -> {
                                    assertThat(line.requests()).isEqualTo(2);
                                    assertThat(line.attempts()).isEqualTo(2);
                                    assertThat(line.errors()).isZero();
                                    assertThat(line.reasoningMillis()).isEqualTo(4_000);
                                    assertThat(line.tokens())
                                            .isEqualTo(new Usage(2, 4, 6, 8, 10, 12, 14, 16, 18));
                                });
            }
            UsageReport one =
                    reader.report(
                            Dimension.USER, UsageReport.Sort.REQUESTS, lastWeek, Samples.NOON, 1);
            assertThat(one.toJson().path("lines")).hasSize(1);
            assertThat(one.toJson().path("lines").path(0).path("charged_usd").doubleValue())
                    .isEqualTo(0.000010998);
        }
    }

    @Test
    void givesBudgetsAndLotsWhatTheyStartFrom() throws Exception {
        try (Ledger ledger = Samples.open(folder)) {
            ledger.append(Samples.row("1"));
            ledger.append(Samples.row("2"));
        }
        LocalDate day = LocalDate.ofInstant(Samples.NOON, ZoneOffset.UTC);
        try (UsageReader reader = Samples.reader(folder)) {
            assertThat(reader.charged(Samples.NOON.minusSeconds(1800), Samples.NOON))
                    .containsExactly(
                            new UsageReader.Charged(
                                    "key-ann",
                                    "ann",
                                    "search",
                                    "smart",
                                    "openai",
                                    "gpt",
                                    Instant.parse("2026-03-04T12:00:00Z"), // of its hour
                                    1_998));
            assertThat(
                            reader.charged(
                                    Samples.NOON.plusSeconds(1800), Samples.NOON.plusSeconds(1800)))
                    .isEmpty();
            assertThat(reader.daily(day))
                    .containsExactly(new UsageReader.Daily("openai", "gpt", day, 30, 42));
            assertThat(reader.lots())
                    .containsOnly(Map.entry("spring", 120L), Map.entry("summer", 24L));
        }
        assertThat(number("SELECT SUM(tokens) FROM draws WHERE lot = 'spring'")).isEqualTo(120);
        assertThat(
                        number(
                                "SELECT COUNT(*) FROM draws WHERE lot = 'summer' AND tokens = 12 AND"
                                        + " paid_nano_usd = 2 AND provider = 'openai' AND model = 'gpt'"))
                .isEqualTo(2);
    }

    @Test
    void reconcilesAllCallsOfARequestThatNobodyKnowsOfAndNoOthers() throws Exception {
        Who job = Who.job(Optional.of("j"));
        RequestRow known = Samples.row("r", job, Samples.NOON, 50);
        Attempt unknown =
                Attempt.of(Samples.NOON, "p", "m", "transient", 0, 9, OptionalLong.empty(), 700);
        try (Ledger ledger = Samples.open(folder)) {
            ledger.commit(
                    new RequestRow(
                            known.at(),
                            known.requestId(),
                            known.who(),
                            known.route(),
                            known.dialect(),
                            known.stream(),
                            known.outcome(),
                            known.status(),
                            known.latencyMillis(),
                            known.firstTokenMillis(),
                            known.served(),
                            known.store(),
                            List.of(unknown, unknown, known.attempts().getFirst())));
        }
        try (UsageReader reader = Samples.reader(folder)) {
            assertThat(reader.lost()).hasSize(2);
            assertThat(reader.reconcile("r", 300)).contains(1_400L);
            assertThat(reader.lost()).isEmpty();
        }
        assertThat(number("SELECT charged_nano_usd FROM requests")).isEqualTo(349);
        assertThat(number("SELECT cost_nano_usd FROM requests")).isEqualTo(350);
        assertThat(number("SELECT SUM(charged_nano_usd) FROM attempts")).isEqualTo(349);
        assertThat(Spend.of(folder.resolve("proxy.db"), "j").orElseThrow())
                .satisfies(
                        spend -> {
                            assertThat(spend.chargedNanoUsd()).isEqualTo(349);
                            assertThat(spend.costNanoUsd()).isEqualTo(350);
                            assertThat(spend.unknownCosts()).isZero();
                        });
        assertThat(number("SELECT COUNT(*) FROM attempts WHERE outcome = 'transient'"))
                .isEqualTo(2);
    }

    @Test
    void chargesWhatADeadProcessHadUnderWayUntilSomebodyKnowsBetter() throws Exception {
        Path dead = folder.resolve("dead");
        Path copy = folder.resolve("copy");
        Who job =
                new Who(
                        Optional.of("j"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty());
        try (Ledger ledger = Samples.open(dead)) {
            ledger.reserved(Samples.reservation("lost", job, 700));
            ledger.reserved(Samples.reservation("released", job, 700));
            ledger.reserved(Samples.reservation("appended", Samples.who("ann"), 700));
            ledger.reserved(Samples.reservation("committed", job, 700));
            ledger.released("released");
            ledger.append(Samples.row("appended"));
            ledger.commit(Samples.row("committed", job, Samples.NOON, 50));
        }
        copy(dead, copy);
        for (int start = 0; start < 2; start++) {
            try (Ledger ledger = Samples.open(copy)) {
                assertThat(ledger.health().underWay()).isZero();
            }
        }
        assertThat(copy.resolve("ledger")).isEmptyDirectory();
        Path store = copy.resolve("proxy.db");
        assertThat(Spend.of(store, "j").orElseThrow())
                .satisfies(
                        spend -> {
                            assertThat(spend.requests()).isEqualTo(2);
                            assertThat(spend.chargedNanoUsd()).isEqualTo(749);
                            assertThat(spend.unknownCosts()).isEqualTo(1);
                        });
        try (UsageReader reader = Samples.reader(copy)) {
            assertThat(reader.lost())
                    .singleElement()
                    .satisfies(lost -> assertThat(lost.requestId()).isEqualTo("lost"));
            assertThat(reader.reconcile("lost", 100)).contains(700L);
            assertThat(reader.reconcile("lost", 100)).isEmpty();
            assertThat(reader.lost()).isEmpty();
        }
        assertThat(Spend.of(store, "j").orElseThrow())
                .satisfies(
                        spend -> {
                            assertThat(spend.chargedNanoUsd()).isEqualTo(149);
                            assertThat(spend.costNanoUsd()).isEqualTo(150);
                            assertThat(spend.unknownCosts()).isZero();
                        });
    }

    @Test
    void readsALogUpToItsTornEnd() throws Exception {
        Path ledger = Files.createDirectories(folder.resolve("ledger"));
        Files.createFile(ledger.resolve("spool-ab.lock"));
        byte[] first = Frame.row(Samples.row("1"));
        byte[] second = Frame.row(Samples.row("2"));
        byte[] torn = java.util.Arrays.copyOf(second, second.length - 1);
        byte[] damaged = second.clone();
        damaged[damaged.length - 1] ^= 1;
        write(ledger.resolve("spool-ab-00000001.log"), first, torn);
        write(ledger.resolve("spool-ab-00000002.log"), Frame.row(Samples.row("3")), damaged, first);
        write(ledger.resolve("spool-ab-00000003.log"), new byte[100]);
        Samples.open(folder).close();
        assertThat(number("SELECT COUNT(*) FROM requests")).isEqualTo(2);
        assertThat(ledger).isEmptyDirectory();
    }

    @Test
    void goesOnWhileTheDatabaseIsLockedAndCatchesUp() throws Exception {
        Path store = folder.resolve("proxy.db");
        try (Ledger ledger = Samples.open(folder)) {
            try (Connection locker = DriverManager.getConnection("jdbc:sqlite:" + store);
                    Statement statement = locker.createStatement()) {
                statement.execute("BEGIN EXCLUSIVE");
                for (int i = 0; i < 5000; i++) {
                    ledger.append(Samples.row("r" + i));
                }
                statement.execute("ROLLBACK");
            }
            assertThat(ledger.health().dropped()).isZero();
        }
        assertThat(number("SELECT COUNT(*) FROM requests")).isEqualTo(5000);
        assertThat(number("SELECT SUM(requests) FROM sums WHERE grain = 1")).isEqualTo(5000);
        assertThat(number("SELECT COUNT(DISTINCT request_id) FROM attempts")).isEqualTo(5000);
    }

    @Test
    void keepsWhatTheDatabaseRefusesInTheLogForTheNextStart() throws Exception {
        Samples.open(folder).close();
        execute(
                "CREATE TRIGGER fails BEFORE INSERT ON requests BEGIN SELECT RAISE(ABORT, 'no'); END");
        try (Ledger ledger = Samples.open(folder)) {
            ledger.append(Samples.row("1"));
        }
        assertThat(number("SELECT COUNT(*) FROM requests")).isZero();
        execute("DROP TRIGGER fails");
        Samples.open(folder).close();
        assertThat(number("SELECT COUNT(*) FROM requests")).isEqualTo(1);
        assertThat(folder.resolve("ledger")).isEmptyDirectory();
    }

    @Test
    void rotatesSegmentsAndCarriesCallsUnderWay() throws Exception {
        Spool.Bounds small = new Spool.Bounds(1 << 20, 500, 1 << 20);
        try (Ledger ledger =
                Ledger.open(Samples.settings(folder), () -> Samples.NOON, small, Segment::create)) {
            ledger.reserved(Samples.reservation("slow", Samples.who("ann"), 9));
            for (int i = 0; i < 100; i++) {
                ledger.append(Samples.row("r" + i));
            }
        }
        try (Stream<Path> left = Files.list(folder.resolve("ledger"))) {
            assertThat(left).hasSize(2);
        }
        Samples.open(folder).close();
        assertThat(number("SELECT COUNT(*) FROM requests WHERE outcome = 'answered'"))
                .isEqualTo(100);
        assertThat(number("SELECT COUNT(*) FROM requests WHERE outcome = 'lost'")).isEqualTo(1);
        assertThat(folder.resolve("ledger")).isEmptyDirectory();
    }

    @Test
    void dropsAndCountsWhatHasNoRoom() throws Exception {
        Spool.Bounds tiny = new Spool.Bounds(1 << 20, 1 << 20, 2_000);
        try (Ledger ledger =
                Ledger.open(Samples.settings(folder), () -> Samples.NOON, tiny, Segment::create)) {
            for (int i = 0; i < 100; i++) {
                ledger.append(Samples.row("r" + i));
            }
            assertThat(ledger.health().dropped()).isBetween(50L, 99L);
        }
        assertThat(number("SELECT COUNT(*) FROM requests")).isBetween(1L, 50L);
    }

    @Test
    void keepsRowsInMemoryWhileTheDiskTakesNothing() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        SpoolFile.Disk full =
                segment -> {
                    if (tries.incrementAndGet() == 1) {
                        return FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE);
                    }
                    return segment.create();
                };
        try (Ledger ledger =
                Ledger.open(
                        Samples.settings(folder), () -> Samples.NOON, Spool.Bounds.USUAL, full)) {
            ledger.append(Samples.row("1"));
            while (ledger.health().waitingBytes() == 0 && ledger.health().rowsShipped() == 0) {
                Thread.onSpinWait();
            }
            assertThat(ledger.health().dropped()).isZero();
        }
        assertThat(tries.get()).isEqualTo(2);
        assertThat(number("SELECT COUNT(*) FROM requests")).isEqualTo(1);
    }

    @Test
    void triesOnceMoreAtItsCloseWhenTheDiskWasFullJustBefore() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        SpoolFile.Disk full =
                segment -> {
                    if (tries.incrementAndGet() == 1) {
                        throw new IOException("No space left on device");
                    }
                    return segment.create();
                };
        try (Ledger ledger =
                Ledger.open(
                        Samples.settings(folder), () -> Samples.NOON, Spool.Bounds.USUAL, full)) {
            ledger.append(Samples.row("1"));
            while (tries.get() == 0) {
                Thread.onSpinWait();
            }
        }
        assertThat(number("SELECT COUNT(*) FROM requests")).isEqualTo(1);
    }

    @Test
    void dropsOldRequestsButNeitherSumsNorPaidAnswers() throws Exception {
        try (Ledger ledger = Samples.open(folder)) {
            for (int i = 0; i < 1500; i++) {
                ledger.append(Samples.row("r" + i));
            }
        }
        Instant later = Samples.NOON.plus(Samples.KEEP).plusSeconds(3600);
        execute("INSERT INTO answers SELECT MIN(id), 'k', 1, 'm', '{}', '{}' FROM attempts");
        for (int start = 0; start < 2; start++) {
            Ledger.open(Samples.settings(folder), () -> later).close();
        }
        assertThat(number("SELECT COUNT(*) FROM requests")).isZero();
        assertThat(number("SELECT COUNT(*) FROM attempts")).isEqualTo(1);
        assertThat(number("SELECT SUM(requests) FROM sums WHERE grain = 0")).isEqualTo(1500);
    }

    private long number(String sql) throws SQLException {
        return Samples.number(folder, sql);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("proxy.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void write(Path file, byte[]... parts) throws IOException {
        for (byte[] part : parts) {
            Files.write(file, part, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
