package dev.distill.trainer;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.util.ArrayList;
import java.util.List;

/**
 * The checks before the first step: what would train on nothing, on a wrong label or on half of the
 * text ends here, with the rows named, instead of in a student that learned nothing.
 */
public final class Preflight {
    /** Beyond this share of cut rows the student would not see what it is to decide on. */
    private static final double MOST_TRUNCATED = 0.5;

    /** A distribution's sum may differ from 1 by rounding, not by a missing label. */
    private static final double SUM_TOLERANCE = 1e-3;

    private static final int SHOWN = 10;

    private final List<Problem> problems = new ArrayList<>();
    private final int labels;

    private Preflight(int labels) {
        this.labels = labels;
    }

    /**
     * Checks the rows of a training.
     *
     * @throws UserError with the first problems found
     */
    public static void check(
            List<String> labels, List<TrainingRow> training, List<TrainingRow> validation) {
        Preflight preflight = new Preflight(labels.size());
        preflight.set("training", training);
        preflight.set("validation", validation);
        if (preflight.problems.isEmpty()
                && training.stream().mapToInt(TrainingRow::label).distinct().count() < 2) {
            preflight.problem(
                    "all %d training rows have the label %s"
                            .formatted(training.size(), labels.get(training.getFirst().label())),
                    "a student learns from at least two labels");
        }
        preflight.report();
    }

    /**
     * Checks how many training rows the student sees only in part.
     *
     * @return their share, 0 to 1
     */
    public static double truncatedShare(int truncated, int rows, int maxLength) {
        double share = (double) truncated / rows;
        if (share > MOST_TRUNCATED) {
            throw new UserError(
                    ExitCode.INVALID_INPUT,
                    Problem.of(
                                    "%d of %d training rows are longer than max_length %d"
                                            .formatted(truncated, rows, maxLength))
                            .withHint("raise student.max_length, or shorten the texts"));
        }
        return share;
    }

    private void set(String name, List<TrainingRow> rows) {
        if (rows.isEmpty()) {
            problem(
                    "there are no " + name + " rows",
                    "see rejected.parquet for rows that were left out, and data.split");
        }
        rows.forEach(row -> row(name + " row " + row.id(), row));
    }

    private void row(String name, TrainingRow row) {
        if (row.text().isBlank()) {
            problem(name + ": the text is empty", "remove the row");
        }
        if (row.label() < 0 || row.label() >= labels) {
            problem(
                    "%s: label must be 0 to %d, got %d".formatted(name, labels - 1, row.label()),
                    "the row's label is not in the list of labels");
        }
        if (row.teacher().length != labels) {
            problem(
                    "%s: %d teacher probabilities for %d labels"
                            .formatted(name, row.teacher().length, labels),
                    "a row has one probability for each label");
            return;
        }
        double sum = 0;
        for (float probability : row.teacher()) {
            sum += probability >= 0 ? probability : Double.NaN;
        }
        if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
            problem(
                    "%s: the teacher's probabilities must be >= 0 and sum to 1, got sum %s"
                            .formatted(name, sum),
                    "normalise them over the labels");
        }
    }

    private void problem(String message, String hint) {
        problems.add(Problem.of(message).withHint(hint));
    }

    private void report() {
        if (problems.isEmpty()) {
            return;
        }
        List<Problem> shown =
                new ArrayList<>(problems.subList(0, Math.min(SHOWN, problems.size())));
        if (problems.size() > SHOWN) {
            shown.add(Problem.of("and %d more".formatted(problems.size() - SHOWN)));
        }
        throw new UserError(ExitCode.INVALID_INPUT, shown);
    }
}
