package dev.distill.models.chat.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A slice, and what it takes of a sequence: Python's {@code slice.indices}.
 *
 * @param step not 0
 */
record Slices(Optional<BigInteger> from, Optional<BigInteger> to, BigInteger step) {
    Slices {
        if (step.signum() == 0) {
            throw new TemplateError("slice step cannot be zero");
        }
    }

    /** From the values between the brackets; none is as if it were not there. */
    static Slices of(Object from, Object to, Object step) {
        return new Slices(bound(from), bound(to), bound(step).orElse(BigInteger.ONE));
    }

    private static Optional<BigInteger> bound(Object value) {
        if (value == None.NONE) {
            return Optional.empty();
        }
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        return Optional.of(
                Numbers.integer(value)
                        .orElseThrow(
                                () ->
                                        new TemplateError(
                                                "slice indices must be integers or None, got "
                                                        + Values.typeName(value))));
    }

    List<Object> of(List<?> items) {
        int length = items.size();
        boolean forward = step.signum() > 0;
        int lowest = forward ? 0 : -1;
        int highest = forward ? length : length - 1;
        int start = clipped(from, length, lowest, highest, forward ? lowest : highest);
        int stop = clipped(to, length, lowest, highest, forward ? highest : lowest);
        long distance = Numbers.clamp(step);
        List<Object> taken = new ArrayList<>();
        for (long i = start; forward ? i < stop : i > stop; i += distance) {
            taken.add(items.get((int) i));
        }
        return taken;
    }

    private static int clipped(
            Optional<BigInteger> bound, int length, int lowest, int highest, int whenAbsent) {
        if (bound.isEmpty()) {
            return whenAbsent;
        }
        BigInteger index = bound.get();
        BigInteger counted = index.signum() < 0 ? index.add(Numbers.of(length)) : index;
        return Math.clamp(Numbers.clamp(counted), lowest, highest);
    }
}
