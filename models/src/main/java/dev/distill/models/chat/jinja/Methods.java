package dev.distill.models.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The methods of strings, dicts, lists and tuples. What would change a value is refused, as the
 * sandbox of immutable values does.
 */
final class Methods {
    private static final Set<String> CHANGE_LIST =
            Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");
    private static final Set<String> CHANGE_DICT =
            Set.of("clear", "pop", "popitem", "setdefault", "update");

    private Methods() {}

    /** A method, bound to its value; empty when the type has none of that name. */
    static Optional<Function> of(Object value, String name) {
        return switch (value) {
            case String text -> StringMethods.of(text, name);
            case Map<?, ?> dict -> dict(dict, name);
            case List<?> list ->
                    CHANGE_LIST.contains(name)
                            ? Optional.of(unsafe("list", name))
                            : sequence(list, name)
                                    .or(() -> name.equals("copy") ? copy(list) : Optional.empty());
            case Tuple tuple -> sequence(tuple.items(), name);
            default -> Optional.empty();
        };
    }

    private static Optional<Function> copy(List<?> list) {
        return Optional.of(_ -> new ArrayList<Object>(list));
    }

    private static Function unsafe(String type, String name) {
        return _ -> {
            throw new TemplateError(
                    "access to attribute '%s' of '%s' object is unsafe".formatted(name, type));
        };
    }

    private static Optional<Function> sequence(List<?> items, String name) {
        return switch (name) {
            case "count" ->
                    Optional.of(
                            args -> {
                                Object value = args.bind(1, "value").get("value");
                                return Numbers.of(
                                        items.stream().filter(i -> Values.equal(i, value)).count());
                            });
            case "index" -> Optional.of(args -> index(items, args));
            default -> Optional.empty();
        };
    }

    private static Object index(List<?> items, Arguments arguments) {
        Object value = arguments.bind(1, "value").get("value");
        for (int i = 0; i < items.size(); i++) {
            if (Values.equal(items.get(i), value)) {
                return Numbers.of(i);
            }
        }
        throw new TemplateError("%s is not in list".formatted(Text.repr(value)));
    }

    private static Optional<Function> dict(Map<?, ?> dict, String name) {
        if (CHANGE_DICT.contains(name)) {
            return Optional.of(unsafe("dict", name));
        }
        return switch (name) {
            case "items" -> Optional.of(_ -> new View("dict_items", SequenceFilters.pairs(dict)));
            case "keys" -> Optional.of(_ -> new View("dict_keys", new ArrayList<>(dict.keySet())));
            case "values" ->
                    Optional.of(_ -> new View("dict_values", new ArrayList<>(dict.values())));
            case "copy" -> Optional.of(_ -> new java.util.LinkedHashMap<Object, Object>(dict));
            case "get" ->
                    Optional.of(
                            args -> {
                                Arguments.Bound bound = args.bind(1, "key", "default");
                                return Dicts.get(dict, bound.get("key"))
                                        .orElse(bound.get("default", None.NONE));
                            });
            default -> Optional.empty();
        };
    }
}
