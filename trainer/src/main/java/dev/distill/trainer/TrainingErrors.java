package dev.distill.trainer;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.util.List;

/** How a training ends that does not end well, in the same words for every kind of student. */
public final class TrainingErrors {
    private static final int ROWS_NAMED = 8;

    private TrainingErrors() {}

    /**
     * It was stopped between two steps.
     *
     * @param step the last one done
     */
    static UserError interrupted(int step, int steps) {
        return interrupted("after step %d of %d".formatted(step, steps));
    }

    /**
     * It was stopped.
     *
     * @param when goes on "training was stopped"
     */
    public static UserError interrupted(String when) {
        return new UserError(
                ExitCode.INTERRUPTED,
                Problem.of("training was stopped " + when)
                        .withHint("run again to go on from there"));
    }

    /**
     * Its figures are no numbers any more.
     *
     * @param step that gave them
     * @param rows names of the rows of the step
     * @param hint what to do
     */
    static UserError diverged(int step, StepOutcome outcome, List<String> rows, String hint) {
        boolean finite = Double.isFinite(outcome.loss());
        String named = String.join(", ", rows.subList(0, Math.min(rows.size(), ROWS_NAMED)));
        String more =
                rows.size() > ROWS_NAMED ? ", and %d more".formatted(rows.size() - ROWS_NAMED) : "";
        return new UserError(
                ExitCode.INVALID_INPUT,
                Problem.of(
                                "the %s of step %d is %s; its rows are %s%s"
                                        .formatted(
                                                finite ? "gradient's norm" : "loss",
                                                step,
                                                finite ? outcome.gradientNorm() : outcome.loss(),
                                                named,
                                                more))
                        .withHint(hint));
    }
}
