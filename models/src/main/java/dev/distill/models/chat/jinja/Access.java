package dev.distill.models.chat.jinja;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code value.name} and {@code value[key]}. The first looks for a method before a member of a
 * dict, the second the other way round, and both give {@link Undefined} when there is neither.
 */
final class Access {
    private Access() {}

    /** {@code value.name}. */
    static Object attribute(Object value, String name) {
        return own(value, name)
                .or(
                        () ->
                                value instanceof Map<?, ?> dict
                                        ? Dicts.get(dict, name)
                                        : Optional.empty())
                .orElseGet(() -> Undefined.member(value, name));
    }

    /**
     * {@code value[key]}.
     *
     * @throws TemplateError for a slice of what is no sequence; any other key that is not there is
     *     undefined
     */
    static Object item(Object value, Object key) {
        Optional<Object> found =
                switch (value) {
                    case Map<?, ?> dict -> Dicts.get(dict, key);
                    case String text -> element(Values.items(text), key).map(Access::text);
                    case List<?> list -> element(list, key);
                    case Tuple tuple ->
                            element(tuple.items(), key)
                                    .map(v -> key instanceof Slices ? new Tuple(list(v)) : v);
                    case Range range -> element(range.items(), key);
                    default -> Optional.empty();
                };
        if (found.isEmpty() && key instanceof Slices) {
            throw value instanceof Undefined undefined
                    ? undefined.error()
                    : new TemplateError(
                            "'%s' object cannot be sliced".formatted(Values.typeName(value)));
        }
        return found.or(() -> key instanceof String name ? own(value, name) : Optional.empty())
                .orElseGet(() -> Undefined.member(value, key));
    }

    private static Object text(Object part) {
        return part instanceof List<?> characters
                ? String.join("", characters.stream().map(Text::of).toList())
                : part;
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object value) {
        return (List<Object>) value;
    }

    private static Optional<Object> element(List<?> items, Object key) {
        if (key instanceof Slices slice) {
            return Optional.of(slice.of(items));
        }
        if (key instanceof Double) {
            return Optional.empty();
        }
        return Numbers.integer(key)
                .map(i -> i.signum() < 0 ? i.add(Numbers.of(items.size())) : i)
                .filter(i -> i.signum() >= 0 && i.compareTo(Numbers.of(items.size())) < 0)
                .map(BigInteger::intValue)
                .map(items::get);
    }

    /** What a value has by itself: its methods, and what loops and namespaces know. */
    private static Optional<Object> own(Object value, String name) {
        return switch (value) {
            case Namespace namespace -> Optional.of(namespace.get(name));
            case Loop loop -> loop.attribute(name);
            case Cycler cycler -> cycler.attribute(name);
            case Macro macro when name.equals("name") -> Optional.of(macro.name());
            default -> Methods.of(value, name).map(Object.class::cast);
        };
    }
}
