package dev.distill.models.chat.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;

/** Python's {@code int} ({@code BigInteger}; booleans count as 0 and 1) and {@code float}. */
final class Numbers {
    private Numbers() {}

    static BigInteger of(long value) {
        return BigInteger.valueOf(value);
    }

    static boolean isNumber(Object value) {
        return value instanceof BigInteger || value instanceof Double || value instanceof Boolean;
    }

    /** The value as an integer, when it is one. */
    static Optional<BigInteger> integer(Object value) {
        return switch (value) {
            case BigInteger integer -> Optional.of(integer);
            case Boolean truth -> Optional.of(truth ? BigInteger.ONE : BigInteger.ZERO);
            default -> Optional.empty();
        };
    }

    /** The number that is nearest to {@code value} among Java's. */
    static int clamp(BigInteger value) {
        return value.bitLength() < 32
                ? value.intValue()
                : value.signum() < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
    }

    /** The value of a number as a float. */
    static double floating(Object number) {
        return switch (number) {
            case Double value -> value;
            case Boolean truth -> truth ? 1 : 0;
            case BigInteger integer -> integer.doubleValue();
            default -> throw new IllegalArgumentException("not a number: " + number);
        };
    }

    /** Compares two numbers by value, exactly; NaN is none of smaller, equal and greater. */
    static Optional<Integer> compare(Object left, Object right) {
        if (left instanceof Double || right instanceof Double) {
            double a = floating(left);
            double b = floating(right);
            if (Double.isNaN(a) || Double.isNaN(b)) {
                return Optional.empty();
            }
            if (Double.isInfinite(a) || Double.isInfinite(b)) {
                return Optional.of(Double.compare(a, b));
            }
            return Optional.of(exact(left).compareTo(exact(right)));
        }
        return Optional.of(integer(left).orElseThrow().compareTo(integer(right).orElseThrow()));
    }

    private static BigDecimal exact(Object number) {
        return number instanceof Double value
                ? new BigDecimal(value)
                : new BigDecimal(integer(number).orElseThrow());
    }

    /** Python's {@code float} as {@code repr} writes it: the shortest that reads as the same. */
    static String text(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        String digits = shortest.unscaledValue().abs().toString();
        int exponent = digits.length() - shortest.scale() - 1;
        String sign = value < 0 ? "-" : "";
        if (exponent < -4 || exponent >= 16) {
            String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
            return "%s%c%se%s%02d"
                    .formatted(
                            sign,
                            digits.charAt(0),
                            fraction,
                            exponent < 0 ? "-" : "+",
                            Math.abs(exponent));
        }
        String plain = shortest.abs().toPlainString();
        return sign + (plain.contains(".") ? plain : plain + ".0");
    }
}
