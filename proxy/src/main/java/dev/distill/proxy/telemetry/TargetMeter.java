package dev.distill.proxy.telemetry;

import dev.distill.proxy.wire.Usage;

/** Counts the attempts of one route at one target. Safe for use by many threads. */
public final class TargetMeter {
    private final Vocabulary words;
    private final Outcomes outcomes;
    private final Histogram latency;
    private final Counter inputFresh;
    private final Counter inputCached;
    private final Counter cacheWrite;
    private final Counter inputAudio;
    private final Counter outputText;
    private final Counter outputReasoning;
    private final Counter outputAudio;
    private final Counter cost;
    private final Counter unknownCosts;

    TargetMeter(Families families, Vocabulary words, String route, String provider, String model) {
        this.words = words;
        this.outcomes = new Outcomes(word -> families.attempts.with(route, provider, model, word));
        this.latency = families.attemptLatency.with(provider, model);
        this.inputFresh = families.tokens.with(route, provider, model, "input");
        this.inputCached = families.tokens.with(route, provider, model, "input_cached");
        this.cacheWrite = families.tokens.with(route, provider, model, "cache_write");
        this.inputAudio = families.tokens.with(route, provider, model, "input_audio");
        this.outputText = families.tokens.with(route, provider, model, "output");
        this.outputReasoning = families.tokens.with(route, provider, model, "output_reasoning");
        this.outputAudio = families.tokens.with(route, provider, model, "output_audio");
        this.cost = families.cost.with(route, provider, model);
        this.unknownCosts = families.unknownCosts.with(route, provider, model);
    }

    /**
     * An attempt has ended.
     *
     * @param outcome {@link Vocabulary#OK} or the word for what went wrong
     * @param nanos it took
     */
    public void ended(String outcome, long nanos) {
        outcomes.count(words.outcome(outcome));
        latency.add(nanos);
    }

    /** An attempt was billed. */
    public void billed(Usage usage, long costNanoUsd) {
        add(inputFresh, usage.inputFresh());
        add(inputCached, usage.inputCached());
        add(cacheWrite, usage.cacheWrite() + usage.cacheWriteHour());
        add(inputAudio, usage.inputAudio());
        add(outputText, usage.outputText());
        add(outputReasoning, usage.outputReasoning());
        add(outputAudio, usage.outputAudio());
        add(cost, costNanoUsd);
    }

    /** Nobody knows what an attempt cost. */
    public void unknown() {
        unknownCosts.add(1);
    }

    private static void add(Counter counter, long more) {
        if (more > 0) {
            counter.add(more);
        }
    }
}
