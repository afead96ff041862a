package dev.distill.proxy.money;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A request that was let in under rate limits. Settle it with the tokens that were really used, or
 * close it when there were none; whatever comes first counts. Safe for use by many threads.
 */
public final class Permit implements AutoCloseable {
    private final List<Meter> requestMeters;
    private final List<Meter> tokenMeters;
    private final long estimatedTokens;
    private final Optional<Quota> requests;
    private final Optional<Quota> tokens;
    private boolean ended;

    Permit(
            List<Meter> requestMeters,
            List<Meter> tokenMeters,
            long estimatedTokens,
            List<Quota> requests,
            List<Quota> tokens) {
        this.requestMeters = List.copyOf(requestMeters);
        this.tokenMeters = List.copyOf(tokenMeters);
        this.estimatedTokens = estimatedTokens;
        this.requests = tightest(requests);
        this.tokens = tightest(tokens);
    }

    private static Optional<Quota> tightest(List<Quota> quotas) {
        return quotas.stream()
                .min(Comparator.comparingDouble(q -> (double) q.remaining() / q.limit()));
    }

    /** The request limit with the least left, this request counted; empty without one. */
    public Optional<Quota> requests() {
        return requests;
    }

    /** The token limit with the least left, this estimate counted; empty without one. */
    public Optional<Quota> tokens() {
        return tokens;
    }

    /** The request is over and used so many tokens, input and output. */
    public synchronized void settle(long actualTokens) {
        if (!ended) {
            ended = true;
            tokenMeters.forEach(meter -> meter.correct(actualTokens - estimatedTokens));
            tokenMeters.forEach(Meter::closed);
            requestMeters.forEach(Meter::closed);
        }
    }

    /** The request used no tokens; it still was a request. */
    @Override
    public void close() {
        settle(0);
    }
}
