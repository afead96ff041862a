package dev.distill.datasets;

import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with one file, so that its user hears of everything at once. */
final class Problems {
    /** More than these are counted rather than listed. */
    static final int LISTED = 20;

    private final Path file;
    private final List<Problem> listed = new ArrayList<>();
    private int count;

    Problems(Path file) {
        this.file = file;
    }

    void add(Problem problem) {
        count++;
        if (listed.size() < LISTED) {
            listed.add(problem);
        }
    }

    void add(Location location, String message) {
        add(Problem.at(location, message));
    }

    boolean isEmpty() {
        return count == 0;
    }

    void throwIfAny() {
        if (count > listed.size()) {
            listed.add(Problem.at(Location.of(file), "and " + (count - LISTED) + " more problems"));
        }
        if (!listed.isEmpty()) {
            throw new UserError(ExitCode.INVALID_INPUT, listed);
        }
    }
}
