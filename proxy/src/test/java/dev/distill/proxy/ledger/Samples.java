package dev.distill.proxy.ledger;

import dev.distill.proxy.money.Drawdown;
import dev.distill.proxy.wire.Usage;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Rows to try the ledger with. */
final class Samples {
    static final Instant NOON = Instant.parse("2026-03-04T12:30:00Z");
    static final Duration KEEP = Duration.ofDays(90);
    static final Usage USAGE = new Usage(1, 2, 3, 4, 5, 6, 7, 8, 9);

    private Samples() {}

    static Who who(String user) {
        return new Who(
                Optional.empty(),
                Optional.of("key-" + user),
                Optional.of(user),
                Optional.of("search"),
                Optional.of("session-" + user));
    }

    /** An answered request of one attempt. */
    static RequestRow row(String id, Who who, Instant at, long costNanoUsd) {
        Attempt attempt =
                new Attempt(
                        at,
                        "openai",
                        Optional.of("k1"),
                        "gpt",
                        "good",
                        200,
                        2_000,
                        OptionalLong.of(300),
                        Optional.of(USAGE),
                        true,
                        OptionalLong.of(costNanoUsd),
                        costNanoUsd - 1,
                        Optional.of("flex"),
                        List.of(
                                new Drawdown.Draw("spring", 60, 1),
                                new Drawdown.Draw("summer", 12, 2)),
                        false,
                        Optional.of("req_1"),
                        Optional.empty());
        return new RequestRow(
                at,
                id,
                who,
                "smart",
                "anthropic",
                true,
                RequestRow.ANSWERED,
                200,
                2_100,
                OptionalLong.of(310),
                Optional.of(new Served("openai", "gpt", Optional.of(USAGE), true, false)),
                "off",
                List.of(attempt));
    }

    static RequestRow row(String id) {
        return row(id, who("ann"), NOON, 1_000);
    }

    static RequestRow reservation(String id, Who who, long worst) {
        return RequestRow.lost(NOON, id, who, "smart", "openai", "openai", "gpt", worst);
    }

    static Ledger.Settings settings(Path folder) {
        return new Ledger.Settings(folder.resolve("proxy.db"), Optional.empty(), KEEP);
    }

    static Ledger open(Path folder) {
        return Ledger.open(settings(folder), () -> NOON);
    }

    static UsageReader reader(Path folder) {
        return UsageReader.open(Database.file(folder.resolve("proxy.db")));
    }

    static long number(Path folder, String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("proxy.db"));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
