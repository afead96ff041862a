package dev.distill.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The values that stand in a file as one word. */
final class Scalars {
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
    private static final Pattern DURATION = Pattern.compile("(\\d+)\\s*(ms|s|m|h)");

    private Scalars() {}

    /**
     * The value that {@code text} means.
     *
     * @throws IllegalArgumentException when it means none; the message says more where that helps
     */
    static Object parse(String text, Class<?> type, Path file) {
        if (type == String.class) {
            return text;
        }
        if (type == int.class || type == Integer.class) {
            return number(() -> Integer.parseInt(text.replace("_", "")));
        }
        if (type == long.class || type == Long.class) {
            return number(() -> Long.parseLong(text.replace("_", "")));
        }
        if (type == double.class || type == Double.class) {
            double value = number(() -> Double.parseDouble(text.replace("_", "")));
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException();
            }
            return value;
        }
        if (type == boolean.class || type == Boolean.class) {
            return switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new IllegalArgumentException();
            };
        }
        if (type == Path.class) {
            return path(text, file);
        }
        if (type == URI.class) {
            return uri(text);
        }
        if (type == Duration.class) {
            return duration(text);
        }
        if (type == LocalDate.class) {
            return date(text);
        }
        if (type == Secret.class) {
            return secret(text, file);
        }
        if (type.isEnum()) {
            return constant(text, type);
        }
        throw new IllegalStateException("a record component of " + type + " cannot be read");
    }

    /** What a value of this type looks like, for a message. */
    static String expected(Class<?> type) {
        if (type.isEnum()) {
            String words =
                    Arrays.stream(type.getEnumConstants())
                            .map(Scalars::word)
                            .collect(Collectors.joining(", "));
            return "one of " + words;
        }
        return switch (type.getSimpleName()) {
            case "int", "Integer", "long", "Long" -> "a whole number";
            case "double", "Double" -> "a number";
            case "boolean", "Boolean" -> "true or false";
            case "Path" -> "a path";
            case "URI" -> "a URL";
            case "Duration" -> "a duration such as 500ms, 2s, 5m or 24h";
            case "LocalDate" -> "a date such as 2027-03-01";
            case "Secret" -> "env:NAME or file:PATH";
            default -> "a text";
        };
    }

    /** An enum constant as it is written in a file. */
    static String word(Object constant) {
        String name = ((Enum<?>) constant).name();
        try {
            Word word =
                    ((Enum<?>) constant)
                            .getDeclaringClass()
                            .getField(name)
                            .getAnnotation(Word.class);
            return word == null ? name.toLowerCase(Locale.ROOT) : word.value();
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("a constant is a field of its enum", e);
        }
    }

    @FunctionalInterface
    private interface Parser<T> {
        T parse();
    }

    /** Parses a number; the parser's own message says nothing that the user does not see. */
    private static <T> T number(Parser<T> parser) {
        try {
            return parser.parse();
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException();
        }
    }

    private static Object constant(String text, Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .filter(c -> word(c).replace('-', '_').equals(text.replace('-', '_')))
                .findFirst()
                .orElseThrow(IllegalArgumentException::new);
    }

    private static URI uri(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) { // whose message repeats the text
            throw new IllegalArgumentException("it has a character that no URL has");
        }
        if (uri.getScheme() == null || uri.getHost() == null) {
            throw new IllegalArgumentException("it needs a scheme and a host");
        }
        return uri;
    }

    private static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException();
        }
        long n = number(() -> Long.parseLong(matcher.group(1)));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(n);
            case "s" -> Duration.ofSeconds(n);
            case "m" -> Duration.ofMinutes(n);
            default -> Duration.ofHours(n);
        };
    }

    private static LocalDate date(String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException _) {
            throw new IllegalArgumentException();
        }
    }

    private static Path path(String text, Path file) {
        try {
            return file.resolveSibling(text).normalize();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("it has a character that no path has");
        }
    }

    private static Secret secret(String text, Path file) {
        if (text.startsWith("env:")) {
            String name = text.substring(4);
            if (!VARIABLE.matcher(name).matches()) {
                throw new IllegalArgumentException("what follows env: is no name of a variable");
            }
            return new Secret.FromEnvironment(name);
        }
        if (text.startsWith("file:") && text.length() > 5) {
            return new Secret.FromFile(path(text.substring(5), file));
        }
        throw new IllegalArgumentException("a key itself does not belong in a file");
    }
}
