package dev.distill.models.chat.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Numbers read from strings, as Python's {@code int()} and {@code float()} do. */
final class Parsed {
    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9a-z]+(?:_[0-9a-z]+)*");
    private static final Pattern FLOAT =
            Pattern.compile(
                    "[+-]?(?:(?:\\d+(?:_\\d+)*\\.?(?:\\d+(?:_\\d+)*)?|\\.\\d+(?:_\\d+)*)"
                            + "(?:e[+-]?\\d+(?:_\\d+)*)?|inf(?:inity)?|nan)");

    private Parsed() {}

    /** The integer that a text is in a base; empty when it is none. */
    static Optional<BigInteger> integer(String text, int base) {
        String digits = Strings.strip(text).toLowerCase(Locale.ROOT);
        String prefix =
                switch (base) {
                    case 2 -> "0b";
                    case 8 -> "0o";
                    case 16 -> "0x";
                    default -> "";
                };
        if (!prefix.isEmpty()) {
            digits = digits.replaceFirst("^([+-]?)" + prefix, "$1");
        }
        if (!INTEGER.matcher(digits).matches() || base < 2 || base > 36) {
            return Optional.empty();
        }
        try {
            return Optional.of(new BigInteger(digits.replace("_", ""), base));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    /** The float that a text is; empty when it is none. */
    static Optional<Double> floating(String text) {
        String number = Strings.strip(text).toLowerCase(Locale.ROOT);
        if (!FLOAT.matcher(number).matches()) {
            return Optional.empty();
        }
        String sign = number.startsWith("-") ? "-" : "";
        String unsigned = number.replaceFirst("^[+-]", "");
        return Optional.of(
                switch (unsigned.charAt(0)) {
                    case 'n' -> Double.NaN;
                    case 'i' -> Double.parseDouble(sign + "Infinity");
                    default -> Double.parseDouble(sign + unsigned.replace("_", ""));
                });
    }

    /** A float without its fraction; empty when it is infinite or none. */
    static Optional<BigInteger> truncated(double value) {
        return Double.isNaN(value) || Double.isInfinite(value)
                ? Optional.empty()
                : Optional.of(new BigDecimal(value).toBigInteger());
    }
}
