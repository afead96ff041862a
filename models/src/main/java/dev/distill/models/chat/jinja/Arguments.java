package dev.distill.models.chat.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a call was given.
 *
 * @param function the name in error messages
 */
record Arguments(String function, List<Object> positional, Map<String, Object> keywords) {
    static Arguments none(String function) {
        return new Arguments(function, List.of(), Map.of());
    }

    /** The same for a function of another name, with a value before the others. */
    Arguments named(String name) {
        return new Arguments(name, positional, keywords);
    }

    /**
     * The values by parameter: those given by position first.
     *
     * @param required how many there must be
     * @param names the parameters in their order
     * @throws TemplateError when there are too many or too few, or one that is not known
     */
    Bound bind(int required, String... names) {
        if (positional.size() > names.length) {
            throw new TemplateError(
                    "%s() takes at most %d arguments, got %d"
                            .formatted(function, names.length, positional.size()));
        }
        Map<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < positional.size(); i++) {
            values.put(names[i], positional.get(i));
        }
        keywords.forEach(
                (name, value) -> {
                    if (!List.of(names).contains(name)) {
                        throw new TemplateError(
                                "%s() got an unexpected keyword argument '%s'"
                                        .formatted(function, name));
                    }
                    if (values.put(name, value) != null) {
                        throw new TemplateError(
                                "%s() got multiple values for argument '%s'"
                                        .formatted(function, name));
                    }
                });
        for (int i = 0; i < required; i++) {
            if (!values.containsKey(names[i])) {
                throw new TemplateError(
                        "%s() is missing its argument '%s'".formatted(function, names[i]));
            }
        }
        return new Bound(function, values);
    }

    /** The arguments after the first. */
    Arguments rest() {
        return new Arguments(
                function, new ArrayList<>(positional.subList(1, positional.size())), keywords);
    }

    /** Arguments by the names of their parameters. */
    record Bound(String function, Map<String, Object> values) {
        boolean has(String name) {
            return values.containsKey(name);
        }

        Object get(String name, Object whenAbsent) {
            return values.getOrDefault(name, whenAbsent);
        }

        Object get(String name) {
            Object value = values.get(name);
            if (value == null) {
                throw new IllegalStateException(name + " is not a required parameter");
            }
            return value;
        }

        String text(String name) {
            if (get(name) instanceof String text) {
                return text;
            }
            throw wrong(name, "a string");
        }

        String text(String name, String whenAbsent) {
            return has(name) ? text(name) : whenAbsent;
        }

        int integer(String name, int whenAbsent) {
            if (!has(name)) {
                return whenAbsent;
            }
            return Numbers.integer(get(name))
                    .map(Numbers::clamp)
                    .orElseThrow(() -> wrong(name, "an integer"));
        }

        boolean truth(String name, boolean whenAbsent) {
            return has(name) ? Values.truth(get(name)) : whenAbsent;
        }

        private TemplateError wrong(String name, String wanted) {
            Object value = get(name);
            return value instanceof Undefined undefined
                    ? undefined.error()
                    : new TemplateError(
                            "%s(): %s must be %s, got %s"
                                    .formatted(function, name, wanted, Text.repr(value)));
        }
    }
}
