package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Arguments.Bound;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/** The methods of Python's {@code str}. */
final class StringMethods {
    private StringMethods() {}

    static Optional<Function> of(String text, String name) {
        return change(text, name)
                .or(() -> question(text, name))
                .or(() -> search(text, name))
                .or(() -> Splitting.method(text, name));
    }

    private static Optional<Function> change(String text, String name) {
        return Optional.ofNullable(
                switch (name) {
                    case "upper" -> simple(Strings.upper(text));
                    case "lower" -> simple(Strings.lower(text));
                    case "casefold" -> simple(Strings.lower(Strings.upper(text)));
                    case "title" -> simple(Cases.title(text));
                    case "capitalize" -> simple(Strings.capitalized(text));
                    case "swapcase" -> simple(Cases.swapped(text));
                    case "strip" -> args -> strip(text, args, true, true);
                    case "lstrip" -> args -> strip(text, args, true, false);
                    case "rstrip" -> args -> strip(text, args, false, true);
                    case "replace" -> args -> replace(text, args);
                    case "format" -> args -> BraceFormat.format(text, args);
                    case "join" -> args -> joined(text, args);
                    case "removeprefix" ->
                            args -> {
                                String prefix = args.bind(1, "prefix").text("prefix");
                                return text.startsWith(prefix)
                                        ? text.substring(prefix.length())
                                        : text;
                            };
                    case "removesuffix" ->
                            args -> {
                                String suffix = args.bind(1, "suffix").text("suffix");
                                return text.endsWith(suffix)
                                        ? text.substring(0, text.length() - suffix.length())
                                        : text;
                            };
                    case "zfill" ->
                            args ->
                                    Padding.afterSign(
                                            text, args.bind(1, "width").integer("width", 0), "0");
                    case "ljust", "rjust", "center" -> args -> padded(text, name, args);
                    default -> null;
                });
    }

    private static Function simple(String result) {
        return args -> {
            args.bind(0);
            return result;
        };
    }

    private static Object strip(String text, Arguments arguments, boolean left, boolean right) {
        Object characters = arguments.bind(0, "chars").get("chars", None.NONE);
        return Strings.strip(text, characters, left, right);
    }

    private static Object replace(String text, Arguments arguments) {
        Bound bound = arguments.bind(2, "old", "new", "count");
        return Strings.replace(
                text, bound.text("old"), bound.text("new"), bound.integer("count", -1));
    }

    private static Object joined(String separator, Arguments arguments) {
        Output output = new Output();
        boolean first = true;
        for (Object item : Values.items(arguments.bind(1, "iterable").get("iterable"))) {
            if (!(item instanceof String part)) {
                throw new TemplateError("join() needs strings, got " + Values.typeName(item));
            }
            output.write(first ? part : separator + part);
            first = false;
        }
        return output.toString();
    }

    private static Object padded(String text, String name, Arguments arguments) {
        Bound bound = arguments.bind(1, "width", "fillchar");
        int width = bound.integer("width", 0);
        String fill = bound.text("fillchar", " ");
        return switch (name) {
            case "ljust" -> Padding.left(text, width, fill);
            case "rjust" -> Padding.right(text, width, fill);
            default -> Padding.center(text, width, fill);
        };
    }

    private static Optional<Function> question(String text, String name) {
        return switch (name) {
            case "isdigit", "isdecimal", "isnumeric" -> kind(text, Character::isDigit);
            case "isalpha" -> kind(text, Character::isLetter);
            case "isalnum" -> kind(text, Character::isLetterOrDigit);
            case "isspace" -> kind(text, Characters::isSpace);
            case "isascii" -> Optional.of(_ -> text.chars().allMatch(c -> c < 0x80));
            case "isupper" -> Optional.of(_ -> Cases.isUpper(text));
            case "islower" -> Optional.of(_ -> Cases.isLower(text));
            case "istitle" ->
                    Optional.of(
                            _ ->
                                    text.equals(Cases.title(text))
                                            && text.codePoints().anyMatch(Character::isLetter));
            default -> Optional.empty();
        };
    }

    private static Optional<Function> kind(String text, IntPredicate kind) {
        return Optional.of(_ -> Cases.all(text, kind));
    }

    private static Optional<Function> search(String text, String name) {
        return switch (name) {
            case "startswith", "endswith" -> Optional.of(args -> affix(text, name, args));
            case "find", "rfind", "index", "rindex" ->
                    Optional.of(args -> position(text, name, args));
            case "count" -> Optional.of(args -> count(text, args));
            default -> Optional.empty();
        };
    }

    /** The part of a text that {@code start} and {@code end} leave; empty when there is none. */
    private static Optional<String> part(String text, Bound bound) {
        int length = CodePoints.length(text);
        int start = index(bound.integer("start", 0), length);
        int end = index(bound.integer("end", length), length);
        return start > end ? Optional.empty() : Optional.of(CodePoints.part(text, start, end));
    }

    private static int index(int given, int length) {
        return Math.clamp(given < 0 ? (long) given + length : given, 0, length);
    }

    private static Object affix(String text, String name, Arguments arguments) {
        Bound bound = arguments.bind(1, "affix", "start", "end");
        Object affix = bound.get("affix");
        List<Object> choices =
                affix instanceof Tuple tuple ? tuple.items() : List.of(bound.text("affix"));
        Optional<String> part = part(text, bound);
        return choices.stream()
                .anyMatch(
                        choice ->
                                part.isPresent()
                                        && choice instanceof String one
                                        && (name.equals("startswith")
                                                ? part.get().startsWith(one)
                                                : part.get().endsWith(one)));
    }

    private static Object position(String text, String name, Arguments arguments) {
        Bound bound = arguments.bind(1, "sub", "start", "end");
        String wanted = bound.text("sub");
        Optional<String> part = part(text, bound);
        int found =
                part.map(p -> name.startsWith("r") ? p.lastIndexOf(wanted) : p.indexOf(wanted))
                        .orElse(-1);
        if (found < 0) {
            if (name.endsWith("index")) {
                throw new TemplateError("substring not found");
            }
            return Numbers.of(-1);
        }
        int start = index(bound.integer("start", 0), CodePoints.length(text));
        return Numbers.of(start + part.orElseThrow().codePointCount(0, found));
    }

    private static Object count(String text, Arguments arguments) {
        Bound bound = arguments.bind(1, "sub", "start", "end");
        String wanted = bound.text("sub");
        Optional<String> part = part(text, bound);
        if (part.isEmpty() || wanted.isEmpty()) {
            return Numbers.of(part.map(p -> CodePoints.length(p) + 1).orElse(0));
        }
        List<Integer> found = new ArrayList<>();
        for (int at = part.get().indexOf(wanted); at >= 0; ) {
            found.add(at);
            at = part.get().indexOf(wanted, at + wanted.length());
        }
        return Numbers.of(found.size());
    }
}
