package dev.distill.models.linear;

import java.text.Normalizer;
import java.util.Locale;

/**
 * A text as the n-grams see it: Unicode compatibility composition (NFKC, so that an accent is the
 * same whether it was typed with its letter or after it, and full-width letters are letters), then
 * lower case by Unicode's own rules, whatever the machine's language. Accents stay: they tell words
 * apart.
 */
final class PlainText {
    private static final int NEXT_LINE = 0x85; // white space to Unicode, but not to Java

    private PlainText() {}

    /** The code points of the text. */
    static int[] codePoints(String text) {
        String composed = Normalizer.normalize(text, Normalizer.Form.NFKC);
        return composed.toLowerCase(Locale.ROOT).codePoints().toArray();
    }

    /** Whether it separates words; the rules are Unicode's. */
    static boolean isSpace(int codePoint) {
        return Character.isWhitespace(codePoint)
                || Character.isSpaceChar(codePoint)
                || codePoint == NEXT_LINE;
    }

    /** Whether it belongs to a word: letters, the marks on them, numbers and the underscore. */
    static boolean isWord(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER,
                    Character.NON_SPACING_MARK,
                    Character.COMBINING_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.DECIMAL_DIGIT_NUMBER,
                    Character.LETTER_NUMBER,
                    Character.OTHER_NUMBER ->
                    true;
            default -> codePoint == '_';
        };
    }
}
