package dev.distill.proxy.telemetry;

import java.util.List;
import java.util.Locale;

/** What other parts know and is read when somebody asks for the metrics. */
public enum Reading {
    TARGET_BREAKER_STATE(
            "0 closed, 1 half open, 2 open: a target that is open is left alone.", Of.TARGET),
    TARGET_COOLDOWN_SECONDS("For how long a target is left alone yet.", Of.TARGET),
    TARGET_IN_FLIGHT("Calls to a target under way.", Of.TARGET),
    TARGET_PRICED(
            "1 when the model has a price, 0 when nobody knows what its calls cost.", Of.TARGET),
    KEY_STATE("1 when a key of a provider is in use, 0 when it rests.", Of.KEY),
    BUDGET_LIMIT_USD("The limit of a budget.", Of.BUDGET),
    BUDGET_SPENT_USD("Spent of a budget in its present window.", Of.BUDGET),
    BUDGET_RESERVED_USD("Reserved of a budget for requests under way.", Of.BUDGET),
    LOT_REMAINING_TOKENS("Tokens left in a prepaid lot.", Of.LOT),
    LEDGER_QUEUE_BYTES("Rows waiting for the ledger's database."),
    LEDGER_LAG_SECONDS("How old the oldest of these rows is."),
    LEDGER_DROPPED_TOTAL("Rows that found no room."),
    IN_FLIGHT_REQUESTS("Requests under way."),
    IN_FLIGHT_BYTES("Bodies held in memory."),
    CONFIG_RELOADS_TOTAL("Configurations that were taken over, by result.", Of.RESULT),
    CONFIG_LAST_RELOAD_SUCCESSFUL("1 when the file on disk is the one in use."),
    CONFIG_LAST_RELOAD_TIMESTAMP_SECONDS("When the configuration in use was taken over."),
    SESSIONS("Sessions and keys that are not over."),
    SESSIONS_PINGED_TOTAL("Sessions that reached the rung that pings."),
    SESSIONS_STOPPED_TOTAL("Sessions that were stopped."),
    SESSIONS_FORGOTTEN_TOTAL("Sessions forgotten before they were over."),
    WEBHOOKS_LOST_TOTAL("Webhooks that could not be delivered."),
    RECORDINGS_DROPPED_TOTAL("Exchanges that were to be recorded and were not."),
    SPANS_DROPPED_TOTAL("Spans that could not be exported."),
    START_TIMESTAMP_SECONDS("When the process started.");

    private final String help;
    private final Of of;

    /** What a reading has a value for each of. */
    private enum Of {
        PROXY,
        TARGET,
        KEY,
        BUDGET,
        LOT,
        RESULT
    }

    Reading(String help) {
        this(help, Of.PROXY);
    }

    Reading(String help, Of of) {
        this.help = help;
        this.of = of;
    }

    /** The name of the metric. */
    public String metric() {
        return "distill_" + name().toLowerCase(Locale.ROOT);
    }

    String help() {
        return help;
    }

    String type() {
        return name().endsWith("_TOTAL") ? "counter" : "gauge";
    }

    List<String> labels() {
        return switch (of) {
            case PROXY -> List.of();
            case TARGET -> List.of("provider", "model");
            case KEY -> List.of("provider", "key");
            case BUDGET -> List.of("budget");
            case LOT -> List.of("lot");
            case RESULT -> List.of("result");
        };
    }

    /**
     * One value of it.
     *
     * @param labels values from the configuration, in the order of the reading's labels
     */
    public record Sample(List<String> labels, double value) {
        public Sample {
            labels = List.copyOf(labels);
        }
    }
}
