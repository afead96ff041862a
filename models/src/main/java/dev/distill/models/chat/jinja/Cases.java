package dev.distill.models.chat.jinja;

import java.util.function.IntPredicate;

/** What kind of characters a text consists of. */
final class Cases {
    private Cases() {}

    /** Whether there are letters with a case and all of them are large. */
    static boolean isUpper(String text) {
        return text.codePoints().anyMatch(Character::isUpperCase)
                && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || isTitle(c));
    }

    /** Whether there are letters with a case and all of them are small. */
    static boolean isLower(String text) {
        return text.codePoints().anyMatch(Character::isLowerCase)
                && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || isTitle(c));
    }

    private static boolean isTitle(int c) {
        return Character.isTitleCase(c);
    }

    /** Whether there are characters and all of them are of a kind. */
    static boolean all(String text, IntPredicate kind) {
        return !text.isEmpty() && text.codePoints().allMatch(kind);
    }

    /** The first letter of each word large and the others small, as {@code str.title} does. */
    static String title(String text) {
        StringBuilder result = new StringBuilder();
        boolean inWord = false;
        for (int c : text.codePoints().toArray()) {
            boolean cased = Character.isUpperCase(c) || Character.isLowerCase(c) || isTitle(c);
            String letter = Character.toString(c);
            result.append(
                    inWord ? Strings.lower(letter) : cased ? Strings.capitalized(letter) : letter);
            inWord = cased;
        }
        return result.toString();
    }

    static String swapped(String text) {
        StringBuilder result = new StringBuilder();
        for (int c : text.codePoints().toArray()) {
            String letter = Character.toString(c);
            result.append(Character.isUpperCase(c) ? Strings.lower(letter) : Strings.upper(letter));
        }
        return result.toString();
    }
}
