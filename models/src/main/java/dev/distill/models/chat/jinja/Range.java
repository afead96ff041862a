package dev.distill.models.chat.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Python's {@code range}: whole numbers at equal distances. */
record Range(BigInteger start, BigInteger stop, BigInteger step) {
    Range {
        if (step.signum() == 0) {
            throw new TemplateError("range() arg 3 must not be zero");
        }
        if (length(start, stop, step).compareTo(BigInteger.valueOf(Limits.ITEMS)) > 0) {
            throw new TemplateError(
                    "range too big. The sandbox blocks ranges larger than %d"
                            .formatted(Limits.ITEMS));
        }
    }

    private static BigInteger length(BigInteger start, BigInteger stop, BigInteger step) {
        BigInteger distance = step.signum() > 0 ? stop.subtract(start) : start.subtract(stop);
        BigInteger size = step.abs();
        return distance.add(size).subtract(BigInteger.ONE).divide(size).max(BigInteger.ZERO);
    }

    List<Object> items() {
        int length = length(start, stop, step).intValueExact();
        List<Object> items = new ArrayList<>(length);
        BigInteger next = start;
        for (int i = 0; i < length; i++) {
            items.add(next);
            next = next.add(step);
        }
        return items;
    }

    @Override
    public String toString() {
        return step.equals(BigInteger.ONE)
                ? "range(%d, %d)".formatted(start, stop)
                : "range(%d, %d, %d)".formatted(start, stop, step);
    }
}
