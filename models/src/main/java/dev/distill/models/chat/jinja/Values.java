package dev.distill.models.chat.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** What Python asks of any value: is it true, how long is it, what is in it, is it the same. */
final class Values {
    private Values() {}

    static boolean truth(Object value) {
        return switch (value) {
            case Boolean truth -> truth;
            case Double number -> number != 0;
            case BigInteger integer -> integer.signum() != 0;
            case None _, Undefined _ -> false;
            default -> length(value).orElse(1) > 0;
        };
    }

    /** Python's {@code len}; empty for what has none. */
    static OptionalInt length(Object value) {
        return switch (value) {
            case String text -> OptionalInt.of(text.codePointCount(0, text.length()));
            case List<?> list -> OptionalInt.of(list.size());
            case Tuple tuple -> OptionalInt.of(tuple.items().size());
            case Map<?, ?> dict -> OptionalInt.of(dict.size());
            case View view -> OptionalInt.of(view.items().size());
            case Range range -> OptionalInt.of(range.items().size());
            case Loop loop -> OptionalInt.of(loop.length());
            case Undefined _ -> OptionalInt.of(0);
            default -> OptionalInt.empty();
        };
    }

    static boolean isIterable(Object value) {
        return value instanceof Once || length(value).isPresent();
    }

    /**
     * What an iteration over a value gives; of a generator, what is left of it.
     *
     * @throws TemplateError when it cannot be iterated
     */
    static List<Object> items(Object value) {
        return switch (value) {
            case List<?> list -> new ArrayList<>(list);
            case Tuple tuple -> tuple.items();
            case Map<?, ?> dict -> new ArrayList<>(dict.keySet());
            case View view -> view.items();
            case Range range -> range.items();
            case Undefined _ -> List.of();
            case String text -> characters(text);
            case Once once -> drained(once.items());
            default ->
                    throw new TemplateError(
                            "'%s' object is not iterable".formatted(typeName(value)));
        };
    }

    private static List<Object> characters(String text) {
        List<Object> items = new ArrayList<>();
        text.codePoints().forEach(c -> items.add(Character.toString(c)));
        return items;
    }

    private static List<Object> drained(Iterator<Object> items) {
        List<Object> list = new ArrayList<>();
        items.forEachRemaining(list::add);
        return list;
    }

    /** Python's {@code ==}. */
    static boolean equal(Object left, Object right) {
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.compare(left, right).equals(Optional.of(0));
        }
        return switch (left) {
            case Undefined _ -> right instanceof Undefined;
            case List<?> list -> right instanceof List<?> other && allEqual(list, other);
            case Tuple tuple ->
                    right instanceof Tuple other && allEqual(tuple.items(), other.items());
            case Map<?, ?> dict -> right instanceof Map<?, ?> other && sameMembers(dict, other);
            default -> left.equals(right);
        };
    }

    private static boolean allEqual(List<?> left, List<?> right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (int i = 0; i < left.size(); i++) {
            if (!equal(left.get(i), right.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameMembers(Map<?, ?> left, Map<?, ?> right) {
        return left.size() == right.size()
                && left.entrySet().stream()
                        .allMatch(
                                e -> {
                                    Optional<Object> other = Dicts.get(right, e.getKey());
                                    return other.isPresent() && equal(e.getValue(), other.get());
                                });
    }

    /** Python's name of a value's type. */
    static String typeName(Object value) {
        return switch (value) {
            case None _ -> "NoneType";
            case Boolean _ -> "bool";
            case BigInteger _ -> "int";
            case Double _ -> "float";
            case String _ -> "str";
            case List<?> _ -> "list";
            case Tuple _ -> "tuple";
            case Map<?, ?> _ -> "dict";
            case Range _ -> "range";
            case View view -> view.type();
            case Once _ -> "generator";
            case Undefined _ -> "Undefined";
            case Namespace _ -> "Namespace";
            case Loop _ -> "LoopContext";
            case Macro _ -> "Macro";
            case Function _ -> "function";
            default -> value.getClass().getSimpleName();
        };
    }
}
