package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Arguments.Bound;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The filter {@code tojson} as transformers defines it: Python's {@code json.dumps}, which puts a
 * blank after each comma and colon, and leaves characters as they are unless {@code ensure_ascii}.
 */
final class JsonText {
    private final boolean ascii;
    private final Optional<String> indent;
    private final String comma;
    private final String colon;
    private final boolean sorted;
    private final StringBuilder out = new StringBuilder();

    private JsonText(Bound bound) {
        ascii = bound.truth("ensure_ascii", false);
        indent =
                switch (bound.get("indent", None.NONE)) {
                    case None _ -> Optional.empty();
                    case String text -> Optional.of(text);
                    default ->
                            Optional.of(
                                    " ".repeat(Math.clamp(bound.integer("indent", 0), 0, 1000)));
                };
        List<Object> separators =
                bound.get("separators", None.NONE) == None.NONE
                        ? List.of(indent.isPresent() ? "," : ", ", ": ")
                        : Values.items(bound.get("separators"));
        if (separators.size() != 2) {
            throw new TemplateError("tojson() needs two separators, got " + separators.size());
        }
        comma = Text.of(separators.get(0));
        colon = Text.of(separators.get(1));
        sorted = bound.truth("sort_keys", false);
    }

    static Object filter(Object value, Arguments arguments) {
        JsonText json =
                new JsonText(
                        arguments.bind(0, "ensure_ascii", "indent", "separators", "sort_keys"));
        json.write(value, 0);
        return json.out.toString();
    }

    private void write(Object value, int depth) {
        if (out.length() > Limits.TEXT) {
            throw Operators.tooLong();
        }
        if (depth > Limits.NESTING) {
            throw new TemplateError(
                    "a value is nested more than %d deep".formatted(Limits.NESTING));
        }
        switch (value) {
            case String text -> string(text);
            case List<?> list -> array(list, depth);
            case Tuple tuple -> array(tuple.items(), depth);
            case Map<?, ?> dict -> object(dict, depth);
            default -> out.append(scalar(value));
        }
    }

    private static String scalar(Object value) {
        return switch (value) {
            case None _ -> "null";
            case Boolean truth -> truth ? "true" : "false";
            case Double number when number.isNaN() -> "NaN";
            case Double number when number.isInfinite() -> number > 0 ? "Infinity" : "-Infinity";
            case Double _, java.math.BigInteger _ -> Text.repr(value);
            case String text -> text;
            default ->
                    throw new TemplateError(
                            "object of type %s is not JSON serializable"
                                    .formatted(Values.typeName(value)));
        };
    }

    private void array(List<?> items, int depth) {
        if (items.isEmpty()) {
            out.append("[]");
            return;
        }
        out.append('[');
        for (int i = 0; i < items.size(); i++) {
            out.append(i > 0 ? comma : "");
            line(depth + 1);
            write(items.get(i), depth + 1);
        }
        line(depth);
        out.append(']');
    }

    private void object(Map<?, ?> dict, int depth) {
        if (dict.isEmpty()) {
            out.append("{}");
            return;
        }
        out.append('{');
        List<Map.Entry<?, ?>> members = new ArrayList<>(dict.entrySet());
        if (sorted) {
            Comparator<Map.Entry<?, ?>> order =
                    (a, b) -> Operators.order("<", a.getKey(), b.getKey()).orElse(0);
            members.sort(order);
        }
        boolean first = true;
        for (Map.Entry<?, ?> member : members) {
            out.append(first ? "" : comma);
            first = false;
            line(depth + 1);
            string(scalar(member.getKey()));
            out.append(colon);
            write(member.getValue(), depth + 1);
        }
        line(depth);
        out.append('}');
    }

    private void line(int depth) {
        indent.ifPresent(blanks -> out.append('\n').append(blanks.repeat(depth)));
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\f' -> out.append("\\f");
                case '\b' -> out.append("\\b");
                default -> {
                    if (c < 0x20 || (ascii && c > 0x7e)) {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
