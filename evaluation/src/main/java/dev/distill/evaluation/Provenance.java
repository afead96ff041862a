package dev.distill.evaluation;

/** Where a price or a latency comes from; whatever shows the figure shows this with it. */
public enum Provenance {
    /** Observed on the real thing. */
    MEASURED,
    /** Made up by a stand-in for a provider. Good for trying things out, not for a decision. */
    SIMULATED;

    /** Simulated when either is. */
    public Provenance and(Provenance other) {
        return this == SIMULATED ? this : other;
    }
}
