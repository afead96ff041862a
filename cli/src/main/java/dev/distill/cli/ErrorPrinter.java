package dev.distill.cli;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;

/**
 * Says what went wrong: to the user in a few lines, about our own defects with a trace in a file.
 */
final class ErrorPrinter implements CommandLine.IExecutionExceptionHandler {
    private final PrintWriter err;

    ErrorPrinter(PrintWriter err) {
        this.err = err;
    }

    @Override
    public int handleExecutionException(
            Exception e, CommandLine command, CommandLine.ParseResult arguments) {
        return print(e);
    }

    /** Says what happened; returns the exit status that it means. */
    int print(Throwable e) {
        if (e instanceof UserError error) {
            problems(error);
            return error.code().code();
        }
        return unexpected(e);
    }

    /** Each problem as {@code error: place: message}, its hint below after a blank line. */
    private void problems(UserError error) {
        for (Problem problem : error.problems()) {
            String place = problem.location().map(l -> l + ": ").orElse("");
            err.println("error: " + place + problem.message());
            problem.hint().ifPresent(hint -> err.printf("%nhint: %s%n", hint));
        }
        err.flush();
    }

    private int unexpected(Throwable e) {
        err.println("error: a defect in distill: " + e);
        try {
            Path trace = Files.createTempFile("distill-error-", ".txt");
            try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(trace))) {
                e.printStackTrace(out);
            }
            err.printf("%nhint: please report it together with %s%n", trace);
        } catch (IOException _) {
            e.printStackTrace(err);
        }
        err.flush();
        return ExitCode.INTERNAL.code();
    }
}
