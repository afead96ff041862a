package dev.distill.models.chat.jinja;

/** The escapes of a string literal, as Python's {@code unicode-escape} reads them. */
final class Escapes {
    private final String text;
    private final StringBuilder result = new StringBuilder();
    private int at;

    private Escapes(String text) {
        this.text = text;
    }

    /**
     * What stands between the quotes of a literal, resolved. An unknown escape stays as it is.
     *
     * @throws TemplateError when {@code \x}, {@code \\u} or {@code \U} has too few digits
     */
    static String resolve(String inner) {
        if (inner.indexOf('\\') < 0) {
            return inner;
        }
        Escapes escapes = new Escapes(inner);
        while (escapes.at < inner.length()) {
            escapes.step();
        }
        return escapes.result.toString();
    }

    private void step() {
        char c = text.charAt(at++);
        if (c != '\\') {
            result.append(c);
            return;
        }
        char escape = text.charAt(at++);
        switch (escape) {
            case '\n' -> {}
            case '\\', '\'', '"' -> result.append(escape);
            case 'a' -> result.append('\u0007');
            case 'b' -> result.append('\b');
            case 'f' -> result.append('\f');
            case 'n' -> result.append('\n');
            case 'r' -> result.append('\r');
            case 't' -> result.append('\t');
            case 'v' -> result.append('\u000b');
            case 'x' -> number(2, 16);
            case 'u' -> number(4, 16);
            case 'U' -> number(8, 16);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> octal();
            case 'N' -> throw new TemplateError("\\N{...} is not supported in a string");
            default -> result.append('\\').append(escape);
        }
    }

    private void octal() {
        int end = at--;
        while (end < text.length() && end < at + 3 && Character.digit(text.charAt(end), 8) >= 0) {
            end++;
        }
        number(end - at, 8);
    }

    private void number(int digits, int radix) {
        int end = at + digits;
        int value = 0;
        for (; at < end; at++) {
            int digit = at < text.length() ? Character.digit(text.charAt(at), radix) : -1;
            if (digit < 0) {
                throw new TemplateError("an escape in a string needs %d digits".formatted(digits));
            }
            value = value * radix + digit;
        }
        if (!Character.isValidCodePoint(value)) {
            throw new TemplateError("an escape in a string is no character");
        }
        result.appendCodePoint(value);
    }
}
