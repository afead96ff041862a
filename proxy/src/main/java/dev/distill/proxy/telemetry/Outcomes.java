package dev.distill.proxy.telemetry;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Counters by outcome, each made when it first happens. */
final class Outcomes {
    private final Map<String, Counter> counters = new ConcurrentHashMap<>();
    private final Function<String, Counter> maker;

    Outcomes(Function<String, Counter> maker) {
        this.maker = maker;
    }

    /** Counts; the outcome is one of the vocabulary. */
    void count(String outcome) {
        Counter counter = counters.get(outcome);
        (counter != null ? counter : counters.computeIfAbsent(outcome, maker)).add(1);
    }
}
