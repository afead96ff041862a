package dev.distill.models.chat.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's format specification, for instance {@code >8.2f}. */
record FormatSpec(
        String fill,
        String align,
        String sign,
        boolean alternate,
        int width,
        String grouping,
        Optional<Integer> precision,
        String type) {
    private static final Pattern SPEC =
            Pattern.compile(
                    "(?:(?<fill>.)?(?<align>[<>=^]))?(?<sign>[-+ ])?(?<alternate>#)?(?<zero>0)?"
                            + "(?<width>\\d*)(?<grouping>[_,])?(?:\\.(?<precision>\\d+))?"
                            + "(?<type>[a-zA-Z%])?",
                    Pattern.DOTALL);

    static FormatSpec of(String text) {
        Matcher spec = SPEC.matcher(text);
        if (!spec.matches()) {
            throw new TemplateError("invalid format specifier '%s'".formatted(text));
        }
        boolean zero = spec.group("zero") != null;
        String fill = spec.group("fill");
        String align = spec.group("align");
        return new FormatSpec(
                fill != null ? fill : zero && align == null ? "0" : " ",
                align != null ? align : zero ? "=" : "",
                orEmpty(spec.group("sign")),
                spec.group("alternate") != null,
                number(spec.group("width")),
                orEmpty(spec.group("grouping")),
                spec.group("precision") == null
                        ? Optional.empty()
                        : Optional.of(number(spec.group("precision"))),
                orEmpty(spec.group("type")));
    }

    private static String orEmpty(@org.jspecify.annotations.Nullable String text) {
        return text == null ? "" : text;
    }

    private static int number(String digits) {
        if (digits.length() > 4) {
            throw new TemplateError("a format may be at most 9999 wide, got " + digits);
        }
        return digits.isEmpty() ? 0 : Integer.parseInt(digits);
    }

    String format(Object value) {
        if (value instanceof Undefined undefined && !type.isEmpty()) {
            throw undefined.error();
        }
        if (Numbers.isNumber(value)
                && !type.equals("s")
                && !(value instanceof Boolean && type.isEmpty())) {
            return padded(number(value), true);
        }
        if (!type.isEmpty() && !type.equals("s")) {
            throw new TemplateError(
                    "unknown format code '%s' for object of type '%s'"
                            .formatted(type, Values.typeName(value)));
        }
        String text = Text.of(value);
        int length = Math.min(CodePoints.length(text), precision.orElse(Integer.MAX_VALUE));
        return padded(CodePoints.part(text, 0, length), false);
    }

    private String number(Object value) {
        boolean whole = !(value instanceof Double) && (type.isEmpty() || "dxXobcn".contains(type));
        if (whole) {
            BigInteger integer = Numbers.integer(value).orElseThrow();
            if (type.equals("c")) {
                return Character.toString(Numbers.clamp(integer));
            }
            String digits = integer.abs().toString(radix());
            String prefix = alternate && radix() != 10 ? "0" + type : "";
            return signed(
                    integer.signum() < 0,
                    prefix + grouped(type.equals("X") ? Strings.upper(digits) : digits));
        }
        double number = Numbers.floating(value);
        boolean negative = number < 0 || (number == 0 && 1 / number < 0);
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return signed(negative, Numbers.text(Math.abs(number)));
        }
        return signed(negative, grouped(floating(Math.abs(number))));
    }

    private int radix() {
        return switch (type) {
            case "x", "X" -> 16;
            case "o" -> 8;
            case "b" -> 2;
            default -> 10;
        };
    }

    private String floating(double number) {
        int digits = precision.orElse(6);
        return switch (type) {
            case "f", "F" -> fixed(number, digits);
            case "%" -> fixed(number * 100, digits) + "%";
            case "e", "E" -> {
                String text = scientific(number, digits);
                yield type.equals("E") ? Strings.upper(text) : text;
            }
            case "g", "G", "n" -> general(number, Math.max(1, digits));
            case "" ->
                    precision.isEmpty()
                            ? Numbers.text(number)
                            : general(number, Math.max(1, digits));
            default -> throw new TemplateError("unknown format code '" + type + "' for a float");
        };
    }

    private static String fixed(double number, int digits) {
        return new BigDecimal(number).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    }

    private static String scientific(double number, int digits) {
        if (number == 0) {
            return fixed(0, digits) + "e+00";
        }
        BigDecimal rounded =
                new BigDecimal(number)
                        .round(new java.math.MathContext(digits + 1, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        String mantissa =
                rounded.movePointLeft(exponent)
                        .setScale(digits, RoundingMode.HALF_EVEN)
                        .toPlainString();
        return "%se%s%02d".formatted(mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    private static String general(double number, int digits) {
        String scientific = scientific(number, digits - 1);
        int exponent = Integer.parseInt(scientific.substring(scientific.indexOf('e') + 1));
        if (exponent < -4 || exponent >= digits) {
            String mantissa = scientific.substring(0, scientific.indexOf('e'));
            return trimmed(mantissa) + scientific.substring(scientific.indexOf('e'));
        }
        return trimmed(fixed(number, digits - 1 - exponent));
    }

    private static String trimmed(String digits) {
        return digits.contains(".") ? digits.replaceFirst("\\.?0+$", "") : digits;
    }

    private String grouped(String digits) {
        if (grouping.isEmpty()) {
            return digits;
        }
        int end = digits.indexOf('.') < 0 ? digits.length() : digits.indexOf('.');
        return digits.substring(0, end).replaceAll("(?<=\\d)(?=(\\d{3})+$)", grouping)
                + digits.substring(end);
    }

    private String signed(boolean negative, String digits) {
        return (negative ? "-" : sign.equals("-") ? "" : sign) + digits;
    }

    private String padded(String text, boolean number) {
        return switch (align.isEmpty() ? (number ? ">" : "<") : align) {
            case "<" -> Padding.left(text, width, fill);
            case ">" -> Padding.right(text, width, fill);
            case "^" -> centered(text);
            default -> Padding.afterSign(text, width, fill);
        };
    }

    /** Unlike {@code str.center}, a format leaves the odd blank on the right. */
    private String centered(String text) {
        int missing = Math.max(0, width - CodePoints.length(text));
        return Padding.left(fill.repeat(missing / 2) + text, width, fill);
    }
}
