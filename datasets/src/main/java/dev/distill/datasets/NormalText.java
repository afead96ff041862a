package dev.distill.datasets;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * When two texts are the same request: after Unicode NFC, folding of white space, and lower case.
 */
final class NormalText {
    private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

    private NormalText() {}

    static String of(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return SPACE.matcher(Normalizer.normalize(lower, Normalizer.Form.NFC))
                .replaceAll(" ")
                .strip();
    }
}
