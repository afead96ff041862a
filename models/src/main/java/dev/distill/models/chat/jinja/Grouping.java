package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Arguments.Bound;
import java.util.ArrayList;
import java.util.List;

/** Filters that cut a list into several. */
final class Grouping {
    private Grouping() {}

    /** Lists of {@code linecount} items, the last of them filled up. */
    static Object batches(Object value, Arguments arguments) {
        Bound bound = arguments.bind(1, "linecount", "fill_with");
        int size = bound.integer("linecount", 0);
        List<Object> items = Values.items(value);
        if (size < 1 || size > Limits.ITEMS) {
            throw new TemplateError("batch() needs a linecount in [1, %d]".formatted(Limits.ITEMS));
        }
        List<Object> batches = new ArrayList<>();
        for (int at = 0; at < items.size(); at += size) {
            List<Object> batch =
                    new ArrayList<>(items.subList(at, Math.min(items.size(), at + size)));
            Object fill = bound.get("fill_with", None.NONE);
            while (fill != None.NONE && batch.size() < size) {
                batch.add(fill);
            }
            batches.add(batch);
        }
        return new Once(batches.iterator());
    }

    /** That many lists of about the same length. */
    static Object slices(Object value, Arguments arguments) {
        Bound bound = arguments.bind(1, "slices", "fill_with");
        int count = bound.integer("slices", 0);
        List<Object> items = Values.items(value);
        if (count < 1 || count > Limits.ITEMS) {
            throw new TemplateError("slice() needs slices in [1, %d]".formatted(Limits.ITEMS));
        }
        int each = items.size() / count;
        int longer = items.size() % count;
        Object fill = bound.get("fill_with", None.NONE);
        List<Object> slices = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < count; i++) {
            int end = at + each + (i < longer ? 1 : 0);
            List<Object> slice = new ArrayList<>(items.subList(at, end));
            if (fill != None.NONE && i >= longer) {
                slice.add(fill);
            }
            slices.add(slice);
            at = end;
        }
        return new Once(slices.iterator());
    }

    /** Tuples of a value of {@code attribute} and the items that have it, in the values' order. */
    static Object groups(Object value, Arguments arguments) {
        Bound bound = arguments.bind(1, "attribute", "default", "case_sensitive");
        boolean exact = bound.truth("case_sensitive", false);
        Path plain = Path.of(bound.get("attribute"));
        Path path = bound.has("default") ? plain.or(bound.get("default")) : plain;
        List<Object> items = new ArrayList<>(Values.items(value));
        items.sort((a, b) -> order(key(path, a, exact), key(path, b, exact)));
        List<Object> groups = new ArrayList<>();
        for (int at = 0; at < items.size(); ) {
            Object first = items.get(at);
            Object key = key(path, first, exact);
            List<Object> group = new ArrayList<>();
            while (at < items.size() && Values.equal(key(path, items.get(at), exact), key)) {
                group.add(items.get(at++));
            }
            groups.add(Tuple.of(path.follow(first), group));
        }
        return groups;
    }

    private static Object key(Path path, Object item, boolean exact) {
        return SequenceFilters.folded(path.follow(item), exact);
    }

    private static int order(Object a, Object b) {
        return Operators.order("<", a, b).orElse(0);
    }
}
