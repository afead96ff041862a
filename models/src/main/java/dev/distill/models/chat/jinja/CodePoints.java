package dev.distill.models.chat.jinja;

import java.util.Arrays;

/** Strings as Python sees them: by characters, not by UTF-16 units. */
final class CodePoints {
    private CodePoints() {}

    static int compare(String left, String right) {
        return Arrays.compare(left.codePoints().toArray(), right.codePoints().toArray());
    }

    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** The characters from one index to another. */
    static String part(String text, int from, int end) {
        int first = text.offsetByCodePoints(0, from);
        return text.substring(first, text.offsetByCodePoints(first, end - from));
    }
}
