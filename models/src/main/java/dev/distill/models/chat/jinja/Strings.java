package dev.distill.models.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What Python's {@code str} does and Java's {@code String} does otherwise. */
final class Strings {
    private Strings() {}

    static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /** The first letter large, the others small. */
    static String capitalized(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        String letter = text.substring(0, first);
        int title = Character.toTitleCase(letter.codePointAt(0));
        String large = upper(letter);
        return (CodePoints.length(large) > 1 ? capitalized(large) : Character.toString(title))
                + lower(text.substring(first));
    }

    static String strip(String text) {
        return strip(text, None.NONE, true, true);
    }

    /**
     * Takes characters off the ends of a text.
     *
     * @param characters which, in any order; white space when it is none
     */
    static String strip(String text, Object characters, boolean left, boolean right) {
        if (characters != None.NONE && !(characters instanceof String)) {
            throw new TemplateError("strip arg must be None or str");
        }
        int from = 0;
        int end = text.length();
        while (left && from < end && goes(text.codePointAt(from), characters)) {
            from += Character.charCount(text.codePointAt(from));
        }
        while (right && end > from && goes(text.codePointBefore(end), characters)) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(from, end);
    }

    private static boolean goes(int c, Object characters) {
        return characters instanceof String set ? set.indexOf(c) >= 0 : Characters.isSpace(c);
    }

    /**
     * Replaces the first occurrences of a part.
     *
     * @param count how many, all when it is negative
     */
    static String replace(String text, String old, String with, int count) {
        StringBuilder result = new StringBuilder();
        int at = 0;
        for (int done = 0; done != count; done++) {
            int found = text.indexOf(old, old.isEmpty() && done > 0 ? next(text, at) : at);
            if (found < 0 || (old.isEmpty() && done > CodePoints.length(text))) {
                break;
            }
            result.append(text, at, found).append(with);
            if (result.length() > Limits.TEXT) {
                throw Operators.tooLong();
            }
            at = found + old.length();
        }
        return result.append(text, at, text.length()).toString();
    }

    private static int next(String text, int at) {
        return at < text.length() ? text.offsetByCodePoints(at, 1) : at;
    }

    /** Cuts a text after its line ends, of which Python knows more than one. */
    static List<String> lines(String text, boolean keepEnds) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            if (endsLine(text.charAt(i))) {
                boolean pair = text.startsWith("\r\n", i);
                int next = i + (pair ? 2 : 1);
                lines.add(text.substring(start, keepEnds ? next : i));
                start = next;
                i = next - 1;
            }
        }
        if (start < text.length()) {
            lines.add(text.substring(start));
        }
        return lines;
    }

    private static boolean endsLine(char c) {
        return (c >= '\n' && c <= '\r')
                || (c >= 0x1c && c <= 0x1e)
                || c == 0x85
                || c == 0x2028
                || c == 0x2029;
    }
}
