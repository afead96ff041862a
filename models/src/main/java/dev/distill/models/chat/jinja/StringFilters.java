package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Arguments.Bound;
import dev.distill.models.chat.jinja.Builtins.Applied;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Filters that make a string of any value's text. */
final class StringFilters {
    private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern BEFORE_WORD =
            Pattern.compile("[-\\s({\\[<]+", Pattern.UNICODE_CHARACTER_CLASS);

    private StringFilters() {}

    static void addTo(Map<String, Applied> filters) {
        simple(filters, "upper", Strings::upper);
        simple(filters, "lower", Strings::lower);
        simple(filters, "capitalize", Strings::capitalized);
        simple(filters, "title", StringFilters::title);
        simple(filters, "string", text -> text);
        simple(filters, "safe", text -> text);
        simple(filters, "escape", StringFilters::escaped);
        simple(filters, "e", StringFilters::escaped);
        filters.put(
                "wordcount",
                (value, _) -> Numbers.of(WORD.matcher(Text.of(value)).results().count()));
        filters.put("trim", StringFilters::trim);
        filters.put("replace", StringFilters::replace);
        filters.put("indent", StringFilters::indent);
        filters.put("truncate", StringFilters::truncate);
        filters.put(
                "center",
                (value, args) ->
                        Padding.center(
                                Text.of(value), args.bind(0, "width").integer("width", 80), " "));
        filters.put("format", StringFilters::format);
    }

    private static void simple(
            Map<String, Applied> filters, String name, UnaryOperator<String> change) {
        filters.put(
                name,
                (value, args) -> {
                    args.bind(0);
                    return change.apply(Text.of(value));
                });
    }

    private static Object trim(Object value, Arguments arguments) {
        Object characters = arguments.bind(0, "chars").get("chars", None.NONE);
        return Strings.strip(Text.of(value), characters, true, true);
    }

    private static Object replace(Object value, Arguments arguments) {
        Bound bound = arguments.bind(2, "old", "new", "count");
        int count = bound.get("count", None.NONE) == None.NONE ? -1 : bound.integer("count", -1);
        return Strings.replace(
                Text.of(value), Text.of(bound.get("old")), Text.of(bound.get("new")), count);
    }

    private static Object format(Object value, Arguments arguments) {
        return PercentFormat.format(
                Text.of(value),
                arguments.keywords().isEmpty()
                        ? new Tuple(arguments.positional())
                        : arguments.keywords());
    }

    /** Each word's first letter large and the others small; a word begins after a bracket too. */
    private static String title(String text) {
        StringBuilder result = new StringBuilder();
        Matcher between = BEFORE_WORD.matcher(text);
        int at = 0;
        while (between.find()) {
            result.append(large(text.substring(at, between.start()))).append(between.group());
            at = between.end();
        }
        return result.append(large(text.substring(at))).toString();
    }

    private static String large(String word) {
        if (word.isEmpty()) {
            return word;
        }
        int first = word.offsetByCodePoints(0, 1);
        return Strings.upper(word.substring(0, first)) + Strings.lower(word.substring(first));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;");
    }

    private static Object indent(Object value, Arguments arguments) {
        Bound bound = arguments.bind(0, "width", "first", "blank");
        if (!(value instanceof String text)) {
            throw wrong("indent", value);
        }
        String indentation =
                bound.get("width", Numbers.of(4)) instanceof String given
                        ? given
                        : " ".repeat(Math.clamp(bound.integer("width", 4), 0, 1000));
        boolean blank = bound.truth("blank", false);
        List<String> lines = new ArrayList<>(Strings.lines(text + "\n", false));
        for (int i = 1; i < lines.size(); i++) {
            if (blank || !lines.get(i).isEmpty()) {
                lines.set(i, indentation + lines.get(i));
            }
        }
        return (bound.truth("first", false) ? indentation : "") + String.join("\n", lines);
    }

    private static Object truncate(Object value, Arguments arguments) {
        Bound bound = arguments.bind(0, "length", "killwords", "end", "leeway");
        String end = bound.text("end", "...");
        int length = bound.integer("length", 255);
        int leeway = bound.get("leeway", None.NONE) == None.NONE ? 5 : bound.integer("leeway", 5);
        int room = length - CodePoints.length(end);
        if (room < 0 || leeway < 0) {
            throw new TemplateError(
                    "truncate() needs a length of at least that of '%s' and a leeway >= 0"
                            .formatted(end));
        }
        if (Values.length(value).orElseThrow(() -> wrong("truncate", value))
                <= (long) length + leeway) {
            return value;
        }
        if (!(value instanceof String text)) {
            throw wrong("truncate", value);
        }
        String kept = CodePoints.part(text, 0, room);
        int blank = kept.lastIndexOf(' ');
        return (bound.truth("killwords", false) || blank < 0 ? kept : kept.substring(0, blank))
                + end;
    }

    private static TemplateError wrong(String filter, Object value) {
        return value instanceof Undefined undefined
                ? undefined.error()
                : new TemplateError(
                        "%s() needs a string, got %s".formatted(filter, Values.typeName(value)));
    }
}
