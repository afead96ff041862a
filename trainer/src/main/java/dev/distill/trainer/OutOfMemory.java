package dev.distill.trainer;

import java.util.List;

/** Tells libtorch's want of memory from its other complaints: only the message does. */
public final class OutOfMemory {
    private static final List<String> SAYINGS =
            List.of("can't allocate memory", "not enough memory", "out of memory");

    private OutOfMemory() {}

    /** Whether there was too little memory for an array. */
    public static boolean is(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            String message = String.valueOf(t.getMessage());
            if (SAYINGS.stream().anyMatch(message::contains)) {
                return true;
            }
        }
        return false;
    }
}
