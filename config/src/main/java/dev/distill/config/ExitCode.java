package dev.distill.config;

/** Why a command ended. The numbers are part of the command line's contract and never change. */
public enum ExitCode {
    OK(0, "everything asked for was done"),
    GATE_FAILED(1, "the run finished, but the gate says no"),
    USAGE(2, "the command line was not understood"),
    INVALID_INPUT(3, "a configuration or data file is invalid"),
    CREDENTIALS(4, "a credential is missing or was refused"),
    REMOTE_FAILED(5, "a remote service failed, also after retries"),
    BUDGET_REACHED(6, "the budget was reached; run again with a higher one to go on"),
    GATE_INCONCLUSIVE(7, "the run finished, but there are too few items to decide the gate"),
    INTERNAL(70, "a defect in distill itself"),
    INTERRUPTED(130, "interrupted; run again to go on");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    /** The process exit status. */
    public int code() {
        return code;
    }

    /** One line for the documentation. */
    public String meaning() {
        return meaning;
    }
}
