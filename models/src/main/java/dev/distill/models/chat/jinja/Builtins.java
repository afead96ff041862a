package dev.distill.models.chat.jinja;

import java.util.Map;

/** The filters and tests by name. A filter is called with the value as its first argument. */
final class Builtins {
    /** A filter or test: a value and what is passed beside it. */
    @FunctionalInterface
    interface Applied {
        Object apply(Object value, Arguments arguments);
    }

    private final Map<String, Applied> filters = Filters.all(this);
    private final Map<String, Applied> tests = Tests.all(this);

    boolean hasFilter(String name) {
        return filters.containsKey(name);
    }

    boolean hasTest(String name) {
        return tests.containsKey(name);
    }

    /** {@code value | name(arguments)}. */
    Object filter(String name, Object value, Arguments arguments) {
        return apply("filter", filters, name, value, arguments);
    }

    /** {@code value is name(arguments)}. */
    boolean test(String name, Object value, Arguments arguments) {
        return Values.truth(apply("test", tests, name, value, arguments));
    }

    private static Object apply(
            String what, Map<String, Applied> all, String name, Object value, Arguments arguments) {
        Applied applied = all.get(name);
        if (applied == null) {
            throw new TemplateError("no %s named '%s'".formatted(what, name));
        }
        return applied.apply(value, arguments.named(name));
    }
}
