package dev.distill.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * An end of the command that its user can understand and act on: bad input, a missing key, a
 * provider that keeps failing, a budget reached. Everything else that is thrown is our own defect.
 */
public final class UserError extends RuntimeException {
    private final ExitCode code;
    private final List<Problem> problems;

    public UserError(ExitCode code, List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        if (problems.isEmpty()) {
            throw new IllegalArgumentException("a user error needs at least one problem");
        }
        this.code = code;
        this.problems = List.copyOf(problems);
    }

    public UserError(ExitCode code, Problem problem) {
        this(code, List.of(problem));
    }

    public UserError(ExitCode code, Problem problem, Throwable cause) {
        this(code, List.of(problem));
        initCause(cause);
    }

    /** Invalid configuration or data at a place. */
    public static UserError invalid(Location location, String message) {
        return new UserError(ExitCode.INVALID_INPUT, Problem.at(location, message));
    }

    /** Invalid configuration or data at a place, and what to do about it. */
    public static UserError invalid(Location location, String message, String hint) {
        return new UserError(ExitCode.INVALID_INPUT, Problem.at(location, message).withHint(hint));
    }

    /** How the command exits. */
    public ExitCode code() {
        return code;
    }

    /** All problems found, never empty. */
    public List<Problem> problems() {
        return problems;
    }
}
