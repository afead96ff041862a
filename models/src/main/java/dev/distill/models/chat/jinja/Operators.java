package dev.distill.models.chat.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Python's operators. */
final class Operators {
    private Operators() {}

    /** {@code left operator right}, for {@code + - * / // % **}. */
    static Object binary(String operator, Object left, Object right) {
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Arithmetic.of(operator, left, right);
        }
        Optional<Object> result =
                switch (operator) {
                    case "+" -> joined(left, right);
                    case "*" ->
                            Numbers.integer(right)
                                    .flatMap(times -> repeated(left, times))
                                    .or(
                                            () ->
                                                    Numbers.integer(left)
                                                            .flatMap(t -> repeated(right, t)));
                    case "%" ->
                            left instanceof String format
                                    ? Optional.of(PercentFormat.format(format, right))
                                    : Optional.empty();
                    default -> Optional.empty();
                };
        return result.orElseThrow(() -> unsupported(operator, left, right));
    }

    private static Optional<Object> joined(Object left, Object right) {
        return switch (left) {
            case String a when right instanceof String b -> {
                if ((long) a.length() + b.length() > Limits.TEXT) {
                    throw tooLong();
                }
                yield Optional.of(a + b);
            }
            case List<?> a when right instanceof List<?> b -> Optional.of(concatenated(a, b));
            case Tuple a when right instanceof Tuple b ->
                    Optional.of(new Tuple(concatenated(a.items(), b.items())));
            default -> Optional.empty();
        };
    }

    private static List<Object> concatenated(List<?> left, List<?> right) {
        if ((long) left.size() + right.size() > Limits.ITEMS) {
            throw tooLong();
        }
        List<Object> all = new ArrayList<>(left);
        all.addAll(right);
        return all;
    }

    private static Optional<Object> repeated(Object value, BigInteger times) {
        int count = Math.max(0, Numbers.clamp(times));
        return switch (value) {
            case String text -> {
                if ((long) text.length() * count > Limits.TEXT) {
                    throw tooLong();
                }
                yield Optional.of(text.repeat(count));
            }
            case List<?> list -> Optional.of(repeated(list, count));
            case Tuple tuple -> Optional.of(new Tuple(repeated(tuple.items(), count)));
            default -> Optional.empty();
        };
    }

    private static List<Object> repeated(List<?> items, int count) {
        if ((long) items.size() * count > Limits.ITEMS) {
            throw tooLong();
        }
        List<Object> all = new ArrayList<>();
        Collections.nCopies(items.isEmpty() ? 0 : count, items).forEach(all::addAll);
        return all;
    }

    static TemplateError tooLong() {
        return new TemplateError(
                "a value would have more than %d characters or %d items"
                        .formatted(Limits.TEXT, Limits.ITEMS));
    }

    private static TemplateError unsupported(String operator, Object left, Object right) {
        return left instanceof Undefined undefined
                ? undefined.error()
                : right instanceof Undefined undefined
                        ? undefined.error()
                        : new TemplateError(
                                "unsupported operand types for %s: '%s' and '%s'"
                                        .formatted(
                                                operator,
                                                Values.typeName(left),
                                                Values.typeName(right)));
    }

    static Object sign(boolean negative, Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (value instanceof Double number) {
            return negative ? -number : number;
        }
        BigInteger integer =
                Numbers.integer(value)
                        .orElseThrow(
                                () ->
                                        new TemplateError(
                                                "bad operand type for unary %s: '%s'"
                                                        .formatted(
                                                                negative ? "-" : "+",
                                                                Values.typeName(value))));
        return negative ? integer.negate() : integer;
    }

    /** {@code left operator right}, for comparisons and {@code in}. */
    static boolean compare(String operator, Object left, Object right) {
        return switch (operator) {
            case "==" -> Values.equal(left, right);
            case "!=" -> !Values.equal(left, right);
            case "in" -> contains(right, left);
            case "not in" -> !contains(right, left);
            default -> {
                Optional<Integer> order = order(operator, left, right);
                yield order.isPresent()
                        && switch (operator) {
                            case "<" -> order.get() < 0;
                            case "<=" -> order.get() <= 0;
                            case ">" -> order.get() > 0;
                            default -> order.get() >= 0;
                        };
            }
        };
    }

    /** Which of two values is smaller; none of them when one is not a number. */
    static Optional<Integer> order(String operator, Object left, Object right) {
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.compare(left, right);
        }
        return switch (left) {
            case String a when right instanceof String b -> Optional.of(CodePoints.compare(a, b));
            case List<?> a when right instanceof List<?> b -> order(operator, a, b);
            case Tuple a when right instanceof Tuple b -> order(operator, a.items(), b.items());
            default -> throw unsupported(operator, left, right);
        };
    }

    private static Optional<Integer> order(String operator, List<?> left, List<?> right) {
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            if (!Values.equal(left.get(i), right.get(i))) {
                return order(operator, left.get(i), right.get(i));
            }
        }
        return Optional.of(Integer.compare(left.size(), right.size()));
    }

    private static boolean contains(Object container, Object value) {
        return switch (container) {
            case String text -> {
                if (value instanceof String part) {
                    yield text.contains(part);
                }
                throw value instanceof Undefined undefined
                        ? undefined.error()
                        : new TemplateError(
                                "'in <string>' requires string as left operand, not "
                                        + Values.typeName(value));
            }
            case Map<?, ?> dict -> Dicts.get(dict, value).isPresent();
            default -> Values.items(container).stream().anyMatch(v -> Values.equal(v, value));
        };
    }
}
