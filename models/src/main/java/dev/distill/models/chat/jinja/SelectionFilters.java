package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Builtins.Applied;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Filters that take some of a list's items, or something of each of them. */
final class SelectionFilters {
    private SelectionFilters() {}

    static void addTo(Map<String, Applied> filters, Builtins builtins) {
        filters.put("map", (value, args) -> mapped(value, args, builtins));
        filters.put("select", (value, args) -> taken(value, test(args, builtins)));
        filters.put("reject", (value, args) -> taken(value, test(args, builtins).negate()));
        filters.put("selectattr", (value, args) -> taken(value, attributeTest(args, builtins)));
        filters.put(
                "rejectattr",
                (value, args) -> taken(value, attributeTest(args, builtins).negate()));
    }

    private static Object taken(Object value, Predicate<Object> wanted) {
        List<Object> kept = new ArrayList<>();
        for (Object item : items(value)) {
            if (wanted.test(item)) {
                kept.add(item);
            }
        }
        return new Once(kept.iterator());
    }

    /** What is false has no items here, even where it could not be iterated. */
    private static List<Object> items(Object value) {
        return Values.truth(value) ? Values.items(value) : List.of();
    }

    /** The test that is named first; without one, whether an item is true. */
    private static Predicate<Object> test(Arguments arguments, Builtins builtins) {
        if (arguments.positional().isEmpty()) {
            return Values::truth;
        }
        String name = Text.of(arguments.positional().getFirst());
        Arguments rest = arguments.rest();
        return item -> builtins.test(name, item, rest);
    }

    private static Predicate<Object> attributeTest(Arguments arguments, Builtins builtins) {
        if (arguments.positional().isEmpty()) {
            throw new TemplateError(
                    arguments.function() + "() is missing its argument 'attribute'");
        }
        Path path = Path.of(arguments.positional().getFirst());
        Predicate<Object> test = test(arguments.rest(), builtins);
        return item -> test.test(path.follow(item));
    }

    private static Object mapped(Object value, Arguments arguments, Builtins builtins) {
        List<Object> results = new ArrayList<>();
        if (arguments.positional().isEmpty()) {
            Map<String, Object> keywords = new LinkedHashMap<>(arguments.keywords());
            Object whenAbsent = keywords.remove("default");
            Object attribute = keywords.remove("attribute");
            if (attribute == null || !keywords.isEmpty()) {
                throw new TemplateError("map requires a filter argument or an attribute");
            }
            Path plain = Path.of(attribute);
            Path path = whenAbsent == null ? plain : plain.or(whenAbsent);
            items(value).forEach(item -> results.add(path.follow(item)));
        } else {
            String filter = Text.of(arguments.positional().getFirst());
            Arguments rest = arguments.rest();
            items(value).forEach(item -> results.add(builtins.filter(filter, item, rest)));
        }
        return new Once(results.iterator());
    }
}
