package dev.distill.models.chat.jinja;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** How Python writes a value: {@code str} when it is printed, {@code repr} inside of another. */
final class Text {
    private static final int DEPTH = 100;

    private Text() {}

    static String of(Object value) {
        return switch (value) {
            case String text -> text;
            case Undefined _ -> "";
            default -> repr(value);
        };
    }

    static String repr(Object value) {
        return repr(value, 0);
    }

    private static String repr(Object value, int depth) {
        if (depth > DEPTH) {
            throw new TemplateError("a value is nested more than %d deep".formatted(DEPTH));
        }
        return switch (value) {
            case String text -> quoted(text);
            case None _ -> "None";
            case Boolean truth -> truth ? "True" : "False";
            case Double number -> Numbers.text(number);
            case Undefined _ -> "Undefined";
            case List<?> items -> "[" + joined(items, depth) + "]";
            case Tuple tuple ->
                    "(" + joined(tuple.items(), depth) + (tuple.items().size() == 1 ? ",)" : ")");
            case Map<?, ?> dict -> "{" + pairs(dict, depth) + "}";
            case View view -> "%s([%s])".formatted(view.type(), joined(view.items(), depth));
            case Namespace namespace -> "<Namespace {" + pairs(namespace.members(), depth) + "}>";
            case Once _, Function _, Loop _ ->
                    throw new TemplateError(
                            "a %s has no text of its own".formatted(Values.typeName(value)));
            default -> value.toString();
        };
    }

    private static String joined(Collection<?> items, int depth) {
        return items.stream().map(item -> repr(item, depth + 1)).collect(Collectors.joining(", "));
    }

    private static String pairs(Map<?, ?> map, int depth) {
        return map.entrySet().stream()
                .map(e -> repr(e.getKey(), depth + 1) + ": " + repr(e.getValue(), depth + 1))
                .collect(Collectors.joining(", "));
    }

    /** A string as a Python literal: in single quotes, unless only those are in it. */
    private static String quoted(String text) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder result = new StringBuilder().append(quote);
        text.codePoints().forEach(c -> result.append(escaped(c, quote)));
        return result.append(quote).toString();
    }

    private static String escaped(int c, char quote) {
        return switch (c) {
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> {
                if (c == quote) {
                    yield "\\" + quote;
                }
                if (isPrintable(c)) {
                    yield Character.toString(c);
                }
                yield c < 0x100
                        ? "\\x%02x".formatted(c)
                        : c < 0x10000 ? "\\u%04x".formatted(c) : "\\U%08x".formatted(c);
            }
        };
    }

    private static boolean isPrintable(int c) {
        return c == ' '
                || switch (Character.getType(c)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.PRIVATE_USE,
                            Character.UNASSIGNED,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR,
                            Character.SPACE_SEPARATOR ->
                            false;
                    default -> true;
                };
    }
}
