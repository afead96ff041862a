package dev.distill.evaluation;

import dev.distill.config.ExitCode;

/** How a gate condition, or the gate, came out; from best to worst. */
public enum Outcome {
    PASS(ExitCode.OK),
    INCONCLUSIVE(ExitCode.GATE_INCONCLUSIVE),
    FAIL(ExitCode.GATE_FAILED);

    private final ExitCode exitCode;

    Outcome(ExitCode exitCode) {
        this.exitCode = exitCode;
    }

    /** How a command ends that has this verdict. */
    public ExitCode exitCode() {
        return exitCode;
    }

    /** The worse of the two. */
    public Outcome worse(Outcome other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
