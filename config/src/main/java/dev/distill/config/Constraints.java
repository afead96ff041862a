package dev.distill.config;

import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Checks a value against the annotations of its record component. */
final class Constraints {
    private Constraints() {}

    /** What is wrong with {@code value}, to follow the name of its key. */
    static Optional<String> violation(RecordComponent component, Object value) {
        if (value instanceof Path path
                && component.isAnnotationPresent(MustExist.class)
                && !Files.exists(path)) {
            return Optional.of("names " + Shown.path(path) + ", which does not exist");
        }
        return value instanceof Number number ? range(component, number) : Optional.empty();
    }

    private static Optional<String> range(RecordComponent component, Number value) {
        double x = value.doubleValue();
        Above above = component.getAnnotation(Above.class);
        if (above != null && !(x > above.value())) {
            return Optional.of("must be > " + plain(above.value()) + ", got " + value);
        }
        AtLeast least = component.getAnnotation(AtLeast.class);
        if (least != null && !(x >= least.value())) {
            return Optional.of("must be >= " + plain(least.value()) + ", got " + value);
        }
        AtMost most = component.getAnnotation(AtMost.class);
        if (most != null && !(x <= most.value())) {
            return Optional.of("must be <= " + plain(most.value()) + ", got " + value);
        }
        return Optional.empty();
    }

    private static String plain(double x) {
        return BigDecimal.valueOf(x).stripTrailingZeros().toPlainString();
    }
}
