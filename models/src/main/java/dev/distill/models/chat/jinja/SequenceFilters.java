package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Arguments.Bound;
import dev.distill.models.chat.jinja.Builtins.Applied;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Filters over what can be iterated. */
final class SequenceFilters {
    private SequenceFilters() {}

    static void addTo(Map<String, Applied> filters) {
        filters.put("length", (value, _) -> length(value));
        filters.put("count", (value, _) -> length(value));
        filters.put("list", (value, _) -> Values.items(value));
        filters.put("first", (value, _) -> end(Values.items(value), false));
        filters.put("last", (value, _) -> end(Values.items(value), true));
        filters.put("reverse", (value, _) -> reversed(value));
        filters.put("items", (value, _) -> items(value));
        filters.put("join", SequenceFilters::joined);
        filters.put("sum", SequenceFilters::sum);
        filters.put("sort", SequenceFilters::sorted);
        filters.put("dictsort", SequenceFilters::dictSorted);
        filters.put("unique", SequenceFilters::unique);
        filters.put("min", (value, args) -> extreme(value, args, true));
        filters.put("max", (value, args) -> extreme(value, args, false));
        filters.put("batch", Grouping::batches);
        filters.put("slice", Grouping::slices);
        filters.put("groupby", Grouping::groups);
    }

    private static BigInteger length(Object value) {
        return Numbers.of(
                Values.length(value)
                        .orElseThrow(
                                () ->
                                        new TemplateError(
                                                "object of type '%s' has no len()"
                                                        .formatted(Values.typeName(value)))));
    }

    private static Object end(List<Object> items, boolean last) {
        return items.isEmpty()
                ? new Undefined("no %s item, sequence was empty".formatted(last ? "last" : "first"))
                : last ? items.getLast() : items.getFirst();
    }

    private static Object reversed(Object value) {
        if (value instanceof String text) {
            return new StringBuilder(text).reverse().toString();
        }
        List<Object> items = new ArrayList<>(Values.items(value));
        Collections.reverse(items);
        return value instanceof Once || value instanceof Undefined
                ? items
                : new Once(items.iterator());
    }

    private static Object items(Object value) {
        return switch (value) {
            case Undefined _ -> new Once(Collections.emptyIterator());
            case Map<?, ?> dict -> new Once(pairs(dict).iterator());
            default -> throw new TemplateError("can only get item pairs from a mapping");
        };
    }

    /** The members of a dict as tuples of key and value. */
    static List<Object> pairs(Map<?, ?> dict) {
        List<Object> pairs = new ArrayList<>();
        dict.forEach((key, member) -> pairs.add(Tuple.of(key, member)));
        return pairs;
    }

    private static Object joined(Object value, Arguments arguments) {
        Bound bound = arguments.bind(0, "d", "attribute");
        Path path = Path.of(bound.get("attribute", None.NONE));
        Output output = new Output();
        String separator = Text.of(bound.get("d", ""));
        boolean first = true;
        for (Object item : Values.items(value)) {
            output.write(first ? "" : separator);
            output.write(Text.of(path.follow(item)));
            first = false;
        }
        return output.toString();
    }

    private static Object sum(Object value, Arguments arguments) {
        Bound bound = arguments.bind(0, "attribute", "start");
        Path path = Path.of(bound.get("attribute", None.NONE));
        Object sum = bound.get("start", BigInteger.ZERO);
        for (Object item : Values.items(value)) {
            sum = Operators.binary("+", sum, path.follow(item));
        }
        return sum;
    }

    private static Object sorted(Object value, Arguments arguments) {
        Bound bound = arguments.bind(0, "reverse", "case_sensitive", "attribute");
        boolean exact = bound.truth("case_sensitive", false);
        Paths paths = Paths.of(bound.get("attribute", None.NONE));
        List<Object> items = new ArrayList<>(Values.items(value));
        Comparator<Object> order = order(exact, paths::follow);
        items.sort(bound.truth("reverse", false) ? order.reversed() : order);
        return items;
    }

    private static Object dictSorted(Object value, Arguments arguments) {
        Bound bound = arguments.bind(0, "case_sensitive", "by", "reverse");
        if (!(value instanceof Map<?, ?> dict)) {
            throw new TemplateError("dictsort needs a mapping, got " + Values.typeName(value));
        }
        int by =
                switch (bound.text("by", "key")) {
                    case "key" -> 0;
                    case "value" -> 1;
                    default ->
                            throw new TemplateError("you can only sort by either 'key' or 'value'");
                };
        List<Object> pairs = pairs(dict);
        Comparator<Object> order =
                order(
                        bound.truth("case_sensitive", false),
                        pair -> Access.item(pair, Numbers.of(by)));
        pairs.sort(bound.truth("reverse", false) ? order.reversed() : order);
        return pairs;
    }

    private static Comparator<Object> order(
            boolean exact, java.util.function.UnaryOperator<Object> key) {
        return (a, b) ->
                Operators.order("<", folded(key.apply(a), exact), folded(key.apply(b), exact))
                        .orElse(0);
    }

    /** What is compared: large and small letters are equal, unless {@code exact}. */
    static Object folded(Object value, boolean exact) {
        return switch (value) {
            case String text when !exact -> Strings.lower(text);
            case List<?> list when !exact ->
                    list.stream().<Object>map(item -> folded(item, false)).toList();
            default -> value;
        };
    }

    private static Object unique(Object value, Arguments arguments) {
        Bound bound = arguments.bind(0, "case_sensitive", "attribute");
        boolean exact = bound.truth("case_sensitive", false);
        Path path = Path.of(bound.get("attribute", None.NONE));
        List<Object> seen = new ArrayList<>();
        List<Object> kept = new ArrayList<>();
        for (Object item : Values.items(value)) {
            Object key = folded(path.follow(item), exact);
            if (seen.stream().noneMatch(other -> Values.equal(other, key))) {
                seen.add(key);
                kept.add(item);
            }
        }
        return new Once(kept.iterator());
    }

    private static Object extreme(Object value, Arguments arguments, boolean smallest) {
        Bound bound = arguments.bind(0, "case_sensitive", "attribute");
        boolean exact = bound.truth("case_sensitive", false);
        Path path = Path.of(bound.get("attribute", None.NONE));
        Comparator<Object> rising = order(exact, path::follow);
        Comparator<Object> order = smallest ? rising.reversed() : rising;
        Object best = null;
        for (Object item : Values.items(value)) {
            if (best == null || order.compare(item, best) > 0) {
                best = item;
            }
        }
        return best != null ? best : new Undefined("no aggregated item, sequence was empty");
    }
}
