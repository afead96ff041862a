package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Arguments.Bound;
import dev.distill.models.chat.jinja.Builtins.Applied;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** All filters, and those of them that are about numbers and single values. */
final class Filters {
    private Filters() {}

    static Map<String, Applied> all(Builtins builtins) {
        Map<String, Applied> filters = new HashMap<>();
        filters.put("default", Filters::defaulted);
        filters.put("d", Filters::defaulted);
        filters.put("attr", (value, args) -> attribute(value, args.bind(1, "name").text("name")));
        filters.put("abs", (value, _) -> absolute(value));
        filters.put("int", Filters::integer);
        filters.put("float", Filters::floating);
        filters.put("round", Filters::rounded);
        filters.put("tojson", JsonText::filter);
        StringFilters.addTo(filters);
        SequenceFilters.addTo(filters);
        SelectionFilters.addTo(filters, builtins);
        return Map.copyOf(filters);
    }

    private static Object defaulted(Object value, Arguments arguments) {
        Bound bound = arguments.bind(0, "default_value", "boolean");
        boolean absent =
                value instanceof Undefined
                        || (bound.truth("boolean", false) && !Values.truth(value));
        return absent ? bound.get("default_value", "") : value;
    }

    private static Object attribute(Object value, String name) {
        return value instanceof Map<?, ?>
                ? Methods.of(value, name)
                        .map(Object.class::cast)
                        .orElseGet(() -> Undefined.member(value, name))
                : Access.attribute(value, name);
    }

    private static Object absolute(Object value) {
        if (value instanceof Double number) {
            return Math.abs(number);
        }
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        return Numbers.integer(value)
                .map(BigInteger::abs)
                .orElseThrow(
                        () ->
                                new TemplateError(
                                        "bad operand type for abs(): '%s'"
                                                .formatted(Values.typeName(value))));
    }

    private static Object integer(Object value, Arguments arguments) {
        Bound bound = arguments.bind(0, "default", "base");
        Optional<BigInteger> number =
                switch (value) {
                    case String text ->
                            Parsed.integer(text, bound.integer("base", 10))
                                    .or(() -> Parsed.floating(text).flatMap(Parsed::truncated));
                    case Double d -> Parsed.truncated(d);
                    case Undefined undefined -> throw undefined.error();
                    default -> Numbers.integer(value);
                };
        return number.map(Object.class::cast).orElse(bound.get("default", BigInteger.ZERO));
    }

    private static Object floating(Object value, Arguments arguments) {
        Object whenNone = arguments.bind(0, "default").get("default", 0.0);
        if (Numbers.isNumber(value)) {
            return Numbers.floating(value);
        }
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        return value instanceof String text
                ? Parsed.floating(text).map(Object.class::cast).orElse(whenNone)
                : whenNone;
    }

    private static Object rounded(Object value, Arguments arguments) {
        Bound bound = arguments.bind(0, "precision", "method");
        int precision = Math.clamp(bound.integer("precision", 0), -400, 400);
        RoundingMode mode =
                switch (bound.text("method", "common")) {
                    case "common" -> RoundingMode.HALF_EVEN;
                    case "ceil" -> RoundingMode.CEILING;
                    case "floor" -> RoundingMode.FLOOR;
                    default -> throw new TemplateError("method must be common, ceil or floor");
                };
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (!Numbers.isNumber(value)) {
            throw new TemplateError("type %s cannot be rounded".formatted(Values.typeName(value)));
        }
        if (value instanceof Double number && (number.isNaN() || number.isInfinite())) {
            return value;
        }
        if (!(value instanceof Double) && mode == RoundingMode.HALF_EVEN) {
            return new BigDecimal(Numbers.integer(value).orElseThrow())
                    .setScale(Math.min(0, precision), mode)
                    .toBigInteger();
        }
        return new BigDecimal(Numbers.floating(value)).setScale(precision, mode).doubleValue();
    }
}
