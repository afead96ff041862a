package dev.distill.proxy.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills real processes with SIGKILL while they write. */
@Tag("it")
final class CrashTest {
    @TempDir private Path folder;

    @Test
    void losesNothingOfTheJobLaneAndShipsEverythingElseOnceAfterKills() throws Exception {
        Set<String> committed = new HashSet<>();
        long appended = 0;
        for (int round = 0; round < 3; round++) {
            appended += killedUnderLoad(round, 40, committed);
        }
        Samples.open(folder).close();
        assertThat(folder.resolve("ledger")).isEmptyDirectory();
        assertThat(committed).hasSizeGreaterThanOrEqualTo(120);
        assertThat(
                        number(
                                "SELECT COUNT(*) FROM requests WHERE request_id LIKE 'job-%'"
                                        + " AND outcome = 'answered'"))
                .isGreaterThanOrEqualTo(committed.size());
        String names = "'" + String.join("','", committed) + "'";
        assertThat(
                        number(
                                "SELECT COUNT(*) FROM requests WHERE outcome = 'answered' AND"
                                        + " request_id IN ("
                                        + names
                                        + ")"))
                .isEqualTo(committed.size());
        assertThat(number("SELECT COUNT(*) - COUNT(DISTINCT request_id) FROM requests")).isZero();
        assertThat(number("SELECT COUNT(*) - COUNT(DISTINCT request_id) FROM attempts")).isZero();
        // What was appended 100 milliseconds before a kill is there.
        assertThat(
                        number(
                                "SELECT COUNT(*) FROM requests WHERE request_id LIKE 'live-%'"
                                        + " AND outcome = 'answered'"))
                .isGreaterThanOrEqualTo(appended);
        assertThat(
                        number(
                                "SELECT COUNT(*) FROM attempts WHERE outcome = 'lost'"
                                        + " AND request_id LIKE 'slow-%' AND charged_nano_usd = 77"))
                .isEqualTo(3);
        assertThat(number("SELECT SUM(requests) FROM sums WHERE grain = 0"))
                .isEqualTo(number("SELECT COUNT(*) FROM requests"));
        assertThat(number("SELECT SUM(charged_nano_usd) FROM sums WHERE grain = 1"))
                .isEqualTo(number("SELECT SUM(charged_nano_usd) FROM attempts"));
    }

    /** How many rows were surely in the log when the process was killed. */
    private long killedUnderLoad(int round, int jobs, Set<String> committed) throws IOException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Writer.class.getName(),
                                folder.toString(),
                                Integer.toString(round))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        long appended = 0;
        int seen = 0;
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null && seen < jobs) {
                if (line.startsWith("job-")) {
                    committed.add(line);
                    seen++;
                } else {
                    appended = Long.parseLong(line);
                }
                line = lines.readLine();
            }
        } finally {
            process.destroyForcibly().onExit().join();
        }
        assertThat(seen).isEqualTo(jobs);
        return appended;
    }

    private long number(String sql) throws java.sql.SQLException {
        return Samples.number(folder, sql);
    }

    /** Writes by both lanes until it is killed, and says what is on the disk. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws InterruptedException {
            Path folder = Path.of(arguments[0]);
            String round = arguments[1];
            Who job =
                    new Who(
                            Optional.of("j"),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty());
            Ledger ledger =
                    Ledger.open(
                            Samples.settings(folder),
                            () -> Samples.NOON,
                            new Spool.Bounds(8 << 20, 20_000, 1 << 26),
                            Segment::create);
            ledger.reserved(Samples.reservation("slow-" + round, Samples.who("ann"), 77));
            Thread.ofPlatform().daemon().start(() -> interactive(ledger, round));
            for (int i = 0; i < Integer.MAX_VALUE; i++) {
                String id = "job-" + round + "-" + i;
                ledger.reserved(Samples.reservation(id, job, 88));
                ledger.commit(Samples.row(id, job, Samples.NOON, 1));
                say(id);
            }
        }

        private static void interactive(Ledger ledger, String round) {
            try {
                for (long i = 0; i < Long.MAX_VALUE; i++) {
                    String id = "live-" + round + "-" + i;
                    ledger.reserved(Samples.reservation(id, Samples.who("bob"), 99));
                    ledger.append(Samples.row(id, Samples.who("bob"), Samples.NOON, 1));
                    if (i % 20 == 19) {
                        ledger.flush();
                        say(Long.toString(i + 1));
                    }
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        private static void say(String line) {
            synchronized (System.out) {
                System.out.println(line);
                System.out.flush();
            }
        }
    }
}
