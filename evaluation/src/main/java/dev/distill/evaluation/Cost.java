package dev.distill.evaluation;

/**
 * What 1,000 requests cost, in US dollars.
 *
 * @param usdPerThousand the price of 1,000 requests
 * @param requests how many requests the figure rests on
 * @param basis how it was found, for the reader
 * @param provenance simulated when the prices or the throughput are
 */
public record Cost(double usdPerThousand, long requests, String basis, Provenance provenance) {
    private static final double SECONDS_PER_HOUR = 3600;
    private static final double MICRO = 1e-6;

    public Cost {
        if (!(usdPerThousand >= 0) || Double.isInfinite(usdPerThousand)) {
            throw new IllegalArgumentException("a cost must be >= 0, got " + usdPerThousand);
        }
        if (requests < 1) {
            throw new IllegalArgumentException(
                    "a cost rests on at least one request, got " + requests);
        }
    }

    /**
     * What the ledger booked for some requests; requests served from the store are not among them.
     */
    public static Cost ofUsage(long costMicroUsd, long requests, Provenance provenance) {
        return new Cost(
                1000.0 * costMicroUsd * MICRO / requests,
                requests,
                "tokens used at the provider's price",
                provenance);
    }

    /** A machine rented by the hour and kept busy at the throughput measured. */
    public static Cost ofMachine(double usdPerHour, Latency busy) {
        return new Cost(
                1000 * usdPerHour / SECONDS_PER_HOUR / busy.requestsPerSecond(),
                busy.n(),
                "a machine rented by the hour, fully used",
                busy.provenance());
    }
}
