package dev.distill.pipeline;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** Asks a run to save what it has and end; set by Ctrl-C, looked at between rows and steps. */
public final class StopSignal implements BooleanSupplier {
    private final AtomicBoolean requested = new AtomicBoolean();

    /** Asks; may be called from any thread and more than once. */
    public void request() {
        requested.set(true);
    }

    @Override
    public boolean getAsBoolean() {
        return requested.get();
    }

    /**
     * Goes on, unless the run is to end.
     *
     * @param saved what the user should know about the work so far
     */
    void check(String saved) {
        if (getAsBoolean()) {
            throw interrupted(saved);
        }
    }

    /** How a stage ends that was asked to. */
    static UserError interrupted(String saved) {
        return new UserError(
                ExitCode.INTERRUPTED,
                Problem.of("interrupted; " + saved)
                        .withHint("run the same command again to go on from there"));
    }
}
