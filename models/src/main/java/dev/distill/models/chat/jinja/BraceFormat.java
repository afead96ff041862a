package dev.distill.models.chat.jinja;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code str.format}: {@code {}}, {@code {0}}, {@code {name.member[key]!r:>8}}. */
final class BraceFormat {
    private static final Pattern FIELD =
            Pattern.compile(
                    "\\{\\{|\\}\\}|\\{(?<first>[^{}.\\[!:]*)(?<path>[^{}!:]*)"
                            + "(?:!(?<conversion>[sr]))?(?::(?<spec>[^{}]*))?\\}|[{}]");
    private static final Pattern STEP = Pattern.compile("\\.([^.\\[]+)|\\[([^\\]]+)\\]");

    private BraceFormat() {}

    static String format(String format, Arguments arguments) {
        StringBuilder result = new StringBuilder();
        Matcher field = FIELD.matcher(format);
        int at = 0;
        int next = 0;
        boolean counted = false;
        boolean numbered = false;
        while (field.find()) {
            result.append(format, at, field.start());
            at = field.end();
            switch (field.group()) {
                case "{{" -> result.append('{');
                case "}}" -> result.append('}');
                case "{", "}" ->
                        throw new TemplateError("single '%s' in a format".formatted(field.group()));
                default -> {
                    String first = field.group("first");
                    counted |= first.isEmpty();
                    numbered |= !first.isEmpty() && Character.isDigit(first.charAt(0));
                    if (counted && numbered) {
                        throw new TemplateError("a format has fields with and without numbers");
                    }
                    String name = first.isEmpty() ? String.valueOf(next++) : first;
                    result.append(one(field, value(name, arguments)));
                }
            }
        }
        return result.append(format, at, format.length()).toString();
    }

    private static Object value(String name, Arguments arguments) {
        if (name.chars().allMatch(Character::isDigit)) {
            int index = name.length() > 5 ? Integer.MAX_VALUE : Integer.parseInt(name);
            if (index >= arguments.positional().size()) {
                throw new TemplateError("the format needs an argument %s".formatted(name));
            }
            return arguments.positional().get(index);
        }
        Object value = arguments.keywords().get(name);
        if (value == null) {
            throw new TemplateError("the format needs an argument '%s'".formatted(name));
        }
        return value;
    }

    private static String one(Matcher field, Object first) {
        Object value = first;
        Matcher step = STEP.matcher(field.group("path"));
        while (step.find()) {
            value =
                    step.group(1) != null
                            ? Access.attribute(value, step.group(1))
                            : Access.item(value, Path.of(step.group(2)).keys().getFirst());
        }
        if ("r".equals(field.group("conversion"))) {
            value = Text.repr(value);
        } else if (field.group("conversion") != null) {
            value = Text.of(value);
        }
        String spec = field.group("spec");
        return spec == null || spec.isEmpty() ? Text.of(value) : FormatSpec.of(spec).format(value);
    }
}
