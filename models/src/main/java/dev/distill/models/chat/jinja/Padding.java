package dev.distill.models.chat.jinja;

/** Texts made as wide as asked, in characters. */
final class Padding {
    private Padding() {}

    static String left(String text, int width, String fill) {
        return text + fill(missing(text, width), fill);
    }

    static String right(String text, int width, String fill) {
        return fill(missing(text, width), fill) + text;
    }

    static String center(String text, int width, String fill) {
        int missing = missing(text, width);
        int before = missing / 2 + (missing & width & 1);
        return fill(before, fill) + text + fill(missing - before, fill);
    }

    /** The fill comes after the sign. */
    static String afterSign(String text, int width, String fill) {
        boolean signed = text.startsWith("-") || text.startsWith("+");
        String sign = signed ? text.substring(0, 1) : "";
        return sign + fill(missing(text, width), fill) + text.substring(sign.length());
    }

    private static int missing(String text, int width) {
        return Math.max(0, width - CodePoints.length(text));
    }

    private static String fill(int count, String fill) {
        if (CodePoints.length(fill) != 1) {
            throw new TemplateError("the fill character must be exactly one character long");
        }
        if (count > Limits.TEXT / 2) {
            throw Operators.tooLong();
        }
        return fill.repeat(count);
    }
}
