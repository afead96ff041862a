package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Builtins.Applied;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What may stand after {@code is}. */
final class Tests {
    private Tests() {}

    static Map<String, Applied> all(Builtins builtins) {
        Map<String, Applied> tests = new HashMap<>();
        types(tests);
        relations(tests);
        simple(tests, "odd", value -> Values.equal(rest(value, Numbers.of(2)), BigInteger.ONE));
        simple(tests, "even", value -> Values.equal(rest(value, Numbers.of(2)), BigInteger.ZERO));
        simple(tests, "upper", value -> Cases.isUpper(Text.of(value)));
        simple(tests, "lower", value -> Cases.isLower(Text.of(value)));
        simple(tests, "filter", value -> builtins.hasFilter(Text.of(value)));
        simple(tests, "test", value -> builtins.hasTest(Text.of(value)));
        return Map.copyOf(tests);
    }

    private static void types(Map<String, Applied> tests) {
        simple(tests, "defined", value -> !(value instanceof Undefined));
        simple(tests, "undefined", Undefined.class::isInstance);
        simple(tests, "none", None.class::isInstance);
        simple(tests, "boolean", Boolean.class::isInstance);
        simple(tests, "true", value -> value.equals(true));
        simple(tests, "false", value -> value.equals(false));
        simple(tests, "integer", BigInteger.class::isInstance);
        simple(tests, "float", Double.class::isInstance);
        simple(tests, "number", Numbers::isNumber);
        simple(tests, "string", String.class::isInstance);
        simple(tests, "mapping", Map.class::isInstance);
        simple(tests, "iterable", Values::isIterable);
        simple(tests, "sequence", Tests::isSequence);
        simple(
                tests,
                "callable",
                value ->
                        value instanceof Function
                                || value instanceof Undefined
                                || value instanceof Loop);
        simple(tests, "escaped", _ -> false);
    }

    private static boolean isSequence(Object value) {
        return switch (value) {
            case String _, List<?> _, Tuple _, Map<?, ?> _, Range _, Undefined _ -> true;
            default -> false;
        };
    }

    private static void relations(Map<String, Applied> tests) {
        Map.of(
                        "==", List.of("==", "eq", "equalto"),
                        "!=", List.of("!=", "ne"),
                        "<", List.of("<", "lt", "lessthan"),
                        "<=", List.of("<=", "le"),
                        ">", List.of(">", "gt", "greaterthan"),
                        ">=", List.of(">=", "ge"),
                        "in", List.of("in"))
                .forEach(
                        (operator, names) ->
                                names.forEach(
                                        name ->
                                                tests.put(
                                                        name,
                                                        (value, args) ->
                                                                Operators.compare(
                                                                        operator,
                                                                        value,
                                                                        only(args)))));
        tests.put("sameas", (value, args) -> same(value, only(args)));
        tests.put(
                "divisibleby",
                (value, args) -> Values.equal(rest(value, only(args)), BigInteger.ZERO));
    }

    private static Object only(Arguments arguments) {
        return arguments.bind(1, "other").get("other");
    }

    @SuppressWarnings("ReferenceEquality") // what sameas is about
    private static boolean same(Object value, Object other) {
        return value == other || (value instanceof Boolean && value.equals(other));
    }

    private static Object rest(Object value, Object divisor) {
        return Operators.binary("%", value, divisor);
    }

    private static void simple(
            Map<String, Applied> tests, String name, Predicate<Object> predicate) {
        tests.put(
                name,
                (value, args) -> {
                    args.bind(0);
                    return predicate.test(value);
                });
    }
}
