package dev.distill.trainer;

import java.util.List;
import java.util.Optional;

/**
 * Tells want of memory from other failures: Java's own, for what dropout draws, by its type;
 * libtorch's by its message, since nothing else does.
 */
public final class OutOfMemory {
    private static final List<String> SAYINGS =
            List.of(
                    "can't allocate memory",
                    "not enough memory",
                    "out of memory",
                    "std::bad_alloc");

    private static final String PRIMITIVE = "could not create a primitive";

    private OutOfMemory() {}

    /** Whether there was too little memory for an array. */
    public static boolean is(Throwable failure) {
        return complaint(failure).isPresent();
    }

    /** The line that says that there was too little memory, if that is what a failure says. */
    public static Optional<String> complaint(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            String message = String.valueOf(t.getMessage());
            if (t instanceof OutOfMemoryError) {
                return Optional.of(message);
            }
            Optional<String> line = message.lines().filter(OutOfMemory::says).findFirst();
            if (line.isPresent()) {
                return line;
            }
        }
        return Optional.empty();
    }

    /** oneDNN says no more than that; what it cannot compute it calls a primitive descriptor. */
    private static boolean says(String line) {
        return SAYINGS.stream().anyMatch(line::contains) || line.endsWith(PRIMITIVE);
    }
}
