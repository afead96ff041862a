package dev.distill.models.chat.jinja;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code 'text' % values}. */
final class PercentFormat {
    private static final Pattern FIELD =
            Pattern.compile(
                    "%(?:\\((?<name>[^)]*)\\))?(?<flags>[-+ 0#]*)(?<width>\\d*)"
                            + "(?:\\.(?<precision>\\d+))?[hlL]?(?<type>[a-zA-Z%])?");

    private PercentFormat() {}

    /**
     * A format with its fields filled.
     *
     * @param values a tuple, a dict for fields with names, or the only value
     */
    static String format(String format, Object values) {
        List<Object> positional = values instanceof Tuple tuple ? tuple.items() : List.of(values);
        StringBuilder result = new StringBuilder();
        Matcher field = FIELD.matcher(format);
        int at = 0;
        int used = 0;
        while (field.find(at)) {
            result.append(format, at, field.start());
            at = field.end();
            if (field.group("type") == null) {
                throw new TemplateError("incomplete format");
            }
            if (field.group("type").equals("%")) {
                result.append('%');
            } else if (field.group("name") != null) {
                if (!(values instanceof Map<?, ?> dict)) {
                    throw new TemplateError("format requires a mapping");
                }
                String name = field.group("name");
                result.append(
                        one(
                                field,
                                Dicts.get(dict, name)
                                        .orElseThrow(
                                                () ->
                                                        new TemplateError(
                                                                "the format's '%s' is not there"
                                                                        .formatted(name)))));
            } else if (used < positional.size()) {
                result.append(one(field, positional.get(used++)));
            } else {
                throw new TemplateError("not enough arguments for format string");
            }
        }
        boolean indexed = values instanceof Map<?, ?> || values instanceof List<?>;
        if (used < positional.size() && !indexed) {
            throw new TemplateError("not all arguments converted during string formatting");
        }
        return result.append(format, at, format.length()).toString();
    }

    private static String one(Matcher field, Object value) {
        String flags = field.group("flags");
        String align = flags.contains("-") ? "<" : flags.contains("0") ? "=" : ">";
        String sign = flags.contains("+") ? "+" : flags.contains(" ") ? " " : "";
        String precision = field.group("precision") == null ? "" : "." + field.group("precision");
        String type = field.group("type");
        FormatSpec spec =
                FormatSpec.of(
                        (align.equals("=") ? "0" : " ")
                                + (align.equals("=") && "sra".contains(type) ? ">" : align)
                                + ("sra".contains(type) ? "" : sign)
                                + (flags.contains("#") && !"sra".contains(type) ? "#" : "")
                                + field.group("width")
                                + precision
                                + switch (type) {
                                    case "s", "r", "a" -> "s";
                                    case "i", "u" -> "d";
                                    default -> type;
                                });
        return switch (type) {
            case "s" -> spec.format(Text.of(value));
            case "r" -> spec.format(Text.repr(value));
            case "d", "i", "u" ->
                    spec.format(
                            value instanceof Double number
                                    ? Parsed.truncated(number)
                                            .orElseThrow(
                                                    () ->
                                                            new TemplateError(
                                                                    "the format d needs a number"))
                                    : value);
            case "x", "X", "o", "c", "e", "E", "f", "F", "g", "G" -> spec.format(value);
            default -> throw new TemplateError("unsupported format character '" + type + "'");
        };
    }
}
