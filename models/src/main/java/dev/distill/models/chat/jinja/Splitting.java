package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Arguments.Bound;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The methods of {@code str} that cut it. */
final class Splitting {
    private Splitting() {}

    static Optional<Function> method(String text, String name) {
        return switch (name) {
            case "split" -> Optional.of(args -> split(text, args, false));
            case "rsplit" -> Optional.of(args -> split(text, args, true));
            case "splitlines" ->
                    Optional.of(
                            args ->
                                    new ArrayList<Object>(
                                            Strings.lines(
                                                    text,
                                                    args.bind(0, "keepends")
                                                            .truth("keepends", false))));
            case "partition" -> Optional.of(args -> partition(text, args, false));
            case "rpartition" -> Optional.of(args -> partition(text, args, true));
            default -> Optional.empty();
        };
    }

    private static Object split(String text, Arguments arguments, boolean fromRight) {
        Bound bound = arguments.bind(0, "sep", "maxsplit");
        int given = bound.integer("maxsplit", -1);
        int most = given < 0 ? Integer.MAX_VALUE : given;
        if (bound.get("sep", None.NONE) == None.NONE) {
            return fromRight ? wordsFromRight(text, most) : words(text, most);
        }
        String separator = separator(bound.text("sep"));
        return fromRight ? fromRight(text, separator, most) : fromLeft(text, separator, most);
    }

    private static String separator(String separator) {
        if (separator.isEmpty()) {
            throw new TemplateError("empty separator");
        }
        return separator;
    }

    private static List<Object> fromLeft(String text, String separator, int most) {
        List<Object> parts = new ArrayList<>();
        int at = 0;
        int found = text.indexOf(separator);
        while (found >= 0 && parts.size() < most) {
            parts.add(text.substring(at, found));
            at = found + separator.length();
            found = text.indexOf(separator, at);
        }
        parts.add(text.substring(at));
        return parts;
    }

    private static List<Object> fromRight(String text, String separator, int most) {
        List<Object> parts = new ArrayList<>();
        String rest = text;
        int found = rest.lastIndexOf(separator);
        while (found >= 0 && parts.size() < most) {
            parts.add(rest.substring(found + separator.length()));
            rest = rest.substring(0, found);
            found = rest.lastIndexOf(separator);
        }
        parts.add(rest);
        Collections.reverse(parts);
        return parts;
    }

    /** Cuts at white space of any length, of which there is none at the ends then. */
    private static List<Object> words(String text, int most) {
        List<Object> words = new ArrayList<>();
        String rest = Strings.strip(text, None.NONE, true, false);
        while (!rest.isEmpty() && words.size() < most) {
            int end = 0;
            while (end < rest.length() && !Characters.isSpace(rest.charAt(end))) {
                end++;
            }
            words.add(rest.substring(0, end));
            rest = Strings.strip(rest.substring(end), None.NONE, true, false);
        }
        if (!rest.isEmpty()) {
            words.add(Strings.strip(rest, None.NONE, false, words.isEmpty()));
            // Python strips what is left of a limited split on its right too when nothing was cut.
        }
        return words;
    }

    private static List<Object> wordsFromRight(String text, int most) {
        List<Object> words = new ArrayList<>();
        String rest = Strings.strip(text, None.NONE, false, true);
        while (!rest.isEmpty() && words.size() < most) {
            int start = rest.length();
            while (start > 0 && !Characters.isSpace(rest.charAt(start - 1))) {
                start--;
            }
            words.add(rest.substring(start));
            rest = Strings.strip(rest.substring(0, start), None.NONE, false, true);
        }
        if (!rest.isEmpty()) {
            words.add(rest);
        }
        Collections.reverse(words);
        return words;
    }

    private static Object partition(String text, Arguments arguments, boolean last) {
        String separator = separator(arguments.bind(1, "sep").text("sep"));
        int found = last ? text.lastIndexOf(separator) : text.indexOf(separator);
        if (found < 0) {
            return last ? Tuple.of("", "", text) : Tuple.of(text, "", "");
        }
        return Tuple.of(
                text.substring(0, found), separator, text.substring(found + separator.length()));
    }
}
