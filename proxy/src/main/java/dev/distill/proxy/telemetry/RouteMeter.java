package dev.distill.proxy.telemetry;

/** Counts the requests of one route in one dialect. Safe for use by many threads. */
public final class RouteMeter {
    private final Vocabulary words;
    private final Outcomes outcomes;
    private final Histogram latency;
    private final Histogram firstToken;
    private final Histogram overhead;
    private final Counter retries;
    private final Counter fallbacks;
    private final Counter storeHits;

    RouteMeter(Families families, Vocabulary words, String route, String dialect) {
        this.words = words;
        this.outcomes = new Outcomes(word -> families.requests.with(route, dialect, word));
        this.latency = families.latency.with(route, dialect);
        this.firstToken = families.firstToken.with(route, dialect);
        this.overhead = families.overhead.with(route, dialect);
        this.retries = families.retries.with(route);
        this.fallbacks = families.fallbacks.with(route);
        this.storeHits = families.storeHits.with(route);
    }

    /**
     * A request has ended.
     *
     * @param outcome {@link Vocabulary#OK} or the word for what went wrong
     * @param nanos from its arrival to the end of its answer
     * @param overheadNanos of these, not spent waiting for a provider or the caller
     */
    public void ended(String outcome, long nanos, long overheadNanos) {
        outcomes.count(words.outcome(outcome));
        latency.add(nanos);
        overhead.add(overheadNanos);
    }

    /** The first token has been passed on, so long after the request arrived. */
    public void firstToken(long nanos) {
        firstToken.add(nanos);
    }

    /** A call is made again to the same target. */
    public void retried() {
        retries.add(1);
    }

    /** A call moves on to another target. */
    public void fellBack() {
        fallbacks.add(1);
    }

    /** A request was answered from the store. */
    public void storeHit() {
        storeHits.add(1);
    }
}
