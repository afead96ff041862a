package dev.distill.evaluation;

import dev.distill.config.GateConfig;

/** Decides whether a student is good enough. */
public final class Gate {
    private Gate() {}

    /** Judges every configured condition. */
    public static Verdict decide(GateConfig gate, Evaluation evaluation) {
        throw new UnsupportedOperationException("the next commit computes this");
    }
}
