package dev.distill.proxy.ledger;

import dev.distill.proxy.wire.Usage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a batch of rows adds to the table of sums: added up in memory first, since a batch has many
 * rows and few different keys, then written with one statement per key.
 */
final class Sums {
    /** Figures by hour, day, session and hour, and by job over all time; the numbers are stored. */
    enum Grain {
        HOUR(0),
        DAY(1),
        SESSION(2),
        JOB(3);

        final int number;

        Grain(int number) {
            this.number = number;
        }
    }

    static final long HOUR_MILLIS = 3_600_000L;
    static final long DAY_MILLIS = 24 * HOUR_MILLIS;

    /** The columns of figures, in the order of {@link Figures#values}. */
    static final List<String> FIGURES =
            List.of(
                    "requests",
                    "hits",
                    "errors",
                    "attempts",
                    "input_fresh",
                    "input_cached",
                    "cache_write",
                    "cache_write_hour",
                    "input_audio",
                    "output_text",
                    "output_reasoning",
                    "output_audio",
                    "web_searches",
                    "latency_ms",
                    "reasoning_ms",
                    "cost_nano_usd",
                    "charged_nano_usd",
                    "unknown_costs");

    private static final String KEY =
            "grain, start_ms, team, user_name, key_id, route, provider, model, subject";

    private static final String UPSERT =
            "INSERT INTO sums (%s, %s) VALUES (%s) ON CONFLICT (%s) DO UPDATE SET %s"
                    .formatted(
                            KEY,
                            String.join(", ", FIGURES),
                            String.join(", ", Collections.nCopies(9 + FIGURES.size(), "?")),
                            KEY,
                            FIGURES.stream()
                                    .map(name -> name + " = sums." + name + " + excluded." + name)
                                    .collect(Collectors.joining(", ")));

    private static final String LOT =
            "INSERT INTO lots (lot, tokens) VALUES (?, ?)"
                    + " ON CONFLICT (lot) DO UPDATE SET tokens = lots.tokens + excluded.tokens";

    private final Map<Key, Figures> figures = new HashMap<>();
    private final Map<String, Long> lots = new HashMap<>();

    private record Key(
            Grain grain,
            long start,
            String team,
            String user,
            String keyId,
            String route,
            String provider,
            String model,
            String subject) {}

    /** What is added under one key. */
    private static final class Figures {
        private final long[] values = new long[FIGURES.size()];

        void request(RequestRow row) {
            values[0]++;
            values[1] += row.hit() ? 1 : 0;
            values[2] += row.answered() ? 0 : 1;
            values[13] += row.latencyMillis();
        }

        void attempt(Attempt made) {
            values[3]++;
            Usage usage = made.usage().orElse(Usage.NONE);
            values[4] += usage.inputFresh();
            values[5] += usage.inputCached();
            values[6] += usage.cacheWrite();
            values[7] += usage.cacheWriteHour();
            values[8] += usage.inputAudio();
            values[9] += usage.outputText();
            values[10] += usage.outputReasoning();
            values[11] += usage.outputAudio();
            values[12] += usage.webSearches();
            values[14] += made.reasoned() ? made.latencyMillis() : 0;
            charge(
                    made.costNanoUsd().orElse(0),
                    made.chargedNanoUsd(),
                    made.costNanoUsd().isPresent() ? 0 : 1);
        }

        void charge(long cost, long charged, long unknown) {
            values[15] += cost;
            values[16] += charged;
            values[17] += unknown;
        }
    }

    /** Adds a request and its attempts, each under its own provider and model. */
    void add(RequestRow row) {
        String provider = row.served().map(Served::provider).orElse("");
        String model = row.served().map(Served::model).orElse("");
        if (row.served().isEmpty() && !row.attempts().isEmpty()) {
            provider = row.attempts().getLast().provider();
            model = row.attempts().getLast().model();
        }
        for (Key key : keys(row.at().toEpochMilli(), row.who(), row.route(), provider, model)) {
            at(key).request(row);
        }
        for (Attempt made : row.attempts()) {
            long millis = made.at().toEpochMilli();
            for (Key key : keys(millis, row.who(), row.route(), made.provider(), made.model())) {
                at(key).attempt(made);
            }
            made.draws().forEach(draw -> lots.merge(draw.lot(), draw.tokens(), Long::sum));
        }
    }

    /** Corrects what an attempt counts by what it really cost. */
    void correct(
            long millis,
            Who who,
            String route,
            String provider,
            String model,
            long costMore,
            long chargedMore,
            boolean wasUnknown) {
        for (Key key : keys(millis, who, route, provider, model)) {
            at(key).charge(costMore, chargedMore, wasUnknown ? -1 : 0);
        }
    }

    private Figures at(Key key) {
        return figures.computeIfAbsent(key, _ -> new Figures());
    }

    private static List<Key> keys(
            long millis, Who who, String route, String provider, String model) {
        String team = who.team().orElse("");
        String user = who.user().orElse("");
        String key = who.key().orElse("");
        long hour = millis - Math.floorMod(millis, HOUR_MILLIS);
        long day = millis - Math.floorMod(millis, DAY_MILLIS);
        List<Key> keys = new ArrayList<>(4);
        keys.add(new Key(Grain.HOUR, hour, team, user, key, route, provider, model, ""));
        keys.add(new Key(Grain.DAY, day, team, user, key, route, provider, model, ""));
        who.session()
                .ifPresent(
                        session ->
                                keys.add(
                                        new Key(
                                                Grain.SESSION,
                                                hour,
                                                team,
                                                user,
                                                key,
                                                "",
                                                "",
                                                "",
                                                session)));
        who.job().ifPresent(job -> keys.add(new Key(Grain.JOB, 0, "", "", "", "", "", "", job)));
        return keys;
    }

    /** Writes everything in the transaction that is open. */
    void write(Connection connection) throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement(UPSERT)) {
            for (Map.Entry<Key, Figures> entry : figures.entrySet()) {
                Key key = entry.getKey();
                Row row =
                        new Row(upsert)
                                .add(key.grain().number)
                                .add(key.start())
                                .add(key.team())
                                .add(key.user())
                                .add(key.keyId())
                                .add(key.route())
                                .add(key.provider())
                                .add(key.model())
                                .add(key.subject());
                for (long value : entry.getValue().values) {
                    row.add(value);
                }
                upsert.addBatch();
            }
            upsert.executeBatch();
        }
        if (!lots.isEmpty()) {
            try (PreparedStatement lot = connection.prepareStatement(LOT)) {
                for (Map.Entry<String, Long> entry : lots.entrySet()) {
                    new Row(lot).add(entry.getKey()).add(entry.getValue());
                    lot.addBatch();
                }
                lot.executeBatch();
            }
        }
    }
}
