package dev.distill.models.chat.jinja;

import java.math.BigInteger;

/** Python's arithmetic: {@code /} gives a float, {@code //} and {@code %} round down. */
final class Arithmetic {
    private static final int BITS = 1 << 16;

    private Arithmetic() {}

    /** {@code left operator right} of two numbers. */
    static Object of(String operator, Object left, Object right) {
        if (left instanceof Double || right instanceof Double || operator.equals("/")) {
            return floating(operator, Numbers.floating(left), Numbers.floating(right));
        }
        BigInteger a = Numbers.integer(left).orElseThrow();
        BigInteger b = Numbers.integer(right).orElseThrow();
        return switch (operator) {
            case "+" -> a.add(b);
            case "-" -> a.subtract(b);
            case "*" -> bounded((long) a.bitLength() + b.bitLength()) ? a.multiply(b) : a;
            case "//" -> floorDivided(a, b);
            case "%" -> a.subtract(floorDivided(a, b).multiply(b));
            default -> power(a, b);
        };
    }

    private static boolean bounded(long bits) {
        if (bits > BITS) {
            throw new TemplateError("a number would have more than %d bits".formatted(BITS));
        }
        return true;
    }

    private static BigInteger floorDivided(BigInteger a, BigInteger b) {
        if (b.signum() == 0) {
            throw new TemplateError("division by zero");
        }
        BigInteger[] parts = a.divideAndRemainder(b);
        boolean down = parts[1].signum() != 0 && parts[1].signum() != b.signum();
        return down ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    private static Object power(BigInteger a, BigInteger b) {
        if (b.signum() < 0) {
            return floating("**", a.doubleValue(), b.doubleValue());
        }
        int exponent = Numbers.clamp(b);
        return bounded((long) Math.max(1, a.bitLength()) * Math.min(exponent, BITS))
                        || exponent == 0
                ? a.bitLength() <= 1 && exponent > 2 ? a.pow(2 - exponent % 2) : a.pow(exponent)
                : a;
    }

    private static Double floating(String operator, double a, double b) {
        if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
            throw new TemplateError("division by zero");
        }
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> (a - remainder(a, b)) / b;
            case "%" -> remainder(a, b);
            default -> {
                if (a == 0 && b < 0) {
                    throw new TemplateError("0.0 cannot be raised to a negative power");
                }
                double power = Math.pow(a, b);
                if (!Double.isFinite(power) && Double.isFinite(a) && Double.isFinite(b)) {
                    throw new TemplateError(
                            "%s ** %s is no number that can be written"
                                    .formatted(Numbers.text(a), Numbers.text(b)));
                }
                yield power;
            }
        };
    }

    /** With the sign of {@code b}. */
    private static double remainder(double a, double b) {
        double rest = a % b;
        return rest != 0 && rest < 0 != b < 0 ? rest + b : rest;
    }
}
