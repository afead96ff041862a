package dev.distill.models.chat.jinja;

import java.math.BigInteger;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The functions that every chat template may call. */
final class Globals {
    private Globals() {}

    /**
     * Those of jinja2 and the two that transformers adds.
     *
     * @param clock what {@code strftime_now} reads
     */
    static Map<String, Object> all(Clock clock) {
        return Map.of(
                "range", (Function) Globals::range,
                "dict", (Function) Globals::dict,
                "namespace", (Function) Globals::namespace,
                "joiner", (Function) Globals::joiner,
                "cycler", (Function) Globals::cycler,
                "raise_exception", (Function) Globals::raise,
                "strftime_now",
                        (Function)
                                args ->
                                        DateFormat.format(
                                                args.bind(1, "format").text("format"),
                                                clock.instant().atZone(clock.getZone())));
    }

    private static Object range(Arguments arguments) {
        List<BigInteger> bounds =
                arguments.positional().stream()
                        .map(
                                value ->
                                        Numbers.integer(value)
                                                .orElseThrow(
                                                        () ->
                                                                new TemplateError(
                                                                        "range() needs integers,"
                                                                                + " got "
                                                                                + Text.repr(
                                                                                        value))))
                        .toList();
        return switch (bounds.size()) {
            case 1 -> new Range(BigInteger.ZERO, bounds.get(0), BigInteger.ONE);
            case 2 -> new Range(bounds.get(0), bounds.get(1), BigInteger.ONE);
            case 3 -> new Range(bounds.get(0), bounds.get(1), bounds.get(2));
            default ->
                    throw new TemplateError("range() takes 1 to 3 arguments, got " + bounds.size());
        };
    }

    private static Object dict(Arguments arguments) {
        Map<Object, Object> dict = new LinkedHashMap<>();
        for (Object source : arguments.positional()) {
            if (source instanceof Map<?, ?> map) {
                dict.putAll(map);
            } else {
                for (Object pair : Values.items(source)) {
                    List<Object> member = Values.items(pair);
                    if (member.size() != 2) {
                        throw new TemplateError("dict() needs pairs, got " + Text.repr(pair));
                    }
                    Dicts.put(dict, member.get(0), member.get(1));
                }
            }
        }
        dict.putAll(arguments.keywords());
        return dict;
    }

    private static Object namespace(Arguments arguments) {
        Namespace namespace = new Namespace();
        ((Map<?, ?>) dict(arguments)).forEach((name, value) -> namespace.set(Text.of(name), value));
        return namespace;
    }

    /** Empty when it is called first, the separator after that. */
    private static Object joiner(Arguments arguments) {
        Object separator = arguments.bind(0, "sep").get("sep", ", ");
        boolean[] used = {false};
        return (Function)
                _ -> {
                    Object text = used[0] ? separator : "";
                    used[0] = true;
                    return text;
                };
    }

    private static Object cycler(Arguments arguments) {
        List<Object> items = arguments.positional();
        if (items.isEmpty()) {
            throw new TemplateError("at least one item has to be provided");
        }
        return new Cycler(items);
    }

    private static Object raise(Arguments arguments) {
        throw new TemplateError(Text.of(arguments.bind(1, "message").get("message")));
    }
}
